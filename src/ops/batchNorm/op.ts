/**
 * Batch normalization: each channel to mean 0 and variance 1 over the batch, then scaled and shifted (Ioffe and Szegedy
 * 2015). Semantics of PyTorch: the biased variance normalizes, the unbiased one goes into the running statistics.
 *
 * Backward keeps x and the two statistics of each channel. A ReLU taken into the store costs it nothing: its mask is the
 * sign of (x − mean)·scale·inverseDeviation + shift, which is computed again rather than read.
 */

import { OpShapeError } from '../errors.ts'
import { fusedActivation } from '../pointwise/op.ts'
import { expectSize, f32 } from '../specs.ts'
import type { ArraySpec, Attributes, Op } from '../types.ts'
import { type BatchNormAttributes, describeBatchNorm, type TrainingAttributes } from './attributes.ts'
import { batchNormGradientReference, batchNormInferenceReference, batchNormReference } from './reference.ts'
import { batchNormGradientWasm, batchNormInferenceWasm, batchNormWasm } from './wasm.ts'

export type { BatchNormAttributes, TrainingAttributes } from './attributes.ts'

function expectArrays(
  kind: string,
  { rows, channels }: BatchNormAttributes,
  inputs: readonly ArraySpec[],
  whole: number,
): void {
  inputs.forEach((_, i) => {
    expectSize(
      kind,
      inputs,
      i,
      i < whole ? [rows, channels] : [channels],
      i < whole ? `rows (input ${i})` : `channels (input ${i})`,
    )
  })
}

function absorb<A extends BatchNormAttributes>(
  attributes: A,
  next: { kind: string; attributes: Attributes },
): A | undefined {
  const activation = fusedActivation(next)
  return activation === 'relu' && attributes.activation === 'none' ? { ...attributes, activation } : undefined
}

/** [x, scale, shift] → [y, mean, inverseDeviation], updating [runningMean, runningVariance]. */
export const batchNorm: Op<TrainingAttributes> = {
  kind: 'batchNorm',
  describe: describeBatchNorm,
  outputs(attributes, inputs) {
    expectArrays('batchNorm', attributes, inputs, 1)
    if (attributes.rows < 2)
      throw new OpShapeError('batchNorm: a single value has no variance to train with', {
        received: 'one value for each channel',
        expected: 'at least two: a larger batch or a larger volume',
      })
    const [x] = inputs as readonly [ArraySpec]
    return [{ shape: x.shape, dtype: 'f32' }, f32(attributes.channels), f32(attributes.channels)]
  },
  inPlace: [[0, 0]],
  absorb,
  gradient({ attributes, inputs, outputs }, [dy], tape) {
    const [x, scale, shift] = inputs
    const [, mean, inverse] = outputs
    if (dy === undefined || x === undefined || scale === undefined || shift === undefined) return
    if (mean === undefined || inverse === undefined) return
    const { momentum: _momentum, ...kept } = attributes
    const gradients = tape.emit(batchNormGradient, kept, [x, dy, scale, shift, mean, inverse])
    for (const [i, value] of [x, scale, shift].entries()) {
      const gradient = gradients[i]
      if (gradient !== undefined && tape.wants(value)) tape.give(value, gradient)
    }
  },
  reference: batchNormReference,
  wasm: batchNormWasm,
}

/** [x, dy, scale, shift, mean, inverseDeviation] → [dx, dscale, dshift] */
export const batchNormGradient: Op<BatchNormAttributes> = {
  kind: 'batchNorm.gradient',
  describe: describeBatchNorm,
  outputs(attributes, inputs) {
    expectArrays('batchNorm.gradient', attributes, inputs, 2)
    const [x] = inputs as readonly [ArraySpec]
    return [{ shape: x.shape, dtype: 'f32' }, f32(attributes.channels), f32(attributes.channels)]
  },
  inPlace: [
    [1, 0],
    [0, 0],
  ],
  reference: batchNormGradientReference,
  wasm: batchNormGradientWasm,
}

/** [x, scale, shift, runningMean, runningVariance] → [y] */
export const batchNormInference: Op<BatchNormAttributes> = {
  kind: 'batchNorm.inference',
  describe: describeBatchNorm,
  outputs(attributes, inputs) {
    expectArrays('batchNorm.inference', attributes, inputs, 1)
    const [x] = inputs as readonly [ArraySpec]
    return [{ shape: x.shape, dtype: 'f32' }]
  },
  inPlace: [[0, 0]],
  absorb,
  reference: batchNormInferenceReference,
  wasm: batchNormInferenceWasm,
}

/** The ε of a step that normalizes by tracked statistics and does nothing else, so that it can go into filters before it. */
export function foldableNorm(next: { readonly kind: string; readonly attributes: Attributes }): number | undefined {
  if (next.kind !== batchNormInference.kind) return undefined
  const { epsilon, activation } = next.attributes as BatchNormAttributes
  return activation === 'none' ? epsilon : undefined
}

export const batchNormOps = {
  batchNorm,
  'batchNorm.gradient': batchNormGradient,
  'batchNorm.inference': batchNormInference,
} as const
