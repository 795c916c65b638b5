/** The types of layers that files from before 2015 have as numbers or in capitals (`V1LayerParameter.LayerType`). */

import type { Message } from './message.ts'

const words: Readonly<Record<number, string>> = {
  0: 'NONE',
  1: 'ACCURACY',
  2: 'BNLL',
  3: 'CONCAT',
  4: 'CONVOLUTION',
  5: 'DATA',
  6: 'DROPOUT',
  7: 'EUCLIDEAN_LOSS',
  8: 'FLATTEN',
  9: 'HDF5_DATA',
  10: 'HDF5_OUTPUT',
  11: 'IM2COL',
  12: 'IMAGE_DATA',
  13: 'INFOGAIN_LOSS',
  14: 'INNER_PRODUCT',
  15: 'LRN',
  16: 'MULTINOMIAL_LOGISTIC_LOSS',
  17: 'POOLING',
  18: 'RELU',
  19: 'SIGMOID',
  20: 'SOFTMAX',
  21: 'SOFTMAX_LOSS',
  22: 'SPLIT',
  23: 'TANH',
  24: 'WINDOW_DATA',
  25: 'ELTWISE',
  26: 'POWER',
  27: 'SIGMOID_CROSS_ENTROPY_LOSS',
  28: 'HINGE_LOSS',
  29: 'MEMORY_DATA',
  30: 'ARGMAX',
  31: 'THRESHOLD',
  32: 'DUMMY_DATA',
  33: 'SLICE',
  34: 'MVN',
  35: 'ABSVAL',
  36: 'SILENCE',
  37: 'CONTRASTIVE_LOSS',
  38: 'EXP',
  39: 'DECONVOLUTION',
}

/** Of the words whose new name is not the same with other capitals. */
const renamed: Readonly<Record<string, string>> = {
  BNLL: 'BNLL',
  HDF5_DATA: 'HDF5Data',
  HDF5_OUTPUT: 'HDF5Output',
  IM2COL: 'Im2col',
  LRN: 'LRN',
  MVN: 'MVN',
  ABSVAL: 'AbsVal',
  ARGMAX: 'ArgMax',
  RELU: 'ReLU',
  SOFTMAX_LOSS: 'SoftmaxWithLoss',
  TANH: 'TanH',
}

/** `CONVOLUTION` → `Convolution`, the name that the type has in files from 2015 on. */
export function typeOfOldLayer(layer: Message): string {
  const word = layer.word('type', words, 'NONE')
  return (
    renamed[word] ??
    word
      .toLowerCase()
      .split('_')
      .map((part) => part[0]?.toUpperCase() + part.slice(1))
      .join('')
  )
}
