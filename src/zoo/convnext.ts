/**
 * ConvNeXt: a residual network in the style of vision transformers: depthwise 7×7, layer normalization, an expansion by
 * four with GELU, and a learned scale of each residual (layer scale).
 */

import { bracketed, lines } from './text.ts'
import type { ZooEntry } from './types.ts'

type Four = readonly [number, number, number, number]

const norm = 'LN eps=1e-6'

const block = (depth: number) =>
  `ADD(CONV7-${depth} g${depth} -> ${norm} -> CONV1-${4 * depth} -> GELU -> CONV1-${depth} -> SCALE 1e-6 learned | ID)`

function body(depths: Four, blocks: Four): string {
  return lines(
    depths.map((depth, stage) => {
      const start = stage === 0 ? '' : `${norm} -> CONV2-${depth} s2 p0 -> `
      return `${start}${bracketed(block(depth), blocks[stage] ?? 0)}`
    }),
  )
}

const torchvisionModules = (blocks: Four) => [
  'features.0.0',
  'features.0.1',
  ...blocks.flatMap((count, stage) => [
    ...(stage === 0 ? [] : [`features.${2 * stage}.0`, `features.${2 * stage}.1`]),
    ...Array.from({ length: count }, (_, index) =>
      ['block.0', 'block.2', 'block.3', 'block.5', 'layer_scale'].map(
        (part) => `features.${2 * stage + 1}.${index}.${part}`,
      ),
    ).flat(),
  ]),
  'classifier.0',
  'classifier.2',
]

const timmModules = (blocks: Four) => [
  'stem.0',
  'stem.1',
  ...blocks.flatMap((count, stage) => [
    ...(stage === 0 ? [] : [0, 1].map((part) => `stages.${stage}.downsample.${part}`)),
    ...Array.from({ length: count }, (_, index) =>
      ['conv_dw', 'norm', 'mlp.fc1', 'mlp.fc2', 'gamma'].map((part) => `stages.${stage}.blocks.${index}.${part}`),
    ).flat(),
  ]),
  'head.norm',
  'head.fc',
]

function row<N extends string>(
  name: N,
  depths: Four,
  blocks: Four,
  facts: Pick<ZooEntry, 'title' | 'parameters' | 'macs' | 'accuracy' | 'pytorch'>,
): ZooEntry<N> {
  return {
    name,
    paper: 'Liu, Mao, Wu, Feichtenhofer, Darrell, Xie: A ConvNet for the 2020s, 2022',
    notation: `INPUT 224x224x3 -> CONV4-${depths[0]} s4 p0 -> ${norm}
    -> ${body(depths, blocks)}
    -> GAP -> ${norm} -> FC-1000`,
    ...facts,
  }
}

const small = [2, 2, 6, 2] as const
const tiny = [3, 3, 9, 3] as const

export const convnexts = [
  row('convnext-atto', [40, 80, 160, 320], small, {
    title: 'ConvNeXt-Atto for ImageNet',
    parameters: 3_695_520,
    macs: 547_332_480,
    accuracy: "ImageNet top-1 75.7 %, timm's weights",
    pytorch: { timm: { name: 'convnext_atto', modules: () => timmModules(small) } },
  }),
  row('convnext-tiny', [96, 192, 384, 768], tiny, {
    title: 'ConvNeXt-Tiny for ImageNet',
    parameters: 28_589_128,
    macs: 4_455_531_264,
    accuracy: "ImageNet top-1 82.5 %, torchvision's weights",
    pytorch: {
      torchvision: { name: 'convnext_tiny', modules: () => torchvisionModules(tiny) },
      timm: { name: 'convnext_tiny', modules: () => timmModules(tiny) },
    },
  }),
] as const
