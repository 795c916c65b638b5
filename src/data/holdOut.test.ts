// Validation pictures out of the training pictures.
import { expect, it } from 'vitest'
import { ArgumentError } from '../core/errors.ts'
import { dataset } from './dataset.ts'
import { holdOut } from './holdOut.ts'

const labels = Array.from({ length: 60 }, (_, index) => (index < 40 ? 0 : index < 59 ? 1 : 2))
const data = dataset({
  classes: ['a', 'b', 'c'],
  train: { height: 1, width: 1, channels: 2, images: Uint8Array.from({ length: 120 }, (_, i) => i), labels },
})

it('takes the same part of every class, and leaves each at least one image', () => {
  const { train, validation, normalization } = holdOut(data, { fraction: 0.1 })
  const count = (split: { labels: ArrayLike<number> } | undefined, label: number) =>
    Array.from(split?.labels ?? []).filter((one) => one === label).length
  expect([0, 1, 2].map((label) => count(validation, label))).toEqual([4, 2, 0])
  expect([0, 1, 2].map((label) => count(train, label))).toEqual([36, 17, 1])
  expect(normalization).toBe(data.normalization)
  // Every picture is in one of the two, with its own label.
  const seen = [train, validation].flatMap((split) =>
    Array.from(split?.labels ?? [], (label, i) => [split?.images[2 * i], split?.images[2 * i + 1], label]),
  )
  seen.sort((x, y) => (x[0] as number) - (y[0] as number))
  expect(seen).toEqual(labels.map((label, i) => [2 * i, 2 * i + 1, label]))
})

it('chooses by the seed', () => {
  const chosen = (seed: number) => holdOut(data, { fraction: 0.2, seed }).validation?.images.join()
  expect(chosen(1)).toBe(chosen(1))
  expect(new Set([1, 2, 3].map(chosen)).size).toBeGreaterThan(1)
})

it('refuses what is no part, and a second time', () => {
  for (const fraction of [0, 1, -1, Number.NaN]) expect(() => holdOut(data, { fraction })).toThrow(ArgumentError)
  expect(() => holdOut(holdOut(data, { fraction: 0.1 }), { fraction: 0.1 })).toThrow(/of its own/)
})
