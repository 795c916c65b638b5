/** ShuffleNet v2: half of the channels pass by each unit, the other half goes through it; a shuffle mixes them. */

import { bracketed, lines } from './text.ts'
import type { ZooEntry } from './types.ts'

const conv = (filters: number) => `CONV1-${filters} nobias -> BN -> RELU`
const depthwise = (filters: number, stride = '') => `CONV3-${filters}${stride} g${filters} nobias -> BN`

/** The unit that halves the map, from `depth` channels to twice `half`. */
const halving = (depth: number, half: number) =>
  `CONCAT(${depthwise(depth, ' s2')} -> ${conv(half)} | ${conv(half)} -> ${depthwise(half, ' s2')} -> ${conv(half)}) -> SHUFFLE g2`

const unit = (half: number) =>
  `CONCAT(SLICE-${half} | SLICE-${half} from${half} -> ${conv(half)} -> ${depthwise(half)} -> ${conv(half)}) -> SHUFFLE g2`

/** [half of the channels, units]: table 5 of the paper, width 1. */
const stages = [
  [58, 4],
  [116, 8],
  [232, 4],
] as const

function body(): string {
  let depth = 24
  return lines(
    stages.map(([half, count]) => {
      const first = halving(depth, half)
      depth = 2 * half
      return `${first} -> ${bracketed(unit(half), count - 1)}`
    }),
  )
}

function modules(): readonly string[] {
  const inner = stages.flatMap(([, count], stage) =>
    Array.from({ length: count }, (_, unit) => {
      const through = [0, 1, 3, 4, 5, 6].map((index) => `branch2.${index}`)
      const names = unit === 0 ? [...[0, 1, 2, 3].map((index) => `branch1.${index}`), ...through] : through
      return names.map((name) => `stage${stage + 2}.${unit}.${name}`)
    }).flat(),
  )
  return ['conv1.0', 'conv1.1', ...inner, 'conv5.0', 'conv5.1', 'fc']
}

export const shufflenetV2: ZooEntry<'shufflenet-v2'> = {
  name: 'shufflenet-v2',
  title: 'ShuffleNet v2, width 1, for ImageNet',
  paper: 'Ma, Zhang, Zheng, Sun: ShuffleNet V2: Practical Guidelines for Efficient CNN Architecture Design, 2018',
  notation: `INPUT 224x224x3 -> CONV3-24 s2 nobias -> BN -> RELU -> POOL3 s2 p1
    -> ${body()}
    -> ${conv(1024)} -> GAP -> FC-1000`,
  parameters: 2_278_604,
  macs: 144_907_992,
  accuracy: "ImageNet top-1 69.4 %, torchvision's weights",
  pytorch: { torchvision: { name: 'shufflenet_v2_x1_0', modules } },
}
