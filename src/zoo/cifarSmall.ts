/** The notes' pattern INPUT -> [[CONV -> RELU]*N -> POOL]*M -> FC, with N = 1 and M = 3, sized for CIFAR-10 on a laptop. */

import type { ZooEntry } from './types.ts'

export const cifarSmall: ZooEntry = {
  name: 'cifar-small',
  title: 'CONV–RELU–POOL three times, for 32×32 pictures',
  paper: 'CS231n notes: Convolutional Neural Networks, layer patterns',
  notation: `INPUT 32x32x3
    -> CONV3-32 -> RELU -> POOL2
    -> CONV3-64 -> RELU -> POOL2
    -> CONV3-128 -> RELU -> POOL2
    -> DROPOUT 0.3 -> FC-10`,
  parameters: 113_738,
  macs: 10_342_400,
}
