/** Every layer, by type. A new one is a folder and a line here. */

import { activations } from './activation/layer.ts'
import { add } from './add/layer.ts'
import { aux } from './aux/layer.ts'
import { batchNorm } from './batchNorm/layer.ts'
import { concat } from './concat/layer.ts'
import { conv } from './conv/layer.ts'
import { crop } from './crop/layer.ts'
import { dropout } from './dropout/layer.ts'
import { dropPath } from './dropPath/layer.ts'
import { fullyConnected } from './fullyConnected/layer.ts'
import { globalAveragePool, globalMaxPool } from './globalPool/layer.ts'
import { groupNorm, instanceNorm } from './groupNorm/layer.ts'
import { input } from './input/layer.ts'
import { layerNorm } from './layerNorm/layer.ts'
import { local } from './local/layer.ts'
import { localContrast, localResponse } from './localResponse/layer.ts'
import { loss } from './loss/layer.ts'
import { maxout } from './maxout/layer.ts'
import { multiply } from './multiply/layer.ts'
import { pad } from './pad/layer.ts'
import { pixelShuffle, pixelUnshuffle } from './pixelShuffle/layer.ts'
import { averagePooling, l2Pooling, maxPooling } from './pool/layer.ts'
import { prelu } from './prelu/layer.ts'
import { flatten, reshape } from './reshape/layer.ts'
import { scale } from './scale/layer.ts'
import { shuffle } from './shuffle/layer.ts'
import { slice } from './slice/layer.ts'
import { softmax } from './softmax/layer.ts'
import { transposedConv } from './transposedConv/layer.ts'
import type { Layer } from './types.ts'
import { upsample } from './upsample/layer.ts'
import { widen } from './widen/layer.ts'

// biome-ignore format: one line per layer
const list = [
  input,
  conv,
  maxPooling,
  averagePooling,
  l2Pooling,
  globalAveragePool,
  globalMaxPool,
  ...activations,
  prelu,
  maxout,
  fullyConnected,
  dropout,
  dropPath,
  batchNorm,
  scale,
  groupNorm,
  layerNorm,
  instanceNorm,
  localResponse,
  localContrast,
  add,
  multiply,
  concat,
  widen,
  local,
  transposedConv,
  slice,
  shuffle,
  pad,
  crop,
  upsample,
  pixelShuffle,
  pixelUnshuffle,
  flatten,
  reshape,
  softmax,
  aux,
  loss,
] as const

const types = typesOf(list)

/** Type of a layer. A table with a row for each of them is complete, or does not compile. */
export type LayerType = (typeof types)[number]

// Attributes are checked by each layer itself, so they are opaque to all other code.
const all = list as unknown as readonly Layer[]

function typesOf<T extends string>(layers: readonly { readonly type: T }[]): readonly T[] {
  return layers.map(({ type }) => type)
}

/** By type: `layers.conv`. */
export const layers = Object.fromEntries(all.map((layer) => [layer.type, layer])) as Readonly<Record<LayerType, Layer>>

export function isLayerType(type: string): type is LayerType {
  return Object.hasOwn(layers, type)
}

const byWord = new Map(all.map((layer) => [layer.notation.word, layer]))

/** By the notation's word, in capitals. */
export function layerOfWord(word: string): Layer | undefined {
  return byWord.get(word)
}

/** All words, in the order of the list. */
export const words: readonly string[] = [...byWord.keys()]
