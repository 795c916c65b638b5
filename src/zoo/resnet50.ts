/** ResNet-50 for ImageNet, as torchvision builds it ("v1.5"): bottleneck blocks whose 3×3 has the stride. */

import type { ZooEntry } from './types.ts'

const block = (filters: number, stride = '', shortcut = 'ID') =>
  `ADD(CONV1-${filters} nobias -> BN -> RELU -> CONV3-${filters}${stride} nobias -> BN -> RELU
      -> CONV1-${4 * filters} nobias -> BN | ${shortcut}) -> RELU`

const stage = (filters: number, blocks: number, stride: string) =>
  `${block(filters, stride, `CONV1-${4 * filters}${stride} nobias -> BN`)} -> [${block(filters)}]*${blocks - 1}`

export const resnet50: ZooEntry<'resnet50'> = {
  name: 'resnet50',
  title: 'ResNet-50 for ImageNet',
  paper: 'He, Zhang, Ren, Sun: Deep Residual Learning for Image Recognition, 2015',
  notation: `INPUT 224x224x3 -> CONV7-64 s2 nobias -> BN -> RELU -> POOL3 s2 p1
    -> ${stage(64, 3, '')}
    -> ${stage(128, 4, ' s2')}
    -> ${stage(256, 6, ' s2')}
    -> ${stage(512, 3, ' s2')}
    -> GAP -> FC-1000`,
  parameters: 25_557_032,
  macs: 4_089_184_256,
  accuracy: "ImageNet top-1 76.1 %, torchvision's weights",
}
