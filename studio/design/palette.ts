/** Layers to add by a click: by kind, each with numbers that fit where it is added. */

import type { Volume } from 'lenslet/core'
import { type LayerType, layers } from 'lenslet/layers'
import { type Kind, kindOf } from '../picture/kinds.ts'

export interface PaletteEntry {
  readonly word: string
  /** What is written into the text. */
  readonly text: string
}

export interface PaletteKind {
  readonly kind: Kind
  readonly entries: readonly PaletteEntry[]
}

const order: readonly Kind[] = ['convolution', 'activation', 'pooling', 'normalization', 'dense', 'join', 'edge']

/** Where the example of the documentation would not fit just any volume, or says more than a beginning needs. */
const forms: Partial<Record<LayerType, (volume: Volume, classes: number) => string>> = {
  conv: ({ channels }) => `CONV3-${Math.max(8, channels)}`,
  local: ({ channels }) => `LOCAL3-${Math.max(8, channels)}`,
  tconv: ({ channels }) => `TCONV4-${Math.max(1, Math.floor(channels / 2))} s2`,
  fc: (_, classes) => `FC-${classes}`,
  pool: () => 'POOL2',
  avgpool: () => 'AVGPOOL2',
  l2pool: () => 'L2POOL2',
  bn: () => 'BN',
  gn: ({ channels }) => `GN g${divisor(channels, 8)}`,
  ln: () => 'LN',
  in: () => 'IN',
  lrn: () => 'LRN5',
  lcn: () => 'LCN9',
  dropout: () => 'DROPOUT',
  add: ({ channels }) => `ADD(ID | CONV3-${channels} -> RELU -> CONV3-${channels})`,
  multiply: ({ channels }) => `MULTIPLY(ID | GAP -> CONV1-${channels} -> SIGMOID)`,
  concat: () => 'CONCAT(CONV1-8 -> RELU | CONV3-8 -> RELU)',
  aux: (_, classes) => `AUX 0.3 (GAP -> FC-${classes})`,
  widen: ({ channels }) => `WIDEN-${2 * channels}`,
  slice: ({ channels }) => `SLICE-${Math.max(1, Math.floor(channels / 2))}`,
  shuffle: ({ channels }) => `SHUFFLE g${divisor(channels, 2)}`,
  pad: () => 'PAD p1',
  crop: () => 'CROP p1',
  upsample: () => 'UPSAMPLE2',
  reshape: ({ height, width, channels }) => `RESHAPE ${height}x${width}x${channels}`,
  maxout: () => 'MAXOUT2',
  silu: () => 'SILU',
  elu: () => 'ELU',
  celu: () => 'CELU',
  softplus: () => 'SOFTPLUS',
  lrelu: () => 'LRELU',
  prelu: () => 'PRELU',
  loss: () => 'LOSS hinge',
}

/** The largest divisor of `count` up to `most`. */
function divisor(count: number, most: number): number {
  for (let by = Math.min(count, most); by > 1; by--) if (count % by === 0) return by
  return 1
}

/**
 * @param volume what the layer is added to
 * @param classes of the network
 */
export function paletteFor(volume: Volume, classes: number): readonly PaletteKind[] {
  const entries = Object.values(layers)
    .filter(({ type }) => type !== 'input')
    .map(({ type, notation }) => ({
      kind: kindOf(type),
      word: notation.word,
      text: forms[type as LayerType]?.(volume, classes) ?? notation.form.example ?? notation.word,
    }))
  return order.map((kind) => ({ kind, entries: entries.filter((entry) => entry.kind === kind) }))
}
