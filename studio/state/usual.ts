/** What a first visit finds. */

import type { Linked } from './link.ts'

export const usual: Linked = {
  text: 'INPUT 28x28x1 -> CONV5-8 -> RELU -> POOL2 ->\nCONV5-16 -> RELU -> POOL2 -> FC-10 -> SOFTMAX',
  batch: 64,
  memory: 2 ** 30,
  optimizer: 'adam',
  rate: 0.002,
  schedule: 'cosine',
  epochs: 20,
  augment: 'crop2',
  seed: 1,
  data: 'mnist',
}
