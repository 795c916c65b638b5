/** MobileNet v2 for ImageNet: inverted residuals: widen by 1×1, filter depthwise, narrow by 1×1 without activation. */

import type { ZooEntry } from './types.ts'

const conv = (size: number, filters: number, options = '') => `CONV${size}-${filters}${options} nobias -> BN`

function block(depth: number, filters: number, expansion: number, stride: number): string {
  const wide = depth * expansion
  const widen = expansion === 1 ? '' : `${conv(1, wide)} -> RELU6 -> `
  const depthwise = `${conv(3, wide, `${stride === 1 ? '' : ` s${stride}`} g${wide}`)} -> RELU6`
  const path = `${widen}${depthwise} -> ${conv(1, filters)}`
  return stride === 1 && depth === filters ? `ADD(${path} | ID)` : path
}

/** Expansion, filters, blocks, stride of the first: table 2 of the paper. */
const stages = [
  [1, 16, 1, 1],
  [6, 24, 2, 2],
  [6, 32, 3, 2],
  [6, 64, 4, 2],
  [6, 96, 3, 1],
  [6, 160, 3, 2],
  [6, 320, 1, 1],
] as const

function body(): string {
  let depth = 32
  const blocks = stages.flatMap(([expansion, filters, count, stride]) =>
    Array.from({ length: count }, (_, index) => {
      const text = block(depth, filters, expansion, index === 0 ? stride : 1)
      depth = filters
      return text
    }),
  )
  return blocks.join('\n    -> ')
}

/** [expansion, index of the stage, block in the stage] of every block. */
const blocks = stages.flatMap(([expansion, , count], stage) =>
  Array.from({ length: count }, (_, index) => ({ widens: expansion !== 1, stage, index })),
)

function modules(): readonly string[] {
  const inner = blocks.flatMap(({ widens }, index) => {
    // The expansion is a separate module, and absent in the first block.
    const parts = widens ? ['0.0', '0.1', '1.0', '1.1', '2', '3'] : ['0.0', '0.1', '1', '2']
    return parts.map((part) => `features.${index + 1}.conv.${part}`)
  })
  return ['features.0.0', 'features.0.1', ...inner, 'features.18.0', 'features.18.1', 'classifier.1']
}

function timmModules(): readonly string[] {
  const inner = blocks.flatMap(({ widens, stage, index }) => {
    const parts = widens
      ? ['conv_pw', 'bn1', 'conv_dw', 'bn2', 'conv_pwl', 'bn3']
      : ['conv_dw', 'bn1', 'conv_pw', 'bn2']
    return parts.map((part) => `blocks.${stage}.${index}.${part}`)
  })
  return ['conv_stem', 'bn1', ...inner, 'conv_head', 'bn2', 'classifier']
}

export const mobilenetV2: ZooEntry<'mobilenet-v2'> = {
  name: 'mobilenet-v2',
  title: 'MobileNet v2 for ImageNet',
  paper: 'Sandler, Howard, Zhu, Zhmoginov, Chen: MobileNetV2: Inverted Residuals and Linear Bottlenecks, 2018',
  notation: `INPUT 224x224x3 -> ${conv(3, 32, ' s2')} -> RELU6
    -> ${body()}
    -> ${conv(1, 1280)} -> RELU6 -> GAP -> DROPOUT 0.2 -> FC-1000`,
  parameters: 3_504_872,
  macs: 300_774_272,
  accuracy: "ImageNet top-1 71.9 %, torchvision's weights",
  pytorch: { torchvision: { name: 'mobilenet_v2', modules }, timm: { name: 'mobilenetv2_100', modules: timmModules } },
}
