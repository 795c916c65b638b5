/** GAP and GMP: the mean (Lin et al. 2013) or the maximum of each channel over the whole map, 1×1×D. They fit any input size. */

import { object } from '../../core/schema.ts'
import { averagePool, maxPool, type PoolAttributes } from '../../ops/pool/op.ts'
import type { Emit, Value } from '../../ops/types.ts'
import { windowOn } from '../../ops/window.ts'
import { oneInput, only } from '../parts.ts'
import { averagePooling, maxPooling, type PoolAttributes as PoolWindow } from '../pool/layer.ts'
import type { Layer } from '../types.ts'
import { coversMap, type WindowAttributes, wholeWindow } from '../window.ts'

interface Variant<T extends string> {
  readonly type: T
  readonly word: string
  readonly description: string
  readonly emit: (emit: Emit, geometry: PoolAttributes, x: Value) => readonly Value[]
  /** The pooling with a window. */
  readonly sliding: { readonly type: string; readonly attributes: Omit<PoolWindow, keyof WindowAttributes> }
}

function globalPool<T extends string>({
  type,
  word,
  description,
  emit: emitOp,
  sliding,
}: Variant<T>): Layer<object, object, T> {
  return {
    type,
    notation: { word, form: { example: word }, read: () => ({}), write: () => ({}) },
    attributes: object({}),
    inputs: oneInput,
    output: (_, { channels }) => ({ height: 1, width: 1, channels }),
    sight: () => ({ kind: 'everything' }),
    sliding: {
      window: (_, volume) => ({
        type: sliding.type,
        attributes: { ...wholeWindow(volume), ...sliding.attributes },
      }),
      whole: (use, volume) =>
        use.type === sliding.type && coversMap(use.attributes as PoolWindow, volume) ? {} : undefined,
    },
    lower: ({ x, emit }) => only(emitOp(emit, { window: windowOn(wholeWindow(x.volume), x.volume) }, x)),
    describe: () => description,
  }
}

export const globalAveragePool = globalPool({
  type: 'gap',
  word: 'GAP',
  description: 'mean over the map',
  emit: (emit, geometry, x) => emit(averagePool, { ...geometry, countPadding: false }, [x]),
  sliding: { type: averagePooling.type, attributes: { ceil: false, countPadding: false } },
})

export const globalMaxPool = globalPool({
  type: 'gmp',
  word: 'GMP',
  description: 'maximum over the map',
  emit: (emit, geometry, x) => emit(maxPool, geometry, [x]),
  sliding: { type: maxPooling.type, attributes: { ceil: false } },
})
