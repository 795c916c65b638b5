/**
 * Batch normalization by tracked statistics, as at inference and in frozen layers: a scale and a shift for each channel.
 * Its gradients treat mean and variance as constants. Backward keeps y where a ReLU was absorbed (its sign is the mask),
 * and x where the scale learns.
 */

import { pointwiseGradient } from '../pointwise/op.ts'
import type { ArraySpec, Attributes, Op, Value } from '../types.ts'
import { absorbRelu, expectArrays } from './arrays.ts'
import { type BatchNormAttributes, describeBatchNorm, type TrackedGradientAttributes } from './attributes.ts'
import {
  trackedNormInputGradientReference,
  trackedNormParameterGradientReference,
  trackedNormReference,
} from './reference.ts'

/** [x, scale, shift, runningMean, runningVariance] → [y] */
export const trackedNorm: Op<BatchNormAttributes> = {
  kind: 'batchNorm.inference',
  describe: describeBatchNorm,
  outputs(_attributes, inputs) {
    expectArrays('batchNorm.inference', inputs, 1)
    return [inputs[0] as ArraySpec]
  },
  inPlace: [[0, 0]],
  absorb: absorbRelu,
  gradient({ attributes: { epsilon, activation }, inputs, outputs: [y] }, [given], tape) {
    const [x, scale, shift, mean, variance] = inputs as readonly [Value, Value, Value, Value, Value]
    if (given === undefined || y === undefined) return
    const dz = activation === 'none' ? given : tape.emit(pointwiseGradient, { function: activation }, [y, given])[0]
    if (dz === undefined) return
    if (tape.wants(scale) || tape.wants(shift)) {
      const gradients = tape.emit(trackedNormParameterGradient, { epsilon }, [x, dz, mean, variance])
      for (const [i, value] of [scale, shift].entries()) {
        const gradient = gradients[i]
        if (gradient !== undefined && tape.wants(value)) tape.give(value, gradient)
      }
    }
    if (!tape.wants(x)) return
    const [dx] = tape.emit(trackedNormInputGradient, { epsilon }, [dz, scale, variance])
    if (dx !== undefined) tape.give(x, dx)
  },
  reference: trackedNormReference,
}

/** [dz, scale, runningVariance] → [dx]: dz·scale/√(variance + ε) */
export const trackedNormInputGradient: Op<TrackedGradientAttributes> = {
  kind: 'batchNorm.inference.inputGradient',
  describe: ({ epsilon }) => `ε ${epsilon}`,
  outputs(_attributes, inputs) {
    expectArrays('batchNorm.inference.inputGradient', inputs, 1)
    return [inputs[0] as ArraySpec]
  },
  inPlace: [[0, 0]],
  gradient: 'none',
  reference: trackedNormInputGradientReference,
}

/** [x, dz, runningMean, runningVariance] → [dscale, dshift]: sums of dz·(x − mean)/√(variance + ε), and of dz. */
export const trackedNormParameterGradient: Op<TrackedGradientAttributes> = {
  kind: 'batchNorm.inference.parameterGradient',
  describe: ({ epsilon }) => `ε ${epsilon}`,
  outputs(_attributes, inputs) {
    const channels = expectArrays('batchNorm.inference.parameterGradient', inputs, 2)
    return [channels, channels]
  },
  outputNames: ['dshift'],
  gradient: 'none',
  reference: trackedNormParameterGradientReference,
}

/** The ε of a step that normalizes by tracked statistics and does nothing else, so that it can go into filters before it. */
export function foldableNorm(next: { readonly kind: string; readonly attributes: Attributes }): number | undefined {
  if (next.kind !== trackedNorm.kind) return undefined
  const { epsilon, activation } = next.attributes as BatchNormAttributes
  return activation === 'none' ? epsilon : undefined
}

export const trackedNormOps = {
  'batchNorm.inference': trackedNorm,
  'batchNorm.inference.inputGradient': trackedNormInputGradient,
  'batchNorm.inference.parameterGradient': trackedNormParameterGradient,
} as const
