/** ResNet-18 for ImageNet, as torchvision builds it: basic blocks of two 3×3; 1×1 projections where the size halves. */

import type { ZooEntry } from './types.ts'

const block = (filters: number, stride = '', shortcut = 'ID') =>
  `ADD(CONV3-${filters}${stride} nobias -> BN -> RELU -> CONV3-${filters} nobias -> BN | ${shortcut}) -> RELU`

const stage = (filters: number) => `${block(filters, ' s2', `CONV1-${filters} s2 nobias -> BN`)} -> ${block(filters)}`

export const resnet18: ZooEntry<'resnet18'> = {
  name: 'resnet18',
  title: 'ResNet-18 for ImageNet',
  paper: 'He, Zhang, Ren, Sun: Deep Residual Learning for Image Recognition, 2015',
  notation: `INPUT 224x224x3 -> CONV7-64 s2 nobias -> BN -> RELU -> POOL3 s2 p1
    -> [${block(64)}]*2
    -> ${[128, 256, 512].map(stage).join('\n    -> ')}
    -> GAP -> FC-1000`,
  parameters: 11_689_512,
  macs: 1_814_073_344,
  accuracy: "ImageNet top-1 69.8 %, torchvision's weights",
}
