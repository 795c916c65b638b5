/**
 * MobileNet v3, large and small: inverted residuals, some with squeeze-and-excitation, ReLU first and hard-swish later.
 * BN has PyTorch's ε, as in timm; torchvision and the authors have 0.001.
 */

import { lines, squeezeExcite } from './text.ts'
import type { ZooEntry } from './types.ts'

/** [filter size, channels within, filters, squeeze-and-excitation, activation, stride]: tables 1 and 2 of the paper. */
type Row = readonly [number, number, number, boolean, 'RELU' | 'HARDSWISH', number]

const large: readonly Row[] = [
  [3, 16, 16, false, 'RELU', 1],
  [3, 64, 24, false, 'RELU', 2],
  [3, 72, 24, false, 'RELU', 1],
  [5, 72, 40, true, 'RELU', 2],
  [5, 120, 40, true, 'RELU', 1],
  [5, 120, 40, true, 'RELU', 1],
  [3, 240, 80, false, 'HARDSWISH', 2],
  [3, 200, 80, false, 'HARDSWISH', 1],
  [3, 184, 80, false, 'HARDSWISH', 1],
  [3, 184, 80, false, 'HARDSWISH', 1],
  [3, 480, 112, true, 'HARDSWISH', 1],
  [3, 672, 112, true, 'HARDSWISH', 1],
  [5, 672, 160, true, 'HARDSWISH', 2],
  [5, 960, 160, true, 'HARDSWISH', 1],
  [5, 960, 160, true, 'HARDSWISH', 1],
]

const small: readonly Row[] = [
  [3, 16, 16, true, 'RELU', 2],
  [3, 72, 24, false, 'RELU', 2],
  [3, 88, 24, false, 'RELU', 1],
  [5, 96, 40, true, 'HARDSWISH', 2],
  [5, 240, 40, true, 'HARDSWISH', 1],
  [5, 240, 40, true, 'HARDSWISH', 1],
  [5, 120, 48, true, 'HARDSWISH', 1],
  [5, 144, 48, true, 'HARDSWISH', 1],
  [5, 288, 96, true, 'HARDSWISH', 2],
  [5, 576, 96, true, 'HARDSWISH', 1],
  [5, 576, 96, true, 'HARDSWISH', 1],
]

/** The nearest multiple of 8 that is at least nine tenths of the number. */
function divisible(channels: number): number {
  const rounded = Math.max(8, Math.floor((channels + 4) / 8) * 8)
  return rounded < 0.9 * channels ? rounded + 8 : rounded
}

function body(rows: readonly Row[]): string {
  let depth = 16
  return lines(
    rows.map(([size, wide, filters, squeezes, activation, stride]) => {
      const conv = (count: number, options = '', side = 1) => `CONV${side}-${count}${options} nobias -> BN`
      const widen = wide === depth ? '' : `${conv(wide)} -> ${activation} -> `
      const options = `${stride === 1 ? '' : ` s${stride}`} g${wide}`
      const squeeze = squeezes ? ` -> ${squeezeExcite(divisible(wide / 4), wide, 'RELU', 'HARDSIGMOID')}` : ''
      const path = `${widen}${conv(wide, options, size)} -> ${activation}${squeeze} -> ${conv(filters)}`
      const text = stride === 1 && depth === filters ? `ADD(${path} | ID)` : path
      depth = filters
      return text
    }),
  )
}

/** timm numbers blocks within stages: a stage ends before a stride, or where the filters change. */
function timmModules(rows: readonly Row[]): readonly string[] {
  const blocks: string[] = []
  let [depth, stage, index] = [16, -1, 0]
  rows.forEach(([, wide, filters, squeezes, , stride], at) => {
    const starts = at === 0 || stride > 1 || filters !== depth
    stage += starts ? 1 : 0
    index = starts ? 0 : index + 1
    const squeeze = squeezes ? ['se.conv_reduce', 'se.conv_expand'] : []
    const names =
      wide === depth
        ? ['conv_dw', 'bn1', ...squeeze, 'conv_pw', 'bn2']
        : ['conv_pw', 'bn1', 'conv_dw', 'bn2', ...squeeze, 'conv_pwl', 'bn3']
    blocks.push(...names.map((name) => `blocks.${stage}.${index}.${name}`))
    depth = filters
  })
  const last = `blocks.${stage + 1}.0`
  return ['conv_stem', 'bn1', ...blocks, `${last}.conv`, `${last}.bn1`, 'conv_head', 'classifier']
}

function row<N extends string>(
  name: N,
  rows: readonly Row[],
  head: number,
  facts: Pick<ZooEntry, 'title' | 'parameters' | 'macs' | 'accuracy' | 'pytorch'>,
): ZooEntry<N> {
  const [, wide = 0] = rows.at(-1) ?? []
  return {
    name,
    paper: 'Howard et al.: Searching for MobileNetV3, 2019',
    notation: `INPUT 224x224x3 -> CONV3-16 s2 nobias -> BN -> HARDSWISH
    -> ${body(rows)}
    -> CONV1-${wide} nobias -> BN -> HARDSWISH -> GAP -> FC-${head} -> HARDSWISH -> DROPOUT 0.2 -> FC-1000`,
    ...facts,
  }
}

export const mobilenetV3s = [
  row('mobilenet-v3-large', large, 1280, {
    title: 'MobileNet v3 large for ImageNet',
    parameters: 5_483_032,
    macs: 216_589_760,
    accuracy: "ImageNet top-1 74.0 %, torchvision's weights",
  }),
  row('mobilenet-v3-small', small, 1024, {
    title: 'MobileNet v3 small for ImageNet',
    parameters: 2_542_856,
    macs: 56_510_400,
    accuracy: "ImageNet top-1 67.7 %, torchvision's weights",
    pytorch: { timm: { name: 'mobilenetv3_small_100', modules: () => timmModules(small) } },
  }),
] as const
