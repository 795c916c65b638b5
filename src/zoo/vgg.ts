/**
 * VGG: nothing but 3×3 convolutions and 2×2 pooling, and three FC layers that hold nine tenths of the parameters
 * (configurations A, B, D and E of the paper's table 1). The variants with batch normalization are torchvision's.
 */

import { bracketed, lines } from './text.ts'
import type { ZooEntry } from './types.ts'

/** Convolutions of each stage; their filters. */
type Depths = readonly [number, number, number, number, number]
const filters = [64, 128, 256, 512, 512] as const

/** Indices of the layers with weights in `features`, where each layer counts, those without weights too. */
function modules(depths: Depths, norm: boolean, classifier: readonly string[]): readonly string[] {
  const names: string[] = []
  let index = 0
  for (const depth of depths) {
    for (let i = 0; i < depth; i++) {
      names.push(`features.${index++}`)
      if (norm) names.push(`features.${index++}`)
      index++ // ReLU
    }
    index++ // pooling
  }
  return [...names, ...classifier]
}

function row<N extends string>(
  name: N,
  depths: Depths,
  facts: Pick<ZooEntry, 'parameters' | 'macs' | 'accuracy' | 'remarks'>,
): ZooEntry<N> {
  const norm = name.endsWith('-bn')
  const layers = depths.reduce((sum, depth) => sum + depth, 3)
  const theirs = name.replace('-', '_')
  const stages = depths.map((depth, index) => {
    const conv = `CONV3-${filters[index]} -> ${norm ? 'BN -> ' : ''}RELU`
    return `${bracketed(conv, depth)} -> POOL2`
  })
  return {
    name,
    title: `VGG-${layers}${norm ? ' with batch normalization' : ''} for ImageNet`,
    paper: 'Simonyan, Zisserman: Very Deep Convolutional Networks for Large-Scale Image Recognition, 2014',
    notation: `INPUT 224x224x3
    -> ${lines(stages)}
    -> [FC-4096 -> RELU -> DROPOUT 0.5]*2 -> FC-1000`,
    pytorch: {
      torchvision: {
        name: theirs,
        modules: () => modules(depths, norm, ['classifier.0', 'classifier.3', 'classifier.6']),
      },
      timm: { name: theirs, modules: () => modules(depths, norm, ['pre_logits.fc1', 'pre_logits.fc2', 'head.fc']) },
    },
    ...facts,
  }
}

const accuracy = (top1: number) => `ImageNet top-1 ${top1.toFixed(1)} %, torchvision's weights`
const [a, b, d, e]: readonly Depths[] = [
  [1, 1, 2, 2, 2],
  [2, 2, 2, 2, 2],
  [2, 2, 3, 3, 3],
  [2, 2, 4, 4, 4],
] as const satisfies readonly Depths[]

export const vggs = [
  row('vgg11', a, { parameters: 132_863_336, macs: 7_609_090_048, accuracy: accuracy(69.0) }),
  row('vgg13', b, { parameters: 133_047_848, macs: 11_308_466_176, accuracy: accuracy(69.9) }),
  row('vgg16', d, {
    parameters: 138_357_544,
    macs: 15_470_264_320,
    accuracy: accuracy(71.6),
    remarks: [
      'The notes print "TOTAL memory: 24M * 4 bytes ~= 93MB / image", but their rows add up to 15,237,608 values, 58.1 MiB.',
    ],
  }),
  row('vgg19', e, { parameters: 143_667_240, macs: 19_632_062_464, accuracy: accuracy(72.4) }),
  row('vgg11-bn', a, { parameters: 132_868_840, macs: 7_609_090_048, accuracy: accuracy(70.4) }),
  row('vgg13-bn', b, { parameters: 133_053_736, macs: 11_308_466_176, accuracy: accuracy(71.6) }),
  row('vgg16-bn', d, { parameters: 138_365_992, macs: 15_470_264_320, accuracy: accuracy(73.4) }),
  row('vgg19-bn', e, { parameters: 143_678_248, macs: 19_632_062_464, accuracy: accuracy(74.2) }),
] as const
