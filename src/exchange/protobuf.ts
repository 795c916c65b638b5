/**
 * Reads protobuf messages from files that may be damaged or hostile. `pbf` decodes the wire format, but trusts lengths: here
 * each field is checked to lie within its message before it is read, so that time and memory are linear in the file.
 */

import { PbfReader } from 'pbf'
import { ForeignFileError } from './errors.ts'

/** One field of a message. Each method reads its value as that type, and refuses another wire type. */
export interface Field {
  readonly number: number
  /** Where the value starts, after its length, in the bytes that are read. */
  readonly at: number
  /** A text, bytes, a message or packed numbers. */
  readonly hasLength: boolean
  /** int32, int64, enum, bool; exact up to 2^53. */
  int(): number
  float(): number
  double(): number
  text(): string
  /** A view of the file's bytes. */
  bytes(): Uint8Array
  message(visit: Visit): void
  /** Repeated numbers: packed, or one at a time. */
  ints(into: number[]): void
  floats(into: number[]): void
  doubles(into: number[]): void
}

export type Visit = (field: Field) => void

const wireTypes = ['varint', '64-bit', 'length-delimited', 'group', 'end of group', '32-bit'] as const
/** Deeper messages than any that we read. */
const deepest = 100

/** Visits every field of a message. @throws {ForeignFileError} a field does not lie within its message */
export function readMessage(bytes: Uint8Array, visit: Visit): void {
  new MessageReader(bytes).message(bytes.length, 0, visit)
}

class MessageReader {
  readonly #reader: PbfReader

  constructor(bytes: Uint8Array) {
    this.#reader = new PbfReader(bytes)
  }

  message(end: number, depth: number, visit: Visit): void {
    const reader = this.#reader
    if (depth > deepest) throw damaged(reader.pos, 'messages nested too deeply', `at most ${deepest} levels`)
    while (reader.pos < end) {
      const tag = this.#varint(end)
      const [number, type] = [Math.floor(tag / 8), tag % 8]
      if (number === 0 || wireTypes[type] === undefined || type === 3 || type === 4)
        throw damaged(reader.pos, `field ${number} of wire type ${type}`, 'a field of a protobuf message')
      const next = this.#valueEnd(type, end)
      visit(new WireField(this, number, type, next, depth))
      reader.pos = next
    }
  }

  /** Where the value ends that starts here; the position stays at its first byte, after its length. */
  #valueEnd(type: number, end: number): number {
    const { pos } = this.#reader
    if (type === 0) {
      this.#varint(end)
      const next = this.#reader.pos
      this.#reader.pos = pos
      return next
    }
    const size = type === 1 ? 8 : type === 5 ? 4 : this.#varint(end)
    const next = this.#reader.pos + size
    // Lengths above 2^63 are negative here: the position would go back, and never reach the end.
    if (size >= 0 && next <= end) return next
    throw damaged(
      pos,
      `a field of ${size} bytes where ${end - this.#reader.pos} are left`,
      'a field within its message',
    )
  }

  #varint(end: number): number {
    const { pos } = this.#reader
    const { buf } = this.#reader
    let last = pos
    while (last < end && (buf[last] as number) >= 0x80) last++
    if (last >= end || last - pos > 9)
      throw damaged(pos, 'a number that does not end', 'a varint of at most 10 bytes within its message')
    return this.#reader.readVarint(true)
  }

  get wire(): PbfReader {
    return this.#reader
  }

  /** A varint whose end was checked when its field was found, or one of a packed field. */
  varint(end: number): number {
    return this.#varint(end)
  }
}

class WireField implements Field {
  readonly number: number
  readonly at: number
  readonly #owner: MessageReader
  readonly #type: number
  readonly #end: number
  readonly #depth: number

  constructor(owner: MessageReader, number: number, type: number, end: number, depth: number) {
    this.#owner = owner
    this.number = number
    this.at = owner.wire.pos
    this.#type = type
    this.#end = end
    this.#depth = depth
  }

  get hasLength(): boolean {
    return this.#type === 2
  }

  int(): number {
    this.#expect(0)
    return this.#owner.varint(this.#end)
  }

  float(): number {
    this.#expect(5)
    return this.#owner.wire.readFloat()
  }

  double(): number {
    this.#expect(1)
    return this.#owner.wire.readDouble()
  }

  text(): string {
    return new TextDecoder().decode(this.bytes())
  }

  bytes(): Uint8Array {
    this.#expect(2)
    return this.#owner.wire.buf.subarray(this.#owner.wire.pos, this.#end)
  }

  message(visit: Visit): void {
    this.#expect(2)
    this.#owner.message(this.#end, this.#depth + 1, visit)
  }

  ints(into: number[]): void {
    this.#repeat(0, 1, () => into.push(this.#owner.varint(this.#end)))
  }

  floats(into: number[]): void {
    this.#repeat(5, 4, () => into.push(this.#owner.wire.readFloat()))
  }

  doubles(into: number[]): void {
    this.#repeat(1, 8, () => into.push(this.#owner.wire.readDouble()))
  }

  #repeat(type: number, size: number, read: () => void): void {
    if (this.#type === type) {
      read()
      return
    }
    this.#expect(2)
    const { wire } = this.#owner
    if ((this.#end - wire.pos) % size !== 0)
      throw damaged(wire.pos, `${this.#end - wire.pos} bytes of numbers of ${size} bytes`, `a multiple of ${size}`)
    while (wire.pos < this.#end) read()
  }

  #expect(type: number): void {
    if (this.#type === type) return
    throw damaged(this.#owner.wire.pos, `field ${this.number} as ${wireTypes[this.#type]}`, `${wireTypes[type]}`)
  }
}

function damaged(at: number, received: string, expected: string): ForeignFileError {
  return new ForeignFileError('the file is damaged or cut short', {
    received: `${received}, at byte ${at}`,
    expected,
    advice: 'fetch the file again',
  })
}
