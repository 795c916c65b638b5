/**
 * MobileNet v1: depthwise 3×3 and 1×1 convolutions in turn, at four widths. Padded as TensorFlow pads: where the stride is
 * 2, only below and to the right.
 */

import { lines } from './text.ts'
import type { ZooEntry } from './types.ts'

/** [filters of the 1×1, stride of the depthwise 3×3]: table 1 of the paper. */
const units = [
  [64, 1],
  [128, 2],
  [128, 1],
  [256, 2],
  [256, 1],
  [512, 2],
  ...Array.from({ length: 5 }, () => [512, 1] as const),
  [1024, 2],
  [1024, 1],
] as const satisfies readonly (readonly [number, number])[]

const halving = ' s2 p0,0,1,1'

function body(width: number): string {
  let depth = 32 * width
  return lines(
    units.map(([filters, stride]) => {
      const depthwise = `CONV3-${depth}${stride === 2 ? halving : ''} g${depth} nobias -> BN eps=0.001 -> RELU6`
      depth = filters * width
      return `${depthwise} -> CONV1-${depth} nobias -> BN eps=0.001 -> RELU6`
    }),
  )
}

function row<N extends string>(name: N, width: number, parameters: number, macs: number, top1: number): ZooEntry<N> {
  return {
    name,
    title: `MobileNet v1${width === 1 ? '' : `, width ${width},`} for ImageNet`,
    paper: 'Howard et al.: MobileNets: Efficient Convolutional Neural Networks for Mobile Vision Applications, 2017',
    notation: `INPUT 224x224x3 -> CONV3-${32 * width}${halving} nobias -> BN eps=0.001 -> RELU6
    -> ${body(width)}
    -> GAP -> DROPOUT 0.001 -> FC-1000`,
    parameters,
    macs,
    accuracy: `ImageNet top-1 ${top1.toFixed(1)} %, in the paper`,
  }
}

export const mobilenetV1s = [
  row('mobilenet-v1', 1, 4_231_976, 568_740_352, 70.6),
  row('mobilenet-v1-0.75', 0.75, 2_585_560, 325_400_448, 68.4),
  row('mobilenet-v1-0.5', 0.5, 1_331_592, 149_497_088, 63.7),
  row('mobilenet-v1-0.25', 0.25, 470_072, 41_030_272, 50.6),
] as const
