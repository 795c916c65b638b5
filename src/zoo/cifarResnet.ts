/**
 * ResNets for CIFAR-10, the paper's own (section 4.2): three stages of n blocks with 16, 32 and 64 filters, 6n + 2 layers;
 * where the size halves, the shortcut takes every second position and adds channels of zeros (option A).
 */

import { bracketed } from './text.ts'
import type { Recipe, ZooEntry } from './types.ts'

const block = (filters: number, shortcut = 'ID', stride = '') =>
  `ADD(${shortcut} | CONV3-${filters}${stride} nobias -> BN -> RELU -> CONV3-${filters} nobias -> BN) -> RELU`

const halving = (filters: number) => block(filters, `POOL1 s2 -> WIDEN-${filters}`, ' s2')

/**
 * The paper's augmentation and batch; in place of its 164 epochs with three rates, one cycle of 100 (Smith and Topin 2018),
 * with the decay that goes with it.
 */
const recipe: Recipe = {
  epochs: 100,
  batch: 128,
  optimizer: { kind: 'nesterov', rate: 0.2, weightDecay: 5e-4 },
  schedule: 'one-cycle',
  augment: { flip: true, crop: 4 },
}

function row<N extends string>(name: N, n: number, parameters: number, macs: number, error: number): ZooEntry<N> {
  return {
    name,
    title: `ResNet-${6 * n + 2} for CIFAR-10`,
    paper: 'He, Zhang, Ren, Sun: Deep Residual Learning for Image Recognition, 2015',
    notation: `INPUT 32x32x3 -> CONV3-16 nobias -> BN -> RELU
    -> ${bracketed(block(16), n)}
    -> ${halving(32)} -> ${bracketed(block(32), n - 1)}
    -> ${halving(64)} -> ${bracketed(block(64), n - 1)}
    -> GAP -> FC-10`,
    parameters,
    macs,
    accuracy: `CIFAR-10 ${(100 - error).toFixed(2)} %, in the paper`,
    recipes: { cifar10: recipe },
  }
}

export const cifarResnets = [
  row('resnet20', 3, 269_722, 40_551_040, 8.75),
  row('resnet32', 5, 464_154, 68_862_592, 7.51),
  row('resnet44', 7, 658_586, 97_174_144, 7.17),
  row('resnet56', 9, 853_018, 125_485_696, 6.97),
  row('resnet110', 18, 1_727_962, 252_887_680, 6.43),
] as const
