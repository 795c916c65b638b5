/** GAP and GMP: the mean (Lin et al. 2013) or the maximum of each channel over the whole map, 1×1×D. They fit any input size. */

import { object } from '../../core/schema.ts'
import { averagePool, maxPool, type PoolAttributes } from '../../ops/pool/op.ts'
import type { Emit, Value } from '../../ops/types.ts'
import { windowOn } from '../../ops/window.ts'
import { oneInput, only } from '../parts.ts'
import type { Layer } from '../types.ts'
import { wholeWindow } from '../window.ts'

interface Variant<T extends string> {
  readonly type: T
  readonly word: string
  readonly description: string
  readonly emit: (emit: Emit, geometry: PoolAttributes, x: Value) => readonly Value[]
}

function globalPool<T extends string>({ type, word, description, emit: emitOp }: Variant<T>): Layer<object, object, T> {
  return {
    type,
    notation: { word, form: { example: word }, read: () => ({}), write: () => ({}) },
    attributes: object({}),
    inputs: oneInput,
    output: (_, { channels }) => ({ height: 1, width: 1, channels }),
    sight: () => ({ kind: 'everything' }),
    lower: ({ x, emit }) => only(emitOp(emit, { window: windowOn(wholeWindow(x.volume), x.volume) }, x)),
    describe: () => description,
  }
}

export const globalAveragePool = globalPool({
  type: 'gap',
  word: 'GAP',
  description: 'mean over the map',
  emit: (emit, geometry, x) => emit(averagePool, { ...geometry, countPadding: false }, [x]),
})

export const globalMaxPool = globalPool({
  type: 'gmp',
  word: 'GMP',
  description: 'maximum over the map',
  emit: (emit, geometry, x) => emit(maxPool, geometry, [x]),
})
