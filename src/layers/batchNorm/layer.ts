/**
 * BN: batch normalization (Ioffe and Szegedy 2015). Training normalizes each channel by the batch's mean and variance and
 * tracks both; inference uses what was tracked. Learned: a scale and a shift for each channel, unless they are left out.
 */

import { number, object } from '../../core/schema.ts'
import { affineIn } from '../../ops/affine.ts'
import { batchNorm as batchNormOp } from '../../ops/batchNorm/op.ts'
import { trackedNorm } from '../../ops/batchNorm/tracked.ts'
import type { Value } from '../../ops/types.ts'
import { NotationValueError } from '../errors.ts'
import {
  affineValues,
  describeNorm,
  type NormAttributes,
  type NormParameters,
  normForm,
  normParameters,
  normSchema,
  perChannel,
  readNorm,
  writeNorm,
} from '../norms.ts'
import { oneInput, only } from '../parts.ts'
import type { Layer } from '../types.ts'

interface BatchNormAttributes extends NormAttributes {
  /** Weight of the new batch in the running statistics (PyTorch's convention; Keras has 1 − this). */
  readonly momentum: number
}

interface Parameters extends NormParameters {
  readonly mean: Value
  readonly variance: Value
}

const usualMomentum = 0.1

export const batchNorm: Layer<BatchNormAttributes, Parameters, 'bn'> = {
  type: 'bn',
  notation: {
    word: 'BN',
    form: {
      values: {
        ...normForm.values,
        momentum: { meaning: 'weight of the new batch in the running statistics', kind: 'number' },
      },
      flags: normForm.flags,
      example: 'BN eps=0.001 momentum=0.01',
    },
    read(parts) {
      const { epsilon, ...affine } = readNorm('BN', parts)
      const momentum = Number(parts.values?.momentum ?? usualMomentum)
      if (!(momentum >= 0 && momentum <= 1)) {
        throw new NotationValueError('momentum of BN must be from 0 to 1', {
          received: `momentum=${momentum}`,
          expected: `the weight of the new batch, as in PyTorch; the default is ${usualMomentum}`,
          advice: 'the momentum of Keras is 1 − this: its 0.99 is 0.01 here',
        })
      }
      return { epsilon, momentum, ...affine }
    },
    write({ momentum, ...norm }) {
      const { values, flags } = writeNorm(norm)
      return { values: { ...values, ...(momentum === usualMomentum ? {} : { momentum }) }, flags }
    },
  },
  attributes: object({ ...normSchema, momentum: number({ min: 0, max: 1 }) }),
  inputs: oneInput,
  centers: true,
  output: (_, volume) => volume,
  parameters(attributes, { channels }) {
    return [
      ...normParameters(attributes, channels),
      perChannel('mean', channels, 0, 'tracked'),
      perChannel('variance', channels, 1, 'tracked'),
    ]
  },
  lower({ attributes: { epsilon, momentum, ...affine }, x, parameters, statistics, emit }) {
    const { mean, variance } = parameters
    const attributes = { epsilon, activation: 'none', ...affineIn(affine) } as const
    const inputs = [x, ...affineValues(parameters)]
    if (statistics === 'tracked') return only(emit(trackedNorm, attributes, [...inputs, mean, variance]))
    const [y] = emit(batchNormOp, { ...attributes, momentum }, inputs, [mean, variance])
    return y as Value
  },
  describe({ momentum, ...norm }) {
    return [...describeNorm(norm), ...(momentum === usualMomentum ? [] : [`momentum ${momentum}`])].join(', ')
  },
}
