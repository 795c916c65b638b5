/** DenseNet-121: each layer of a block sees the outputs of all layers before it, side by side; growth rate 32. */

import { lines } from './text.ts'
import type { ZooEntry } from './types.ts'

const blocks = [6, 12, 24, 16] as const
const layer = 'CONCAT(ID | BN -> RELU -> CONV1-128 nobias -> BN -> RELU -> CONV3-32 nobias)'

function body(): string {
  let depth = 64
  return lines(
    blocks.map((count, index) => {
      depth += 32 * count
      const block = `[${layer}]*${count}`
      if (index === blocks.length - 1) return block
      depth /= 2
      return `${block} -> BN -> RELU -> CONV1-${depth} nobias -> AVGPOOL2`
    }),
  )
}

function modules(): readonly string[] {
  const inner = blocks.flatMap((count, block) => [
    ...Array.from({ length: count }, (_, layer) =>
      ['norm1', 'conv1', 'norm2', 'conv2'].map((part) => `denseblock${block + 1}.denselayer${layer + 1}.${part}`),
    ).flat(),
    ...(block === blocks.length - 1 ? [] : [`transition${block + 1}.norm`, `transition${block + 1}.conv`]),
  ])
  return [...['conv0', 'norm0', ...inner, 'norm5'].map((name) => `features.${name}`), 'classifier']
}

export const densenet121: ZooEntry<'densenet121'> = {
  name: 'densenet121',
  title: 'DenseNet-121 for ImageNet',
  paper: 'Huang, Liu, van der Maaten, Weinberger: Densely Connected Convolutional Networks, 2016',
  notation: `INPUT 224x224x3 -> CONV7-64 s2 nobias -> BN -> RELU -> POOL3 s2 p1
    -> ${body()}
    -> BN -> RELU -> GAP -> FC-1000`,
  parameters: 7_978_856,
  macs: 2_834_161_664,
  accuracy: "ImageNet top-1 74.4 %, torchvision's weights",
  pytorch: {
    torchvision: { name: 'densenet121', modules },
    timm: { name: 'densenet121', modules },
  },
}
