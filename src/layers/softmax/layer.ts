/** SOFTMAX: scores to probabilities over the channels. Training takes its cross-entropy from the scores before it. */

import { object } from '../../core/schema.ts'
import { softmax as softmaxOp } from '../../ops/softmax/op.ts'
import { oneInput, only } from '../parts.ts'
import type { Layer } from '../types.ts'

export const softmax: Layer<object, object, 'softmax'> = {
  type: 'softmax',
  notation: { word: 'SOFTMAX', form: { example: 'SOFTMAX' }, read: () => ({}), write: () => ({}) },
  attributes: object({}),
  inputs: oneInput,
  output: (_, volume) => volume,
  countsVolume: false,
  distribution: 'classes',
  lower: ({ x, emit }) => only(emit(softmaxOp, {}, [x])),
  describe: () => '',
}
