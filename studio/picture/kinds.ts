/** The kind of each layer, which decides its colour in the editor, the picture and the tables. */

import type { LayerType } from 'lenslet/layers'

export type Kind = 'convolution' | 'dense' | 'pooling' | 'normalization' | 'join' | 'activation' | 'edge'

/** One row a layer: a new layer without a row does not compile. */
const kinds: Readonly<Record<LayerType, Kind>> = {
  input: 'edge',
  softmax: 'edge',
  loss: 'edge',
  conv: 'convolution',
  tconv: 'convolution',
  local: 'convolution',
  fc: 'dense',
  pool: 'pooling',
  avgpool: 'pooling',
  l2pool: 'pooling',
  gap: 'pooling',
  gmp: 'pooling',
  bn: 'normalization',
  gn: 'normalization',
  ln: 'normalization',
  in: 'normalization',
  lrn: 'normalization',
  lcn: 'normalization',
  scale: 'normalization',
  dropout: 'normalization',
  droppath: 'normalization',
  add: 'join',
  multiply: 'join',
  concat: 'join',
  aux: 'join',
  widen: 'join',
  slice: 'join',
  shuffle: 'join',
  pad: 'join',
  crop: 'join',
  upsample: 'join',
  pixelshuffle: 'join',
  pixelunshuffle: 'join',
  flatten: 'join',
  reshape: 'join',
  relu: 'activation',
  relu6: 'activation',
  lrelu: 'activation',
  gelu: 'activation',
  silu: 'activation',
  hardswish: 'activation',
  hardsigmoid: 'activation',
  mish: 'activation',
  elu: 'activation',
  selu: 'activation',
  celu: 'activation',
  softplus: 'activation',
  softsign: 'activation',
  sigmoid: 'activation',
  tanh: 'activation',
  exp: 'activation',
  log: 'activation',
  sqrt: 'activation',
  reciprocal: 'activation',
  prelu: 'activation',
  maxout: 'activation',
}

export function kindOf(type: string): Kind {
  return Object.hasOwn(kinds, type) ? kinds[type as LayerType] : 'edge'
}
