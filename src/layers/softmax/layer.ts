/** SOFTMAX: scores to probabilities over the channels. Training takes its cross-entropy from the scores before it. */

import * as z from 'zod'
import { softmax as softmaxOp } from '../../ops/softmax/op.ts'
import { only } from '../parts.ts'
import type { Layer } from '../types.ts'

export const softmax: Layer<object> = {
  type: 'softmax',
  notation: { word: 'SOFTMAX', form: { example: 'SOFTMAX' }, read: () => ({}), write: () => ({}) },
  attributes: z.strictObject({}),
  inputs: { min: 1, max: 1 },
  output: (_, inputs) => only(inputs),
  inPlace: true,
  distribution: true,
  lower({ emit, batch }, _, inputs) {
    const x = only(inputs)
    const [, height = 1, width = 1, classes = 1] = x.shape
    return only(emit(softmaxOp, { rows: batch * height * width, classes }, [x]))
  },
  describe: () => '',
}
