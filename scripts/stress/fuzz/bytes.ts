/** Mutations of bytes, as AFL makes them (Zalewski, "american fuzzy lop", technical details): flips, edges of integers, splices. */

import type { Random } from '../../../src/core/random.ts'
import { pick } from './format.ts'

/** Where sizes, counts and offsets tip over. */
export const edges: readonly number[] = [
  0,
  1,
  2,
  7,
  8,
  9,
  127,
  128,
  255,
  256,
  32767,
  32768,
  65535,
  65536,
  2 ** 24,
  2 ** 31 - 1,
  2 ** 31,
  2 ** 32 - 1,
]

type Mutation = (random: Random, bytes: Uint8Array, others: readonly Uint8Array[]) => Uint8Array

function cut(bytes: Uint8Array, from: number, to: number, put: Uint8Array = new Uint8Array()): Uint8Array {
  const out = new Uint8Array(bytes.length - (to - from) + put.length)
  out.set(bytes.subarray(0, from))
  out.set(put, from)
  out.set(bytes.subarray(to), from + put.length)
  return out
}

/** A range of at most an eighth of the bytes. */
function range(random: Random, { length }: Uint8Array): readonly [number, number] {
  const from = random.integer(length + 1)
  return [from, Math.min(length, from + random.integer(Math.max(2, length >> 3)))]
}

/** One bit is the other: the smallest damage there is. */
export const flipBit: Mutation = (random, bytes) => {
  const out = bytes.slice()
  const at = random.integer(Math.max(1, out.length))
  if (at < out.length) out[at] = (out[at] as number) ^ (1 << random.integer(8))
  return out
}

const setByte: Mutation = (random, bytes) => {
  const out = bytes.slice()
  if (out.length > 0) out[random.integer(out.length)] = random.integer(256)
  return out
}

const setInteger: Mutation = (random, bytes) => {
  const size = pick(random, [2, 4, 8])
  if (bytes.length < size) return bytes
  const out = bytes.slice()
  const view = new DataView(out.buffer)
  const at = random.integer(out.length - size + 1)
  const little = random.integer(2) === 1
  const value = pick(random, edges)
  if (size === 2) view.setUint16(at, value, little)
  else if (size === 4) view.setUint32(at, value, little)
  else view.setBigUint64(at, BigInt(random.integer(8) === 0 ? 2 ** 53 : value), little)
  return out
}

const remove: Mutation = (random, bytes) => cut(bytes, ...range(random, bytes))
const truncate: Mutation = (random, bytes) => bytes.slice(0, random.integer(bytes.length + 1))
const repeat: Mutation = (random, bytes) => {
  const [from, to] = range(random, bytes)
  return cut(bytes, from, from, bytes.slice(from, to))
}
const insert: Mutation = (random, bytes) => {
  const at = random.integer(bytes.length + 1)
  return cut(
    bytes,
    at,
    at,
    Uint8Array.from({ length: 1 + random.integer(16) }, () => random.integer(256)),
  )
}
const splice: Mutation = (random, bytes, others) => {
  const other = others.length === 0 ? bytes : pick(random, others)
  const [from, to] = range(random, bytes)
  return cut(bytes, from, to, other.slice(...range(random, other)))
}

const mutations = [flipBit, flipBit, setByte, setInteger, setInteger, remove, truncate, repeat, insert, splice]

/** One to four: half of all inputs have a single fault, which gets furthest into a reader. */
export const faults = (random: Random) => (random.integer(2) === 0 ? 1 : 1 + random.integer(4))

/** Some mutations of one of the inputs. */
export function mutateBytes(random: Random, good: readonly Uint8Array[]): Uint8Array {
  let bytes = pick(random, good)
  for (let left = faults(random); left > 0; left--) bytes = pick(random, mutations)(random, bytes, good)
  return bytes
}
