/**
 * The word of each layer and an example of it, as the library has them (a test compares). The page has this list in place of
 * the library's layers, which bring all of their mathematics: 60 kB that only the engine needs.
 */

import type { LayerType } from 'lenslet/layers'

export interface LayerWord {
  readonly word: string
  readonly example?: string
}

/** One row a layer: a new layer without a row does not compile. */
export const layerWords: Readonly<Record<LayerType, LayerWord>> = {
  input: { word: 'INPUT', example: 'INPUT 32x32x3' },
  conv: { word: 'CONV', example: 'CONV3-64 s1 p1' },
  pool: { word: 'POOL', example: 'POOL2 s2' },
  avgpool: { word: 'AVGPOOL', example: 'AVGPOOL2 s2' },
  l2pool: { word: 'L2POOL', example: 'L2POOL2 s2' },
  gap: { word: 'GAP', example: 'GAP' },
  gmp: { word: 'GMP', example: 'GMP' },
  relu: { word: 'RELU', example: 'RELU' },
  relu6: { word: 'RELU6', example: 'RELU6' },
  lrelu: { word: 'LRELU', example: 'LRELU 0.01' },
  gelu: { word: 'GELU', example: 'GELU' },
  silu: { word: 'SILU', example: 'SILU 1' },
  hardswish: { word: 'HARDSWISH', example: 'HARDSWISH' },
  mish: { word: 'MISH', example: 'MISH' },
  elu: { word: 'ELU', example: 'ELU 1' },
  selu: { word: 'SELU', example: 'SELU' },
  celu: { word: 'CELU', example: 'CELU 1' },
  softplus: { word: 'SOFTPLUS', example: 'SOFTPLUS 1' },
  softsign: { word: 'SOFTSIGN', example: 'SOFTSIGN' },
  hardsigmoid: { word: 'HARDSIGMOID', example: 'HARDSIGMOID' },
  sigmoid: { word: 'SIGMOID', example: 'SIGMOID' },
  tanh: { word: 'TANH', example: 'TANH' },
  exp: { word: 'EXP', example: 'EXP' },
  log: { word: 'LOG', example: 'LOG' },
  sqrt: { word: 'SQRT', example: 'SQRT' },
  reciprocal: { word: 'RECIPROCAL', example: 'RECIPROCAL' },
  prelu: { word: 'PRELU', example: 'PRELU 0.25 shared' },
  maxout: { word: 'MAXOUT', example: 'MAXOUT2' },
  fc: { word: 'FC', example: 'FC-10' },
  dropout: { word: 'DROPOUT', example: 'DROPOUT 0.5' },
  droppath: { word: 'DROPPATH', example: 'DROPPATH 0.1' },
  bn: { word: 'BN', example: 'BN eps=0.001 momentum=0.01' },
  scale: { word: 'SCALE', example: 'SCALE 0.2' },
  gn: { word: 'GN', example: 'GN g4' },
  ln: { word: 'LN', example: 'LN eps=1e-6' },
  in: { word: 'IN', example: 'IN eps=0.001' },
  lrn: { word: 'LRN', example: 'LRN5 alpha=0.0001 beta=0.75 k=2' },
  lcn: { word: 'LCN', example: 'LCN9 alpha=0.0001 beta=0.75' },
  add: { word: 'ADD', example: 'ADD(ID | CONV3-64 -> BN)' },
  multiply: { word: 'MULTIPLY', example: 'MULTIPLY(ID | GAP -> CONV1-64 -> SIGMOID)' },
  concat: { word: 'CONCAT', example: 'CONCAT(CONV1-64 | CONV3-128)' },
  widen: { word: 'WIDEN', example: 'WIDEN-32' },
  local: { word: 'LOCAL', example: 'LOCAL3-64 s1 p1' },
  tconv: { word: 'TCONV', example: 'TCONV4-64 s2 p1' },
  slice: { word: 'SLICE', example: 'SLICE-2 from2' },
  shuffle: { word: 'SHUFFLE', example: 'SHUFFLE g2' },
  pad: { word: 'PAD', example: 'PAD p1 reflect' },
  crop: { word: 'CROP', example: 'CROP to6' },
  upsample: { word: 'UPSAMPLE', example: 'UPSAMPLE2 bilinear' },
  pixelshuffle: { word: 'PIXELSHUFFLE', example: 'PIXELSHUFFLE2' },
  pixelunshuffle: { word: 'PIXELUNSHUFFLE', example: 'PIXELUNSHUFFLE2' },
  flatten: { word: 'FLATTEN', example: 'FLATTEN' },
  reshape: { word: 'RESHAPE', example: 'RESHAPE 4x16x4' },
  softmax: { word: 'SOFTMAX', example: 'SOFTMAX' },
  aux: { word: 'AUX', example: 'AUX 0.3 (GAP -> FC-10)' },
  loss: { word: 'LOSS', example: 'LOSS hinge margin=1' },
}
