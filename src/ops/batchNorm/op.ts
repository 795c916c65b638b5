/**
 * Batch normalization: each channel to mean 0 and variance 1 over the batch, then scaled and shifted (Ioffe and Szegedy
 * 2015). Semantics of PyTorch: the biased variance normalizes, the unbiased one goes into the running statistics.
 *
 * Backward keeps x and the two statistics of each channel. A ReLU taken into the store costs it nothing: its mask is the
 * sign of (x − mean)·scale·inverseDeviation + shift, which is computed again rather than read. The same by tracked
 * statistics is in tracked.ts.
 */

import { affineOf } from '../affine.ts'
import { OpShapeError } from '../errors.ts'
import type { ArraySpec, Attributes, Op } from '../types.ts'
import { batchNormAgain } from './again.ts'
import { absorbRelu, expectArrays, giveEach, throughAbsorbed } from './arrays.ts'
import { type BatchNormAttributes, describeBatchNorm, extentOf, type TrainingAttributes } from './attributes.ts'
import { batchNormGradientReference, batchNormReference } from './reference.ts'
import { trackedNormOps } from './tracked.ts'

/** [x, scale?, shift?] → [y, mean, inverseDeviation], updating [runningMean, runningVariance]. */
export const batchNorm: Op<TrainingAttributes> = {
  kind: 'batchNorm',
  describe: describeBatchNorm,
  outputs(_attributes, inputs) {
    const channels = expectArrays('batchNorm', inputs, 1)
    if (extentOf(inputs).rows < 2)
      throw new OpShapeError('a batch norm cannot train with a single value, which has no variance', {
        received: 'one value for each channel: a batch of 1 on a volume of 1×1',
        expected: 'at least two values for each channel',
        advice: 'a batch of 2 or more: --batch 2',
      })
    return [inputs[0] as ArraySpec, channels, channels]
  },
  outputNames: ['batchMean', 'batchInverseDeviation'],
  inPlace: [[0, 0]],
  absorb: absorbRelu,
  again({ attributes: { momentum: _momentum, ...kept }, inputs, outputs: [, ...statistics] }) {
    return { op: batchNormAgain as unknown as Op<Attributes>, attributes: kept, inputs: [...inputs, ...statistics] }
  },
  gradient({ attributes, inputs, outputs }, [dy], tape) {
    const [x, ...affine] = inputs
    const [, mean, inverse] = outputs
    if (dy === undefined || x === undefined || mean === undefined || inverse === undefined) return
    const { momentum: _momentum, ...kept } = attributes
    const { passed, left } = throughAbsorbed(tape, kept, dy)
    const gradients = tape.emit(batchNormGradient, left, [x, passed, ...affine, mean, inverse])
    const { scale, shift } = affineOf(attributes, affine)
    giveEach(tape, [x, scale, shift], gradients)
  },
  reference: batchNormReference,
}

/** [x, dy, scale?, shift?, mean, inverseDeviation] → [dx, dscale, dshift]; the last two also where nothing learns them. */
export const batchNormGradient: Op<BatchNormAttributes> = {
  kind: 'batchNorm.gradient',
  describe: describeBatchNorm,
  outputs(_attributes, inputs) {
    const channels = expectArrays('batchNorm.gradient', inputs, 2)
    return [inputs[0] as ArraySpec, channels, channels]
  },
  outputNames: ['dscale', 'dshift'],
  inPlace: [
    [1, 0],
    [0, 0],
  ],
  gradient: 'none',
  reference: batchNormGradientReference,
}

export const batchNormOps = {
  batchNorm,
  'batchNorm.again': batchNormAgain,
  'batchNorm.gradient': batchNormGradient,
  ...trackedNormOps,
} as const
