// Batches are a function of (seed, epoch, step): order, augmentation, resume, and the last batch.
import { describe, expect, it } from 'vitest'
import { ArgumentError } from '../core/errors.ts'
import { Batches, type BatchesOptions } from './batches.ts'
import type { Split } from './dataset.ts'

const count = 23
const split: Split = {
  count,
  height: 4,
  width: 4,
  channels: 1,
  images: Uint8Array.from({ length: count * 16 }, (_, i) => (i * 37) % 256),
  labels: Uint8Array.from({ length: count }, (_, i) => i),
}
const options: BatchesOptions = { batch: 5, normalization: { mean: [0.4], std: [0.2] }, seed: 3 }
const augment = { flip: true, crop: 2, cutout: 2 }

function fill(batches: Batches, epoch: number, step: number) {
  const images = new Float32Array(batches.batch * 16).fill(9)
  const labels = new Int32Array(batches.batch).fill(9)
  const filled = batches.fill(epoch, step, images, labels)
  return { filled, images, labels }
}

describe('Batches', () => {
  it('shows every image once an epoch, in another order each epoch, dropping what fills no batch', () => {
    const batches = new Batches(split, options)
    expect(batches).toMatchObject({ stepsPerEpoch: 4, picturesPerEpoch: 20 })
    const orders = [0, 1].map((epoch) => [0, 1, 2, 3].flatMap((step) => [...fill(batches, epoch, step).labels]))
    for (const order of orders) expect(new Set(order).size).toBe(20)
    expect(orders[0]).not.toEqual(orders[1])
    expect(orders[0]).not.toEqual([...(orders[0] as number[])].sort((a, b) => a - b))
  })

  it('gives the images as they are shown where these are the targets, mixed ones, too', () => {
    for (const more of [{}, { augment }, { augment: { mixup: 1 } }]) {
      const batches = new Batches({ ...split, isTarget: true }, { ...options, ...more, dropLast: false })
      for (const step of [0, 4]) {
        const [images, labels] = [new Float32Array(5 * 16).fill(9), new Float32Array(5 * 16).fill(9)]
        batches.fill(1, step, images, labels)
        expect(labels).toEqual(images)
        expect(images.subarray(3 * 16).every((value) => value === 0)).toBe(step === 4)
      }
    }
  })

  it('goes through in order without shuffling, and keeps a smaller last batch', () => {
    const batches = new Batches(split, { ...options, shuffle: false })
    expect(batches).toMatchObject({ stepsPerEpoch: 5, picturesPerEpoch: 23 })
    const { filled, images, labels } = fill(batches, 0, 4)
    expect(filled).toBe(3)
    expect([...labels]).toEqual([20, 21, 22, 0, 0])
    expect([...images.subarray(48)]).toEqual(new Array(32).fill(0))
    expect(images[0]).toBe(Math.fround(((split.images[20 * 16] as number) / 255 - 0.4) / 0.2))
  })

  it('gives a resumed run the same bits, wherever it comes in', () => {
    const first = new Batches(split, { ...options, augment })
    const whole = [0, 1, 2].flatMap((epoch) => [0, 1, 2, 3].map((step) => fill(first, epoch, step)))
    const fresh = new Batches(split, { ...options, augment })
    for (const at of [11, 5, 6, 0]) expect(fill(fresh, at >> 2, at & 3)).toEqual(whole[at])
  })

  it('draws an image by its position in the epoch, so another batch size shows the same images', () => {
    const fives = new Batches(split, { ...options, augment })
    const tens = new Batches(split, { ...options, augment, batch: 10 })
    const two = [fill(fives, 1, 2), fill(fives, 1, 3)]
    expect([...fill(tens, 1, 1).images]).toEqual(two.flatMap(({ images }) => [...images]))
  })

  it('depends on the seed, and augments each epoch anew', () => {
    const batches = new Batches(split, { ...options, augment, shuffle: false })
    const other = new Batches(split, { ...options, augment, shuffle: false, seed: 4 })
    expect(fill(batches, 0, 0).images).not.toEqual(fill(other, 0, 0).images)
    expect(fill(batches, 0, 0).images).not.toEqual(fill(batches, 1, 0).images)
    const shuffled = [3, 4].map((seed) => fill(new Batches(split, { ...options, seed }), 0, 0).labels)
    expect(shuffled[0]).not.toEqual(shuffled[1])
  })

  it('tells which images a step holds', () => {
    const batches = new Batches(split, options)
    expect([...batches.pictures(2, 1)]).toEqual([...fill(batches, 2, 1).labels])
    expect(new Batches(split, { ...options, shuffle: false }).pictures(0, 4)).toHaveLength(3)
  })

  it.each([0, -1, 2.5, Number.NaN, 24])('refuses a batch of %d', (batch) => {
    expect(() => new Batches(split, { ...options, batch })).toThrow(ArgumentError)
  })

  it('takes a batch larger than the split where none is dropped', () => {
    const batches = new Batches(split, { ...options, batch: 100, shuffle: false })
    expect(batches).toMatchObject({ stepsPerEpoch: 1, picturesPerEpoch: 23 })
    expect(fill(batches, 0, 0).filled).toBe(23)
  })

  it('refuses memory of another length, steps that do not exist, and statistics of other channels', () => {
    const batches = new Batches(split, options)
    expect(() => batches.fill(0, 0, new Float32Array(79), new Int32Array(5))).toThrow(/5 × 4 × 4 × 1 = 80 values/)
    expect(() => batches.fill(0, 0, new Float32Array(80), new Int32Array(4))).toThrow(ArgumentError)
    for (const [epoch, step] of [
      [0, 4],
      [0, -1],
      [-1, 0],
      [0.5, 0],
    ] as const)
      expect(() => batches.fill(epoch, step, new Float32Array(80), new Int32Array(5))).toThrow(/no such step/)
    const normalization = { mean: [0, 0, 0], std: [1, 1, 1] }
    expect(() => new Batches(split, { ...options, normalization })).toThrow(/3 means/)
  })
})
