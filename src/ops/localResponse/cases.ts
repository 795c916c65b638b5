/** Local response cases: windows beyond the edges, even ones, the usual power and others, AlexNet's layers. */

import { type OpCase, opCase } from '../cases.ts'
import { f32 } from '../specs.ts'
import type { LocalResponseAttributes } from './attributes.ts'
import { localResponse, localResponseGradient } from './op.ts'

interface Row extends Partial<LocalResponseAttributes> {
  readonly name: string
  /** [n, h, w, c] */
  readonly x: readonly [number, number, number, number]
  readonly centred?: true
  readonly bench?: string
}

const rows: readonly Row[] = [
  { name: 'one value', x: [1, 1, 1, 1] },
  { name: 'window beyond all channels', x: [2, 3, 2, 3], size: 9 },
  { name: 'ugly sizes', x: [3, 5, 7, 13] },
  { name: 'even window', x: [2, 4, 3, 11], size: 4 },
  { name: 'another power', x: [2, 5, 4, 10], beta: 0.5, k: 2 },
  { name: 'a power above 1', x: [1, 6, 5, 7], beta: 1.3, k: 0.5, size: 3 },
  { name: 'no window', x: [1, 4, 4, 6], size: 1 },
  { name: 'map', x: [2, 7, 6, 5], over: 'map', size: 3 },
  { name: 'map, even window', x: [1, 6, 9, 3], over: 'map', size: 4 },
  { name: 'map, window beyond the map', x: [2, 3, 4, 7], over: 'map', size: 9 },
  { name: 'map, another power', x: [1, 5, 5, 4], over: 'map', beta: 0.6, size: 5 },
  { name: 'contrast', x: [2, 6, 7, 5], over: 'map', size: 3, centred: true },
  { name: 'contrast, even window', x: [1, 5, 8, 6], over: 'map', size: 2, centred: true },
  { name: 'AlexNet, first layer', x: [1, 55, 55, 96], alpha: 2e-5, bench: 'alexnet' },
  { name: 'map, several tiles', x: [1, 40, 33, 16], over: 'map', alpha: 2e-5, bench: 'cuda-convnet' },
]

export const cases: readonly OpCase[] = rows.flatMap(({ name, x: shape, centred, bench, ...given }): OpCase[] => {
  const attributes = { size: 5, over: 'channels', alpha: 0.1, beta: 0.75, k: 1, ...given } as const
  const x = f32(...shape)
  const taps = attributes.over === 'map' ? attributes.size ** 2 : attributes.size
  // A power's error grows with the logarithm of its base, here at most 4.
  const shared = { name, attributes, terms: 2 * taps + 16, ...(bench === undefined ? {} : { bench }) }
  const means = centred ? [x] : []
  return [
    opCase({ ...shared, op: localResponse, inputs: [x, ...means] }),
    opCase({ ...shared, op: localResponseGradient, inputs: [x, x, ...means] }),
  ]
})
