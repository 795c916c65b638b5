/** Products: every remainder of channels, one channel, one position, factors of each image and of all of them. */

import { type OpCase, opCase } from '../cases.ts'
import { f32 } from '../specs.ts'
import { multiply, multiplyChannels, multiplyChannelsGradient, multiplyNumber } from './op.ts'

/** Volumes that every product by channels is tried on. */
export const channelShapes: readonly {
  readonly name: string
  readonly shape: readonly number[]
  readonly bench?: string
}[] = [
  { name: 'one value', shape: [1, 1, 1, 1] },
  { name: 'one channel', shape: [3, 7, 5, 1] },
  { name: 'one position', shape: [5, 1, 1, 23] },
  { name: 'three channels', shape: [2, 5, 7, 3] },
  { name: 'every remainder', shape: [3, 7, 5, 41] },
  { name: 'several tiles', shape: [2, 19, 17, 22] },
  { name: 'MobileNet v3, a block', shape: [8, 28, 28, 120], bench: 'squeeze and excitation' },
]

export const cases: readonly OpCase[] = channelShapes.flatMap(({ name, shape, bench }): OpCase[] => {
  const [n = 1, h = 1, w = 1, c = 1] = shape
  const x = f32(...shape)
  const timed = bench === undefined ? {} : { bench }
  // One product; of the gradients of factors, a sum over positions.
  const terms = h * w + 1
  return [
    opCase({ name, op: multiply, attributes: {}, inputs: [x, x], terms: 1 }),
    opCase({
      name: `${name}, by image`,
      op: multiplyChannels,
      attributes: {},
      inputs: [x, f32(n, 1, 1, c)],
      terms: 1,
      ...timed,
    }),
    opCase({ name: `${name}, for all`, op: multiplyChannels, attributes: {}, inputs: [x, f32(c)], terms: 1 }),
    opCase({ name, op: multiplyChannelsGradient, attributes: {}, inputs: [x, x], terms, ...timed }),
    opCase({ name: `${name}, by −0.3`, op: multiplyNumber, attributes: { factor: -0.3 }, inputs: [x], terms: 2 }),
  ]
})
