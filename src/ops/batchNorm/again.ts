/**
 * Batch normalization once more, by the statistics that the first time has left: recomputation runs it in the backward
 * pass. One pass over x instead of two, the same bits, and the running statistics are not updated a second time.
 */

import type { ArraySpec, Op } from '../types.ts'
import { expectArrays } from './arrays.ts'
import { type BatchNormAttributes, describeBatchNorm } from './attributes.ts'
import { batchNormAgainReference } from './reference.ts'

/** [x, scale?, shift?, mean, inverseDeviation] → [y] */
export const batchNormAgain: Op<BatchNormAttributes> = {
  kind: 'batchNorm.again',
  describe: describeBatchNorm,
  outputs(_attributes, inputs) {
    expectArrays('batchNorm.again', inputs, 1)
    return [inputs[0] as ArraySpec]
  },
  inPlace: [[0, 0]],
  gradient: 'none',
  reference: batchNormAgainReference,
}
