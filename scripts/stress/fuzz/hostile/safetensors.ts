/** safetensors: headers out of all proportion, and arrays that are not where they say. */

import { type Hostile, hostile, joined, large, little } from './types.ts'

const raw = (header: string, length: number | bigint, ...values: readonly number[]) =>
  joined(little(length, 8), header, values)
const file = (what: string, tensors: object, bytes = 16) =>
  hostile(what, () => {
    const header = JSON.stringify(tensors)
    return raw(header, header.length, ...new Uint8Array(bytes))
  })
const f32 = (shape: readonly number[], from: number, to: number) => ({ dtype: 'F32', shape, data_offsets: [from, to] })

export const hostileSafetensors: readonly Hostile[] = [
  hostile('a header of 2 GB', () => raw('{}', 2 ** 31)),
  hostile('a header of 2^63 bytes', () => raw('{}', 2n ** 63n)),
  hostile('a header of 2^64 bytes less one', () => raw('{}', 2n ** 64n - 1n)),
  hostile('a header, 500,000 deep', () => raw('['.repeat(500_000), 500_000)),
  hostile('objects, 100,000 deep', () => raw('{"a":'.repeat(100_000), 500_000)),
  file('2 GB of values', { a: f32([2 ** 29], 0, 2 ** 31) }),
  file('a shape that the values do not fill', { a: f32([2 ** 29], 0, 16) }),
  file('2^124 values', { a: f32([2 ** 31, 2 ** 31, 2 ** 31, 2 ** 31], 0, 16) }),
  file('no values, of 2^93', { a: f32([2 ** 31, 2 ** 31, 2 ** 31, 0], 0, 0), b: f32([8], 0, 16) }),
  file('two arrays at one place', { a: f32([4], 0, 16), b: f32([4], 0, 16) }),
  file('an array that ends before it begins', { a: f32([4], 16, 0) }),
  file('an array in front of the values', { a: f32([4], -16, 0) }),
  file('values that no array has', { a: f32([2], 0, 8) }),
  file('half of a number', { a: f32([2], 0, 7), b: { dtype: 'U8', shape: [9], data_offsets: [7, 16] } }),
  hostile('a name twice', () => {
    const entry = JSON.stringify(f32([2], 0, 8))
    const header = `{"a":${entry},"a":${entry.replace('[0,8]', '[8,16]')}}`
    return raw(header, header.length, ...new Uint8Array(16))
  }),
  large('100,000 empty arrays', () => {
    const header = JSON.stringify(
      Object.fromEntries(Array.from({ length: 100_000 }, (_, i) => [`a${i}`, f32([0], 0, 0)])),
    )
    return raw(header, header.length)
  }),
]
