/** SOFTMAX: scores to probabilities over the channels. Training takes its cross-entropy from the scores before it. */

import * as z from 'zod'
import { softmax as softmaxOp } from '../../ops/softmax/op.ts'
import { oneInput, only } from '../parts.ts'
import type { Layer } from '../types.ts'

export const softmax: Layer<object, object, 'softmax'> = {
  type: 'softmax',
  notation: { word: 'SOFTMAX', form: { example: 'SOFTMAX' }, read: () => ({}), write: () => ({}) },
  attributes: z.strictObject({}),
  inputs: oneInput,
  output: (_, volume) => volume,
  countsVolume: false,
  distribution: true,
  lower: ({ x, emit }) => only(emit(softmaxOp, {}, [x])),
  describe: () => '',
}
