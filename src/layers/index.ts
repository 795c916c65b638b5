/** Every layer, by type. A new one is a folder and a line here. */

import { activations } from './activation/layer.ts'
import { add } from './add/layer.ts'
import { batchNorm } from './batchNorm/layer.ts'
import { concat } from './concat/layer.ts'
import { conv } from './conv/layer.ts'
import { dropout } from './dropout/layer.ts'
import { fullyConnected } from './fullyConnected/layer.ts'
import { globalAveragePool } from './globalAveragePool/layer.ts'
import { input } from './input/layer.ts'
import { averagePooling, maxPooling } from './pool/layer.ts'
import { softmax } from './softmax/layer.ts'
import type { Layer } from './types.ts'
import { widen } from './widen/layer.ts'

// biome-ignore format: one line a layer
const list = [
  input,
  conv,
  maxPooling,
  averagePooling,
  globalAveragePool,
  ...activations,
  fullyConnected,
  dropout,
  batchNorm,
  add,
  concat,
  widen,
  softmax,
] as unknown as readonly Layer[]

/** By type: `layers.conv`. Attributes are checked by each layer itself, so they are opaque here. */
export const layers: Readonly<Record<string, Layer>> = Object.fromEntries(list.map((layer) => [layer.type, layer]))

const byWord = new Map(list.map((layer) => [layer.notation.word, layer]))

/** By the notation's word, in capitals. */
export function layerOfWord(word: string): Layer | undefined {
  return byWord.get(word)
}

/** All words, in the order of the list. */
export const words: readonly string[] = [...byWord.keys()]

/** Words of the notes that are understood but have no layer yet. */
export const plannedWords: Readonly<Record<string, { readonly meaning: string; readonly instead: string }>> = {
  L2POOL: { meaning: 'L2-norm pooling', instead: 'AVGPOOL' },
  LRN: { meaning: 'local response normalization', instead: 'BN' },
  LOCAL: { meaning: 'a locally connected layer (unshared filters)', instead: 'CONV' },
}

export { NotationValueError, VolumeError } from './errors.ts'
export type * from './types.ts'
