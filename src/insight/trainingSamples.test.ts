// What a report shows as training pictures is what the trainer's own batches hold.
import { describe, expect, it } from 'vitest'
import { Random } from '../core/random.ts'
import { volumeSize } from '../core/shapes.ts'
import { Batches } from '../data/batches.ts'
import { dataset } from '../data/dataset.ts'
import { trainingSamples } from './trainingSamples.ts'

const random = Random.seeded(1, 'pictures')
const pictures = (count: number) => ({
  height: 6,
  width: 5,
  channels: 3,
  images: Uint8Array.from({ length: count * 6 * 5 * 3 }, () => Math.floor(256 * random.next())),
  labels: Array.from({ length: count }, (_, index) => index % 2),
})
const { train, normalization } = dataset({ classes: ['a', 'b'], train: pictures(20), test: pictures(2) })
const size = volumeSize(train)

describe('training samples', () => {
  it('are the images themselves where nothing is augmented', async () => {
    const { indices, images } = await trainingSamples(train, { augment: {}, normalization, seed: 3, most: 8 })
    expect(indices).toHaveLength(8)
    indices.forEach((index, at) => {
      const own = train.images.subarray(index * size, (index + 1) * size)
      expect([...images.subarray(at * size, (at + 1) * size)]).toEqual([...own])
    })
  })

  it('are what the first batch of the training holds, whatever its size', async () => {
    const augment = { flip: true, crop: 2 }
    const { indices, images } = await trainingSamples(train, { augment, normalization, seed: 3, most: 8 })
    const batches = new Batches(train, { batch: 16, normalization, seed: 3, augment })
    const values = new Float32Array(16 * size)
    batches.fill(0, 0, values, new Int32Array(16))
    expect(indices).toEqual([...batches.pictures(0, 0).subarray(0, 8)])
    images.forEach((byte, index) => {
      const channel = index % 3
      const value =
        255 *
        ((values[index] as number) * (normalization.std[channel] as number) + (normalization.mean[channel] as number))
      // Half a unit of rounding, and what float32 loses of 255: 2⁻²⁴ · 255 · a few operations.
      expect(Math.abs(value - byte)).toBeLessThan(0.5001)
    })
    const plain = await trainingSamples(train, { augment: {}, normalization, seed: 3, most: 8 })
    expect([...images]).not.toEqual([...plain.images])
  })
})
