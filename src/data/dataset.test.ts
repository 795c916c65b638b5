// Data sets from memory: what is accepted, what is refused and how, and their statistics.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type DatasetSource, dataset } from './dataset.ts'
import { DatasetError, LabelRangeError } from './errors.ts'
import { measureNormalization, normalizationTable } from './normalization.ts'

const split = { height: 1, width: 2, channels: 1, images: Uint8Array.of(0, 255, 51, 102), labels: [0, 1] }
const source: DatasetSource = { classes: ['a', 'b'], train: split, test: split }

describe('dataset', () => {
  it('keeps the bytes, packs the labels and measures the normalization', () => {
    const { train, normalization } = dataset(source)
    expect(train.images).toBe(split.images)
    expect(train.labels).toEqual(Uint16Array.of(0, 1))
    expect(train.count).toBe(2)
    expect(normalization.mean[0]).toBeCloseTo((0 + 1 + 0.2 + 0.4) / 4, 14)
  })

  it('names the image, the label and the classes when a label is out of range', () => {
    for (const label of [2, -1, 0.5, Number.NaN]) {
      const labels = [0, label]
      const wrong = () => dataset({ ...source, test: { ...split, labels } })
      expect(wrong).toThrow(LabelRangeError)
      expect(wrong).toThrow(/test split: the label of image 1 .*\n.*received: .*\n.*from 0 to 1 \(2 classes\)/)
    }
    const error = (() => {
      try {
        return dataset({ ...source, train: { ...split, labels: Uint8Array.of(7, 1) } })
      } catch (thrown) {
        return thrown
      }
    })()
    expect(error).toMatchObject({ index: 0, label: 7, classCount: 2 })
  })

  const faulty: [what: string, change: Partial<DatasetSource>, message: RegExp][] = [
    ['no classes', { classes: [] }, /0 classes/],
    ['a name twice', { classes: ['a', 'a'] }, /share a name/],
    ['an empty split', { train: { ...split, labels: [], images: new Uint8Array() } }, /training split is empty/],
    ['images without labels', { train: { ...split, labels: [1] } }, /1 × 1 × 2 × 1 = 2 bytes/],
    ['a height of 0', { train: { ...split, height: 0 } }, /height/],
    ['half a channel', { test: { ...split, channels: 0.5 } }, /channels/],
    ['splits of different sizes', { test: { ...split, height: 2, width: 1 } }, /differ in height/],
    ['a normalization of other channels', { normalization: { mean: [0, 0], std: [1, 1] } }, /1 finite means/],
    ['a deviation of 0', { normalization: { mean: [0], std: [0] } }, /positive deviations/],
  ]
  it.each(faulty)('refuses %s', (_, change, message) => {
    const wrong = () => dataset({ ...source, ...change })
    expect(wrong).toThrow(DatasetError)
    expect(wrong).toThrow(message)
  })
})

describe('normalization', () => {
  it('is the mean and the deviation of each channel, as their definition gives them', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 4 }),
        fc.uint8Array({ minLength: 12, maxLength: 120 }),
        (channels, bytes) => {
          const images = bytes.subarray(0, bytes.length - (bytes.length % channels))
          const { mean, std } = measureNormalization(images, channels)
          for (let c = 0; c < channels; c++) {
            // In bytes, whose sums are exact: a channel that never changes has a deviation of exactly 0.
            const values = [...images].filter((_, i) => i % channels === c)
            const average = values.reduce((a, b) => a + b) / values.length
            const deviation = Math.sqrt(values.reduce((sum, v) => sum + (v - average) ** 2, 0) / values.length)
            expect(mean[c]).toBeCloseTo(average / 255, 12)
            expect(std[c]).toBeCloseTo(deviation === 0 ? 1 : deviation / 255, 12)
          }
        },
      ),
    )
  })

  it('makes a channel that never changes 0, not infinite', () => {
    const normalization = measureNormalization(Uint8Array.of(7, 1, 7, 2), 2)
    expect(normalization.std[0]).toBe(1)
    expect(normalizationTable(normalization)[7]).toBeCloseTo(0, 14)
  })
})

it('finds two classes of one name among many (each compared with each would take seconds)', () => {
  const classes = Array.from({ length: 65_536 }, (_, i) => `class ${i}`)
  const split = { height: 1, width: 1, channels: 1, images: Uint8Array.of(1), labels: Uint8Array.of(0) }
  expect(dataset({ name: 'many', classes, train: split }).classes).toHaveLength(65_536)
  expect(() => dataset({ name: 'many\u001b', classes: [...classes.slice(1), 'class 9'], train: split })).toThrow(
    /^many\\u001b: two classes share a name\n {2}received: class 9\n/,
  )
})
