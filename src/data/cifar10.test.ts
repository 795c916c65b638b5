// The official binary batches of CIFAR-10: layout, round trip, damaged files.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { cifar10Dataset, encodeCifar10Batch, parseCifar10Batches } from './cifar10.ts'
import { Cifar10Error, LabelRangeError, TruncatedFileError } from './errors.ts'

const record = (label: number, red: number, green: number, blue: number) => {
  const bytes = new Uint8Array(3073)
  bytes[0] = label
  bytes.fill(red, 1, 1025).fill(green, 1025, 2049).fill(blue, 2049)
  return bytes
}
const join = (...parts: Uint8Array[]) => Uint8Array.from(parts.flatMap((part) => [...part]))

describe('parseCifar10Batches', () => {
  it('turns planes into alternating channels, file after file', () => {
    const first = record(6, 59, 62, 63)
    first[1 + 33] = 200 // red of row 1, column 1
    const files = [
      { name: 'a', bytes: join(first, record(9, 1, 2, 3)) },
      { name: 'b', bytes: record(0, 4, 5, 6) },
    ]
    const { images, labels } = parseCifar10Batches(files)
    expect([...labels]).toEqual([6, 9, 0])
    expect([...images.subarray(0, 6)]).toEqual([59, 62, 63, 59, 62, 63])
    expect([...images.subarray(99, 102)]).toEqual([200, 62, 63])
    expect([...images.subarray(2 * 3072, 2 * 3072 + 3)]).toEqual([4, 5, 6])
  })

  it('reads back what encodeCifar10Batch writes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 3, max: 9 }), fc.nat(), (labels, salt) => {
        const images = Uint8Array.from(
          { length: labels.length * 3072 },
          (_, i) => Math.imul(i + salt, 0x9e3779b9) >>> 24,
        )
        const batch = { images, labels: Uint8Array.from(labels) }
        expect(parseCifar10Batches([{ name: 'x', bytes: encodeCifar10Batch(batch) }])).toEqual(batch)
      }),
      { numRuns: 10 },
    )
  })

  it('names what is wrong with a file', () => {
    const read = (bytes: Uint8Array) => () => parseCifar10Batches([{ name: 'x.bin', bytes }])
    expect(read(record(1, 2, 3, 4).subarray(0, 3000))).toThrow(TruncatedFileError)
    expect(read(new Uint8Array())).toThrow(Cifar10Error)
    expect(read(new Uint8Array(10_001 * 3073))).toThrow(/exactly 30730000 bytes/)
    expect(read(join(record(1, 0, 0, 0), record(10, 0, 0, 0)))).toThrow(LabelRangeError)
    expect(read(join(record(1, 0, 0, 0), record(10, 0, 0, 0)))).toThrow(/image 1/)
  })
})

it('cifar10Dataset measures what it is not told', () => {
  const batch = parseCifar10Batches([{ name: 'x', bytes: join(record(1, 0, 51, 255), record(2, 255, 51, 255)) }])
  const { train, normalization, classes } = cifar10Dataset(batch, batch)
  expect(train).toMatchObject({ count: 2, height: 32, width: 32, channels: 3 })
  expect(classes[train.labels[0] as number]).toBe('automobile')
  expect(normalization.mean).toEqual([0.5, 0.2, 1])
  expect(normalization.std).toEqual([0.5, 1, 1])
})
