/**
 * Batch normalization by tracked statistics, as at inference and in frozen layers: a scale and a shift for each channel.
 * Its gradients treat mean and variance as constants. Backward keeps y where a ReLU was absorbed (its sign is the mask),
 * and x where the scale learns.
 */

import { type Affine, affineIn, affineOf } from '../affine.ts'
import { activationGradient } from '../pointwise/op.ts'
import type { ArraySpec, Attributes, Op, Tape, Value } from '../types.ts'
import { absorbRelu, expectArrays, giveEach } from './arrays.ts'
import { type BatchNormAttributes, describeBatchNorm, type TrackedGradientAttributes } from './attributes.ts'
import {
  trackedNormInputGradientReference,
  trackedNormParameterGradientReference,
  trackedNormReference,
} from './reference.ts'

/** [x, scale?, shift?, runningMean, runningVariance] → [y] */
export const trackedNorm: Op<BatchNormAttributes> = {
  kind: 'batchNorm.inference',
  describe: describeBatchNorm,
  outputs(_attributes, inputs) {
    expectArrays('batchNorm.inference', inputs, 1)
    return [inputs[0] as ArraySpec]
  },
  inPlace: [[0, 0]],
  absorb: absorbRelu,
  gradient({ attributes, inputs, outputs: [y] }, [given], tape) {
    const { epsilon, activation } = attributes
    const [x, ...channels] = inputs as readonly [Value, ...Value[]]
    const { scale, shift, others } = affineOf(attributes, channels)
    const [mean, variance] = others as [Value, Value]
    if (given === undefined || y === undefined) return
    const dz = activation === 'none' ? given : activationGradient(tape, { function: activation }, y, given)
    if ([scale, shift].some((value) => value !== undefined && tape.wants(value))) {
      giveEach(tape, [scale, shift], tape.emit(trackedNormParameterGradient, { epsilon }, [x, dz, mean, variance]))
    }
    if (tape.wants(x)) giveEach(tape, [x], throughTrackedNorm(tape, attributes, dz, scale, variance))
  },
  reference: trackedNormReference,
}

/** The gradient of x from that of the normalized values, [dx]. */
export function throughTrackedNorm(
  { emit }: Pick<Tape, 'emit'>,
  { epsilon }: { readonly epsilon: number },
  dz: Value,
  scale: Value | undefined,
  variance: Value,
): readonly Value[] {
  return scale === undefined
    ? emit(trackedNormInputGradient, { epsilon, scale: false }, [dz, variance])
    : emit(trackedNormInputGradient, { epsilon }, [dz, scale, variance])
}

/** [dz, scale?, runningVariance] → [dx]: dz·scale/√(variance + ε) */
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

/** What filters need to know of a norm by tracked statistics that goes into them. */
export interface FoldedNorm extends Affine {
  readonly epsilon: number
}

/** The norm of a step that normalizes by tracked statistics and does nothing else, so that it can go into filters before it. */
export function foldableNorm(next: { readonly kind: string; readonly attributes: Attributes }): FoldedNorm | undefined {
  if (next.kind !== trackedNorm.kind) return undefined
  const { epsilon, activation, ...affine } = next.attributes as BatchNormAttributes
  return activation === 'none' ? { epsilon, ...affineIn(affine) } : undefined
}

export const trackedNormOps = {
  'batchNorm.inference': trackedNorm,
  'batchNorm.inference.inputGradient': trackedNormInputGradient,
  'batchNorm.inference.parameterGradient': trackedNormParameterGradient,
} as const
