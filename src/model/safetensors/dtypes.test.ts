/** Every type of the format, bit by bit: the small floats by the distance from each code to the next. */

import { describe, expect, it } from 'vitest'
import { SafetensorsError } from '../errors.ts'
import { exactValues } from './exactValues.ts'
import { readSafetensors } from './read.ts'
import type { StoredTensor } from './tensor.ts'
import { oneTensor, rawFile } from './testing/files.ts'

function tensor(dtype: string, bits: number, bytes: ArrayLike<number>): StoredTensor {
  return readSafetensors(oneTensor(dtype, bits, bytes)).tensors.get('x') as StoredTensor
}

const bytesOf = ({ buffer }: { readonly buffer: ArrayBufferLike }) => new Uint8Array(buffer)
const { NaN: nan, POSITIVE_INFINITY: infinity } = Number

/** Constants from IEEE 754, from table 1 of Micikevicius et al. 2022, and from Noune et al. 2022 (FNUZ). */
const smallFloats = [
  { dtype: 'F16', bits: 16, fraction: 10, smallest: 2 ** -24, largest: [0x7bff, 65504], last: [infinity, nan] },
  {
    dtype: 'BF16',
    bits: 16,
    fraction: 7,
    smallest: 2 ** -133,
    largest: [0x7f7f, 255 * 2 ** 120],
    last: [infinity, nan],
  },
  { dtype: 'F8_E5M2', bits: 8, fraction: 2, smallest: 2 ** -16, largest: [0x7b, 57344], last: [infinity, nan] },
  { dtype: 'F8_E4M3', bits: 8, fraction: 3, smallest: 2 ** -9, largest: [0x7e, 448], last: [nan] },
  { dtype: 'F8_E5M2FNUZ', bits: 8, fraction: 2, smallest: 2 ** -17, largest: [0x7f, 57344], last: [] },
  { dtype: 'F8_E4M3FNUZ', bits: 8, fraction: 3, smallest: 2 ** -10, largest: [0x7f, 240], last: [] },
] as const

describe.each(smallFloats)('$dtype', ({ dtype, bits, fraction, smallest, largest: [code, largest], last }) => {
  const codes = 2 ** bits
  const all =
    bits === 8 ? Uint8Array.from({ length: codes }, (_, i) => i) : Uint16Array.from({ length: codes }, (_, i) => i)
  const values = tensor(dtype, bits, bytesOf(all)).values
  const sign = codes / 2

  it('goes from 0 to the largest number in steps that double with each exponent but the first', () => {
    expect(values[0]).toBe(0)
    for (let i = 0; i < code; i++) {
      const step = smallest * 2 ** Math.max(0, (i >> fraction) - 1)
      expect((values[i + 1] as number) - (values[i] as number)).toBe(step)
    }
    expect(values[code]).toBe(largest)
  })

  it('ends as it should, and is the same with a sign', () => {
    const rest = [...values.subarray(code + 1, sign)]
    expect(rest).toEqual(rest.map((_, i) => last[Math.min(i, last.length - 1)]))
    expect(rest.length > 0).toBe(last.length > 0)
    for (let i = 1; i < sign; i++) expect(values[sign + i]).toBe(-(values[i] as number))
    expect(values[sign]).toBe(dtype.endsWith('FNUZ') ? nan : -0)
  })
})

describe('values', () => {
  const rows: [dtype: string, stored: ArrayBufferView, exact: number[]][] = [
    ['BOOL', Uint8Array.of(0, 1, 2), [0, 1, 1]],
    ['U8', Uint8Array.of(0, 255), [0, 255]],
    ['I8', Int8Array.of(-128, 127), [-128, 127]],
    ['U16', Uint16Array.of(1, 65535), [1, 65535]],
    ['I16', Int16Array.of(-32768, 32767), [-32768, 32767]],
    ['U32', Uint32Array.of(2 ** 32 - 1), [2 ** 32 - 1]],
    ['I32', Int32Array.of(-(2 ** 31), 2 ** 31 - 1), [-(2 ** 31), 2 ** 31 - 1]],
    ['U64', BigUint64Array.of(2n ** 53n - 1n), [2 ** 53 - 1]],
    ['I64', BigInt64Array.of(-1n, 1n - 2n ** 53n), [-1, 1 - 2 ** 53]],
    ['F32', Float32Array.of(Math.fround(0.1), -infinity), [Math.fround(0.1), -infinity]],
    ['F64', Float64Array.of(0.1, -1e300), [0.1, -1e300]],
    ['F8_E8M0', Uint8Array.of(0, 127, 254, 255), [2 ** -127, 1, 2 ** 127, nan]],
  ]

  it.each(rows)('of %s are exact as float64, and rounded once as float32', (dtype, stored, exact) => {
    const stated = tensor(dtype, (stored.byteLength * 8) / exact.length, bytesOf(stored))
    expect([...exactValues(stated)]).toEqual(exact)
    expect([...stated.values]).toEqual(exact.map(Math.fround))
  })

  it('of 64-bit integers that no float64 holds are refused where they should be exact', () => {
    const large = tensor('I64', 64, bytesOf(BigInt64Array.of(3n, 2n ** 53n)))
    expect(() => exactValues(large)).toThrow(/x: an integer is too large[\s\S]*value 1[\s\S]*BigInt64Array/)
    expect([...large.values]).toEqual([3, 2 ** 53])
    expect(new BigInt64Array(large.bytes.slice().buffer)).toEqual(BigInt64Array.of(3n, 2n ** 53n))
  })

  it('are decoded once, and are a view of the file where they can be', () => {
    const half = tensor('F16', 16, [0, 0x3c])
    expect(half.values).toBe(half.values)
    const header = '{"x":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}'
    for (const pad of [0, 1, 2, 3]) {
      const file = rawFile(header.padEnd(56 + pad), [0, 0, 128, 63])
      const x = readSafetensors(file).tensors.get('x') as StoredTensor
      expect([...x.values]).toEqual([1])
      expect(x.values.buffer === file.buffer).toBe(pad === 0)
    }
  })

  it.each([
    ['F4', 4],
    ['F6_E2M3', 6],
    ['F6_E3M2', 6],
    ['C64', 64],
    ['X12', 12],
  ])('of %s are refused when they are asked for, and leave the others alone', (dtype, bits) => {
    const header = {
      weird: { dtype, shape: [16], data_offsets: [0, 2 * bits] },
      fine: { dtype: 'U8', shape: [1], data_offsets: [2 * bits, 2 * bits + 1] },
    }
    const { tensors } = readSafetensors(rawFile(JSON.stringify(header), new Uint8Array(2 * bits + 1).fill(7)))
    expect([...(tensors.get('fine')?.values ?? [])]).toEqual([7])
    const weird = tensors.get('weird') as StoredTensor
    expect(weird).toMatchObject({ dtype, shape: [16] })
    expect(weird.bytes.length).toBe(2 * bits)
    expect(() => weird.values).toThrow(SafetensorsError)
    expect(() => weird.values).toThrow(new RegExp(`weird: [\\s\\S]*received: ${dtype}`))
    expect(() => exactValues(weird)).toThrow(SafetensorsError)
  })
})
