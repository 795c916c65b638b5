// .npy: headers as NumPy writes them, every type and order, and what is refused before anything is allocated.

import { describe, expect, it } from 'vitest'
import { exactValues } from '../../model/safetensors/exactValues.ts'
import { storedTensor } from '../../model/safetensors/tensor.ts'
import { joined } from '../joined.ts'
import { npyParts, readNpy } from './npy.ts'

/** @param header the dictionary as text */
function file(header: string, values: ArrayBufferView | readonly number[] = [], version = 1): Uint8Array {
  const text = new TextEncoder().encode(header)
  const start = new Uint8Array((version === 1 ? 10 : 12) + text.length)
  start.set([0x93, ...new TextEncoder().encode('NUMPY'), version, 0])
  const view = new DataView(start.buffer)
  if (version === 1) view.setUint16(8, text.length, true)
  else view.setUint32(8, text.length, true)
  start.set(text, start.length - text.length)
  const bytes = ArrayBuffer.isView(values) ? new Uint8Array(values.buffer) : Uint8Array.from(values)
  return joined([start, bytes])
}

const dictionary = (descr: string, shape: string, fortran = 'False') =>
  `{'descr': '${descr}', 'fortran_order': ${fortran}, 'shape': ${shape}, }     \n`

describe('readNpy', () => {
  it.each([
    [dictionary('<f4', '(2, 3)'), [2, 3]],
    [dictionary('<f4', '(6,)'), [6]],
    [dictionary('<f4', '(1L, 6L)'), [1, 6]],
    ['{"shape":(6,),"fortran_order":False,"descr":"<f4"}', [6]],
    [dictionary('=f4', '(3, 2)'), [3, 2]],
  ])('reads %s', (header, shape) => {
    for (const version of [1, 2, 3]) {
      const tensor = readNpy(file(header, Float32Array.of(1, 2, 3, 4, 5, 6), version))
      expect({ dtype: tensor.dtype, shape: tensor.shape }).toEqual({ dtype: 'F32', shape })
      expect([...tensor.values]).toEqual([1, 2, 3, 4, 5, 6])
    }
  })

  it.each([
    ['|b1', [1, 0], [1, 0]],
    ['|u1', [255, 1], [255, 1]],
    ['|i1', [255, 1], [-1, 1]],
    ['<i2', [0xfe, 0xff], [-2]],
    ['>i2', [0xff, 0xfe], [-2]],
    ['<u2', [0xfe, 0xff], [65_534]],
    ['>f4', [0x3f, 0xc0, 0, 0], [1.5]],
    ['<f2', [0, 0x3e], [1.5]],
    ['>f2', [0x3e, 0], [1.5]],
    ['<f8', new Float64Array([1 / 3]), [1 / 3]],
    ['<i8', new BigInt64Array([-5n]), [-5]],
    ['<u4', new Uint32Array([4_000_000_000]), [4_000_000_000]],
  ])('reads %s', (descr, bytes, values) => {
    expect([...exactValues(readNpy(file(dictionary(descr, `(${values.length},)`), bytes)))]).toEqual(values)
  })

  it('reads a single number, and an array without values', () => {
    const scalar = readNpy(file(dictionary('<f4', '()'), Float32Array.of(3)))
    expect([scalar.shape, [...scalar.values]]).toEqual([[], [3]])
    const empty = readNpy(file(dictionary('<f4', '(3, 0)')))
    expect([empty.shape, [...empty.values]]).toEqual([[3, 0], []])
  })

  it('turns Fortran order, in which the first axis changes fastest', () => {
    const values = Float32Array.from({ length: 24 }, (_, i) => i)
    const { values: turned } = readNpy(file(dictionary('<f4', '(2, 3, 4)', 'True'), values))
    for (let a = 0; a < 2; a++)
      for (let b = 0; b < 3; b++)
        for (let c = 0; c < 4; c++) expect(turned[(a * 3 + b) * 4 + c]).toBe(a + 2 * b + 6 * c)
  })

  it.each([
    ['a length of gigabytes', file(dictionary('<f4', '(536870912,)'), [1, 2, 3, 4]), /cut short[\s\S]*2147483/],
    ['a product beyond 2^53', file(dictionary('<f4', '(9007199254740991, 9007199254740991)')), /beyond any memory/],
    ['the same with an axis of 0', file(dictionary('<f4', '(9007199254740991, 9007199254740991, 0)')), /beyond any/],
    ['a file that is cut', file(dictionary('<f4', '(3,)'), [1, 2, 3, 4]), /cut short/],
    ['a cut header', file(dictionary('<f4', '(3,)')).subarray(0, 40), /cut short/],
    ['the magic string alone', file('').subarray(0, 8), /not an \.npy array[\s\S]*8 bytes/],
    ['another file', new Uint8Array(100), /not an \.npy array/],
    ['too many bytes', file(dictionary('<f4', '(1,)'), Float32Array.of(1, 2)), /more bytes/],
    ['version 9', file(dictionary('<f4', '()'), [1, 2, 3, 4], 9), /version 9\.0/],
    ['objects', file(dictionary('|O', '(1,)'), [1]), /not read[\s\S]*\|O[\s\S]*Python objects/],
    ['text', file(dictionary('<U3', '(1,)'), [1]), /not read/],
    ['complex numbers', file(dictionary('<c8', '(1,)'), [1]), /not read/],
    ['records', file("{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (1,), }"), /header[\s\S]*invalid/],
    ['code', file("{'descr': __import__('os').system('true')}"), /header[\s\S]*invalid/],
    ['a negative length', file(dictionary('<f4', '(-1,)')), /a whole number/],
    ['a missing key', file("{'descr': '<f4', 'shape': (1,), }"), /without descr, fortran_order or shape/],
    ['text behind the dictionary', file(`${dictionary('<f4', '()')} x`, [1, 2, 3, 4]), /nothing behind/],
    ['65 axes', file(dictionary('<f4', `(${'1,'.repeat(65)})`), [1, 2, 3, 4]), /at most 64/],
    ['a long header', file(dictionary('<f4', `(1${' '.repeat(20_000)},)`), [1, 2, 3, 4]), /at most 10000/],
  ])('refuses %s', (_, bytes, says) => {
    expect(() => readNpy(bytes, 'x')).toThrow(says)
  })
})

describe('npyParts', () => {
  it.each([[[]], [[5]], [[2, 3, 4]], [[0, 3]]])(
    'writes %j as it is read, with values at a multiple of 64 bytes',
    (shape) => {
      const values = Float32Array.from(
        { length: shape.reduce((product, length) => product * length, 1) },
        (_, i) => i / 7,
      )
      const bytes = new Uint8Array(values.buffer)
      const parts = npyParts(storedTensor('x', { dtype: 'F32', shape, from: 0, to: bytes.length }, bytes))
      expect((parts[0]?.length ?? 1) % 64).toBe(0)
      const again = readNpy(joined(parts))
      expect([again.shape, again.dtype, again.values]).toEqual([shape, 'F32', values])
    },
  )

  it('writes types that NumPy does not have as float32', () => {
    const tensor = storedTensor('x', { dtype: 'BF16', shape: [1], from: 0, to: 2 }, Uint8Array.of(0xc0, 0x3f))
    const again = readNpy(joined(npyParts(tensor)))
    expect([again.dtype, [...again.values]]).toEqual(['F32', [1.5]])
  })
})
