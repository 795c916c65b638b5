/** Mutations of protobuf messages by field: every length around a changed field is right again, so that readers get to it. */

import type { Random } from '../../../src/core/random.ts'
import { edges, faults, mutateBytes } from './bytes.ts'
import { pick } from './format.ts'

interface Field {
  readonly number: number
  readonly wire: number
  /** A message's fields, and otherwise the bytes behind tag and length. */
  readonly value: readonly Field[] | Uint8Array
}

/** As a tree; undefined where the bytes are no message. What is in a field is a message if it can be read as one. */
export function fieldsOf(bytes: Uint8Array, depth = 0): readonly Field[] | undefined {
  const fields: Field[] = []
  let at = 0
  const varint = () => {
    let [value, shift] = [0, 0]
    for (;;) {
      const byte = bytes[at++]
      if (byte === undefined || shift > 63) return undefined
      value += (byte & 127) * 2 ** shift
      shift += 7
      if (byte < 128) return value
    }
  }
  while (at < bytes.length) {
    const tag = varint()
    if (tag === undefined || tag < 8 || tag > 8 * 1000) return undefined
    const [number, wire] = [tag >> 3, tag & 7]
    const from = at
    const size = wire === 0 ? varint() : wire === 1 ? 8 : wire === 5 ? 4 : wire === 2 ? varint() : undefined
    if (size === undefined) return undefined
    const start = wire === 0 ? from : at
    const end = wire === 0 ? at : at + size
    if (end > bytes.length) return undefined
    const part = bytes.subarray(start, end)
    const inner = wire === 2 && part.length > 1 && depth < 8 ? fieldsOf(part, depth + 1) : undefined
    fields.push({ number, wire, value: inner ?? part })
    at = end
  }
  return fields
}

function varintOf(value: number | bigint): Uint8Array {
  const bytes: number[] = []
  let rest = BigInt.asUintN(64, BigInt(value))
  do {
    bytes.push(Number(rest & 127n) | (rest > 127n ? 128 : 0))
    rest >>= 7n
  } while (rest > 0n)
  return Uint8Array.from(bytes)
}

export function bytesOfFields(fields: readonly Field[]): Uint8Array {
  const parts = fields.flatMap(({ number, wire, value }) => {
    const bytes = value instanceof Uint8Array ? value : bytesOfFields(value)
    const tag = varintOf(number * 8 + wire)
    return wire === 2 ? [tag, varintOf(bytes.length), bytes] : [tag, bytes]
  })
  return new Uint8Array(Buffer.concat(parts))
}

const numbers = [...edges, -1, -(2 ** 31), 2 ** 53, 2 ** 53 + 2, 2 ** 63]

function changed(random: Random, field: Field): Field {
  const { number, wire, value } = field
  switch (random.integer(6)) {
    case 0:
      return { ...field, number: 1 + random.integer(32) }
    case 1:
      // Another wire type, with a value that fits it.
      return { number, wire: pick(random, [0, 1, 5]), value: new Uint8Array(8) }
    case 2:
      return { number, wire: 2, value: new Uint8Array() }
    default:
      if (wire === 0) return { ...field, value: varintOf(pick(random, numbers)) }
      if (!(value instanceof Uint8Array)) return { ...field, value: [...value, ...value] }
      if (wire === 2) return { ...field, value: mutateBytes(random, [value]) }
      return { ...field, value: Uint8Array.from(value, () => pick(random, [0, 127, 128, 255])) }
  }
}

function mutated(random: Random, fields: readonly Field[], others: readonly Field[]): readonly Field[] {
  const at = random.integer(Math.max(fields.length, 1))
  const field = fields[at]
  if (field === undefined) return fields
  // Mostly further in: most of what a reader looks at is there.
  if (!(field.value instanceof Uint8Array) && random.integer(5) > 0)
    return fields.with(at, { ...field, value: mutated(random, field.value, others) })
  switch (random.integer(5)) {
    case 0:
      return fields.toSpliced(at, 1)
    case 1:
      return fields.toSpliced(random.integer(fields.length + 1), 0, field)
    case 2:
      return fields.toSpliced(at, 1, pick(random, others))
    default:
      return fields.with(at, changed(random, field))
  }
}

/** Some changes of fields anywhere in the message. */
export function mutateProtobuf(random: Random, fields: readonly Field[]): Uint8Array {
  let out = fields
  for (let left = faults(random); left > 0; left--) out = mutated(random, out, fields)
  return bytesOfFields(out)
}
