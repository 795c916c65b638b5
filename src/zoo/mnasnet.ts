/** MNASNet: inverted residuals like those of MobileNet v2, with sizes and expansions found by a search on a phone. */

import { bracketed, lines } from './text.ts'
import type { ZooEntry } from './types.ts'

const conv = (filters: number, options = '', size = 1) => `CONV${size}-${filters}${options} nobias -> BN`

/** [filter size, stride of the first, expansion, filters, blocks]: figure 7 of the paper. */
const stages = [
  [3, 2, 3, 24, 3],
  [5, 2, 3, 40, 3],
  [5, 2, 6, 80, 3],
  [3, 1, 6, 96, 2],
  [5, 2, 6, 192, 4],
  [3, 1, 6, 320, 1],
] as const

function block(depth: number, size: number, stride: number, expansion: number, filters: number): string {
  const wide = depth * expansion
  const options = `${stride === 1 ? '' : ` s${stride}`} g${wide}`
  return `${conv(wide)} -> RELU -> ${conv(wide, options, size)} -> RELU -> ${conv(filters)}`
}

function body(): string {
  let depth = 16
  return lines(
    stages.map(([size, stride, expansion, filters, count]) => {
      const first = block(depth, size, stride, expansion, filters)
      depth = filters
      const more = `ADD(${block(depth, size, 1, expansion, filters)} | ID)`
      return count === 1 ? first : `${first} -> ${bracketed(more, count - 1)}`
    }),
  )
}

const modules = () => [
  ...[0, 1, 3, 4, 6, 7].map((index) => `layers.${index}`),
  ...stages.flatMap(([, , , , count], stage) =>
    Array.from({ length: count }, (_, block) =>
      [0, 1, 3, 4, 6, 7].map((index) => `layers.${stage + 8}.${block}.layers.${index}`),
    ).flat(),
  ),
  'layers.14',
  'layers.15',
  'classifier.1',
]

export const mnasnet: ZooEntry<'mnasnet'> = {
  name: 'mnasnet',
  title: 'MNASNet-B1 for ImageNet',
  paper: 'Tan, Chen, Pang, Vasudevan, Sandler, Howard, Le: MnasNet: Platform-Aware Neural Architecture Search, 2018',
  notation: `INPUT 224x224x3 -> ${conv(32, ' s2', 3)} -> RELU -> ${conv(32, ' g32', 3)} -> RELU -> ${conv(16)}
    -> ${body()}
    -> ${conv(1280)} -> RELU -> GAP -> DROPOUT 0.2 -> FC-1000`,
  parameters: 4_383_312,
  macs: 314_415_872,
  accuracy: "ImageNet top-1 73.5 %, torchvision's weights",
  pytorch: { torchvision: { name: 'mnasnet1_0', modules } },
}
