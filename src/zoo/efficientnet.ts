/** EfficientNet-B0: inverted residuals with squeeze-and-excitation and SiLU, found by a search. */

import { lines, squeezeExcite } from './text.ts'
import type { ZooEntry } from './types.ts'

const conv = (filters: number, options = '', size = 1) => `CONV${size}-${filters}${options} nobias -> BN`

/** [expansion, filter size, stride of the first, filters, blocks]: table 1 of the paper. */
const stages = [
  [1, 3, 1, 16, 1],
  [6, 3, 2, 24, 2],
  [6, 5, 2, 40, 2],
  [6, 3, 2, 80, 3],
  [6, 5, 1, 112, 3],
  [6, 5, 2, 192, 4],
  [6, 3, 1, 320, 1],
] as const

interface Block {
  readonly expansion: number
  readonly size: number
  readonly stride: number
  readonly depth: number
  readonly filters: number
  readonly stage: number
  /** In its stage. */
  readonly index: number
}

function allBlocks(): readonly Block[] {
  let depth = 32
  return stages.flatMap(([expansion, size, stride, filters, count], stage) =>
    Array.from({ length: count }, (_, index) => {
      const block = { expansion, size, stride: index === 0 ? stride : 1, depth, filters, stage, index }
      depth = filters
      return block
    }),
  )
}

const blocks = allBlocks()
/** The last blocks are dropped most, 0.2 at the end (stochastic depth). */
const dropRate = (index: number) => Number(((0.2 * index) / blocks.length).toFixed(4))

function write({ expansion, size, stride, depth, filters }: Block, index: number): string {
  const wide = depth * expansion
  const widen = expansion === 1 ? '' : `${conv(wide)} -> SILU -> `
  const options = `${stride === 1 ? '' : ` s${stride}`} g${wide}`
  const path = `${widen}${conv(wide, options, size)} -> SILU
      -> ${squeezeExcite(depth / 4, wide, 'SILU')} -> ${conv(filters)}`
  return stride === 1 && depth === filters ? `ADD(${path} -> DROPPATH ${dropRate(index)} | ID)` : path
}

const modules = () => [
  'features.0.0',
  'features.0.1',
  ...blocks.flatMap(({ expansion, stage, index }) => {
    const parts = ['0', '1', 'fc1', 'fc2', '0', '1']
    const numbers = [0, 0, 1, 1, 2, 2]
    // The expansion is a separate module, and absent in the first stage.
    const names =
      expansion === 1
        ? parts.map((part, i) => `${numbers[i]}.${part}`)
        : ['0.0', '0.1', ...parts.map((part, i) => `${(numbers[i] ?? 0) + 1}.${part}`)]
    return names.map((name) => `features.${stage + 1}.${index}.block.${name}`)
  }),
  'features.8.0',
  'features.8.1',
  'classifier.1',
]

const timmModules = () => [
  'conv_stem',
  'bn1',
  ...blocks.flatMap(({ expansion, stage, index }) => {
    const squeeze = ['se.conv_reduce', 'se.conv_expand']
    const names =
      expansion === 1
        ? ['conv_dw', 'bn1', ...squeeze, 'conv_pw', 'bn2']
        : ['conv_pw', 'bn1', 'conv_dw', 'bn2', ...squeeze, 'conv_pwl', 'bn3']
    return names.map((name) => `blocks.${stage}.${index}.${name}`)
  }),
  'conv_head',
  'bn2',
  'classifier',
]

export const efficientnetB0: ZooEntry<'efficientnet-b0'> = {
  name: 'efficientnet-b0',
  title: 'EfficientNet-B0 for ImageNet',
  paper: 'Tan, Le: EfficientNet: Rethinking Model Scaling for Convolutional Neural Networks, 2019',
  notation: `INPUT 224x224x3 -> ${conv(32, ' s2', 3)} -> SILU
    -> ${lines(blocks.map(write))}
    -> ${conv(1280)} -> SILU -> GAP -> DROPOUT 0.2 -> FC-1000`,
  parameters: 5_288_548,
  macs: 385_814_752,
  accuracy: "ImageNet top-1 77.7 %, torchvision's weights",
  pytorch: {
    torchvision: { name: 'efficientnet_b0', modules },
    timm: { name: 'efficientnet_b0', modules: timmModules },
  },
}
