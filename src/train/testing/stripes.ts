/** A made-up data set that a small network learns in a few steps: stripes in one of four directions, with noise. */

import { Random } from '../../core/random.ts'
import { type Dataset, dataset } from '../../data/dataset.ts'

export const stripeNetwork = 'INPUT 8x8x1 -> CONV3-6 -> BN -> RELU -> POOL2 -> DROPOUT 0.1 -> FC-4'

/** `count` training pictures and half as many test pictures of 8×8×1, classes in turn. */
export function stripes(count: number, seed = 1): Dataset {
  return dataset({
    name: 'stripes',
    classes: ['—', '|', '/', '\\'],
    train: split(count, Random.seeded(seed, 'train')),
    test: split(count >> 1, Random.seeded(seed, 'test')),
  })
}

const directions = [
  [0, 1],
  [1, 0],
  [1, 1],
  [1, -1],
] as const

function split(count: number, random: Random) {
  const labels = Uint8Array.from({ length: count }, (_, i) => i % 4)
  const images = new Uint8Array(count * 64)
  for (let i = 0; i < count; i++) {
    const [dx, dy] = directions[i % 4] as readonly [number, number]
    const phase = random.integer(4)
    for (let y = 0; y < 8; y++)
      for (let x = 0; x < 8; x++) {
        const on = (((x * dx + y * dy + phase) % 4) + 4) % 4 < 2
        images[i * 64 + y * 8 + x] = (on ? 150 : 60) + random.integer(60)
      }
  }
  return { height: 8, width: 8, channels: 1, images, labels }
}
