/**
 * ResNet-20 for CIFAR-10, the paper's own (section 4.2): three stages of three blocks with 16, 32 and 64 filters; where the
 * size halves, the shortcut takes every second position and adds channels of zeros (option A).
 */

import type { ZooEntry } from './types.ts'

const block = (filters: number, shortcut = 'ID', stride = '') =>
  `ADD(${shortcut} | CONV3-${filters}${stride} nobias -> BN -> RELU -> CONV3-${filters} nobias -> BN) -> RELU`

const halving = (filters: number) => block(filters, `POOL1 s2 -> WIDEN-${filters}`, ' s2')

export const resnet20: ZooEntry<'resnet20'> = {
  name: 'resnet20',
  title: 'ResNet-20 for CIFAR-10',
  paper: 'He, Zhang, Ren, Sun: Deep Residual Learning for Image Recognition, 2015',
  notation: `INPUT 32x32x3 -> CONV3-16 nobias -> BN -> RELU
    -> [${block(16)}]*3
    -> ${halving(32)} -> [${block(32)}]*2
    -> ${halving(64)} -> [${block(64)}]*2
    -> GAP -> FC-10`,
  parameters: 269_722,
  macs: 40_551_040,
  accuracy: 'CIFAR-10 91.25 %, in the paper',
}
