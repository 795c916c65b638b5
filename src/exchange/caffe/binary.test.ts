// `.caffemodel`s as versions of Caffe wrote them, and as nobody should.

import { PbfWriter } from 'pbf'
import { describe, expect, it } from 'vitest'
import { asBytes } from '../../core/bytes.ts'
import { decodeNet } from './binary.ts'
import { readBlob } from './blob.ts'
import { readNet } from './net.ts'
import { caffemodel, type Form } from './testing/files.ts'

const values = [1.5, -2, 0.25, 7, 1e-3, -0]
const shape = [2, 3]
const firstBlob = (bytes: Uint8Array) => readNet(decodeNet(bytes), 'stored').layers[1]?.blobs[0]

describe('a blob', () => {
  const forms: Form[] = [{}, { values: 'single' }, { values: 'double' }, { old: true }, { old: true, values: 'single' }]
  it.each(forms)('%j', (form) => {
    const blob = firstBlob(caffemodel([{ name: 'a', blobs: [{ shape, values }] }], form))
    const read = blob?.reader() as (index: number) => number
    const expected = form.values === 'double' ? values : values.map(Math.fround)
    expect(values.map((_, i) => read(i))).toEqual(expected)
    expect(blob?.shape).toEqual(form.old ? [1, 1, 2, 3] : shape)
  })

  it('of pieces, of doubles and floats: the doubles count', () => {
    const bytes = new PbfWriter()
    bytes.writePackedFloat(5, [9, 9])
    bytes.writeDoubleField(8, 0.1)
    bytes.writePackedDouble(8, [0.2, 0.3])
    const blob = readBlob(asBytes(bytes.finish()), 'it')
    expect(blob.shape).toEqual([3])
    expect([0, 1, 2].map(blob.reader())).toEqual([0.1, 0.2, 0.3])
    expect(new Float64Array(blob.stored().bytes.read().buffer)).toEqual(Float64Array.of(0.1, 0.2, 0.3))
  })

  it('stays in the bytes of the file', () => {
    const file = caffemodel([{ name: 'a', blobs: [{ shape, values }] }])
    expect(firstBlob(file)?.stored().bytes.array?.buffer).toBe(file.buffer)
  })

  it.each([
    ['a shape that is not that of the values', [2, 4]],
    ['lengths whose product is beyond all numbers', [2 ** 31, 2 ** 31, 2 ** 31]],
    ['a negative length', [-2, -3]],
  ])('is refused with %s', (_, dims) => {
    expect(() => firstBlob(caffemodel([{ name: 'a', blobs: [{ shape: dims, values }] }]))).toThrow('6 values for')
  })
})

describe('decodeNet', () => {
  it('gives the decimals that were written, not those of float32', () => {
    const file = new PbfWriter()
    file.writeMessage(
      100,
      (_: null, layer: PbfWriter) => {
        layer.writeMessage(139, (__: null, norm: PbfWriter) => norm.writeFloatField(3, 1e-5), null)
      },
      null,
    )
    const [layer] = decodeNet(file.finish()).messages('layer')
    expect(layer?.parameters('batch_norm_param').real('eps', 0)).toBe(1e-5)
  })

  const good = caffemodel([{ name: 'a', blobs: [{ shape, values }] }])
  it('refuses every file that is cut short inside a layer', () => {
    for (let length = 1; length < good.length; length++) {
      const cut = good.subarray(0, length)
      try {
        firstBlob(cut)
      } catch (error) {
        expect((error as Error).name).toBe('ForeignFileError')
        continue
      }
      // Only between two fields of the net can a cut not be seen.
      expect(firstBlob(cut)).toBeUndefined()
    }
  })

  it('refuses a file of millions of layers, and one without any', () => {
    // Field 100, no bytes: three bytes for each layer.
    const many = new Uint8Array(3 * 1_000_001)
    for (let i = 0; i < many.length; i += 3) many.set([0xa2, 0x06, 0], i)
    expect(() => decodeNet(many)).toThrow('too many fields')
    const some = many.subarray(0, 3 * 30_000)
    expect(() => readNet(decodeNet(some), 'stored')).toThrow('30000 layers')
    expect(() => decodeNet(new Uint8Array(0))).toThrow('not a .caffemodel')
  })
})
