/**
 * LeNet-5 as published in 1998: tanh, trained subsampling (a mean, times a weight, plus a bias, by channel), and a third
 * layer whose filters see only some of the six maps (table 1 of the paper). Its last layer is an FC here; the paper's has
 * fixed weights and Euclidean distances.
 */

import type { ZooEntry } from './types.ts'

/** A mean over 2×2; a weight and a bias for each channel are a depthwise 1×1 convolution. */
const subsample = (channels: number) => `AVGPOOL2 -> CONV1-${channels} g${channels} -> TANH`

/** Maps that each of the 16 filters of C3 sees. */
const connections: readonly (readonly number[])[] = [
  ...Array.from({ length: 6 }, (_, i) => [0, 1, 2].map((j) => (i + j) % 6)),
  ...Array.from({ length: 6 }, (_, i) => [0, 1, 2, 3].map((j) => (i + j) % 6)),
  ...Array.from({ length: 3 }, (_, i) => [0, 1, 3, 4].map((j) => (i + j) % 6)),
  [0, 1, 2, 3, 4, 5],
]

/** Channels in ranges of neighbors: [5, 0, 1] is SLICE-1 from5 next to SLICE-2. */
function select(maps: readonly number[]): string {
  const ranges: [number, number][] = []
  for (const map of maps.toSorted((a, b) => a - b)) {
    const last = ranges.at(-1)
    if (last !== undefined && last[0] + last[1] === map) last[1]++
    else ranges.push([map, 1])
  }
  const slices = ranges.map(([from, count]) => (from === 0 ? `SLICE-${count}` : `SLICE-${count} from${from}`))
  return slices.length === 1 ? (slices[0] ?? '') : `CONCAT(${slices.join(' | ')})`
}

const third = connections.map((maps) => (maps.length === 6 ? 'CONV5-1 p0' : `${select(maps)} -> CONV5-1 p0`))

export const lenet1998: ZooEntry<'lenet5-1998'> = {
  name: 'lenet5-1998',
  title: 'LeNet-5 as published, for 32×32 digits',
  paper: 'LeCun, Bottou, Bengio, Haffner: Gradient-Based Learning Applied to Document Recognition, 1998',
  notation: `INPUT 32x32x1
    -> CONV5-6 p0 -> TANH -> ${subsample(6)}
    -> CONCAT(${third.join('\n      | ')}) -> TANH -> ${subsample(16)}
    -> CONV5-120 p0 -> TANH -> FC-84 -> TANH -> FC-10`,
  parameters: 60_850,
  macs: 328_096,
  accuracy: 'MNIST 99.05 %, in the paper',
  remarks: ['The paper counts 60,000 trained parameters: these without the last layer.'],
}
