/** Resampling cases: every rule, uneven sides, single rows, padding as wide as it may be, real networks' upsampling. */

import { type OpCase, opCase } from '../cases.ts'
import { f32 } from '../specs.ts'
import type { Pair } from '../window.ts'
import type { ResampleRule } from './attributes.ts'
import { resample, resampleOps } from './op.ts'

interface Row {
  readonly name: string
  readonly rule: ResampleRule
  /** [n, h, w, c] */
  readonly x: readonly [number, number, number, number]
  readonly output: Pair
  readonly start?: Pair
  readonly bench?: string
}

const rows: readonly Row[] = [
  { name: 'zeros on all sides', rule: 'zero', x: [2, 3, 5, 7], output: [6, 9], start: [-1, -3] },
  { name: 'zeros wider than the image', rule: 'zero', x: [1, 1, 2, 1], output: [9, 7], start: [-4, -5] },
  { name: 'crop', rule: 'zero', x: [3, 9, 7, 5], output: [4, 3], start: [2, 4] },
  { name: 'mirrored', rule: 'reflect', x: [2, 4, 3, 6], output: [10, 7], start: [-3, -2] },
  { name: 'edge repeated', rule: 'edge', x: [2, 2, 3, 9], output: [9, 6], start: [-4, -1] },
  { name: 'nearest by 2', rule: 'nearest', x: [2, 3, 5, 13], output: [6, 10] },
  { name: 'nearest to a size', rule: 'nearest', x: [1, 5, 7, 3], output: [13, 4] },
  { name: 'bilinear by 2', rule: 'bilinear', x: [2, 3, 4, 5], output: [6, 8] },
  { name: 'bilinear by 3', rule: 'bilinear', x: [1, 4, 1, 8], output: [12, 3] },
  { name: 'bilinear to a size', rule: 'bilinear', x: [2, 7, 5, 3], output: [11, 3] },
  { name: 'corners by 2', rule: 'corners', x: [2, 3, 4, 5], output: [6, 8] },
  { name: 'corners to one row', rule: 'corners', x: [1, 3, 1, 6], output: [1, 5] },
  { name: 'many rows', rule: 'edge', x: [3, 64, 3, 20], output: [66, 5], start: [-1, -1] },
  { name: 'U-Net, 2×', rule: 'bilinear', x: [1, 56, 56, 64], output: [112, 112], bench: 'unet' },
]

export const cases: readonly OpCase[] = rows.flatMap(({ name, x, output, rule, start = [0, 0], bench }) => {
  const [n, height, width, channels] = x
  const attributes = { rule, input: [height, width] as const, output, start }
  const shared = { name, attributes, terms: 4, ...(bench === undefined ? {} : { bench }) }
  const most = Math.ceil(output[0] / height + 2) * Math.ceil(output[1] / width + 2)
  return [
    opCase({ ...shared, op: resample, inputs: [f32(...x)] }),
    opCase({
      ...shared,
      op: resampleOps['resample.gradient'],
      terms: 4 * most,
      inputs: [f32(n, ...output, channels)],
    }),
  ]
})
