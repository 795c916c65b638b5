/**
 * BN: batch normalization (Ioffe and Szegedy 2015). Training normalizes each channel by the batch's mean and variance and
 * tracks both; inference uses what was tracked. Learned: a scale and a shift for each channel.
 */

import { number, object } from '../../core/schema.ts'
import { batchNorm as batchNormOp } from '../../ops/batchNorm/op.ts'
import { trackedNorm } from '../../ops/batchNorm/tracked.ts'
import type { Value } from '../../ops/types.ts'
import { NotationValueError } from '../errors.ts'
import { oneInput, only } from '../parts.ts'
import type { Layer, ParameterSpec } from '../types.ts'

interface BatchNormAttributes {
  readonly epsilon: number
  /** Weight of the new batch in the running statistics (PyTorch's convention). */
  readonly momentum: number
}

type Parameters = Readonly<Record<'scale' | 'shift' | 'mean' | 'variance', Value>>

const usual: BatchNormAttributes = { epsilon: 1e-5, momentum: 0.1 }

export const batchNorm: Layer<BatchNormAttributes, Parameters, 'bn'> = {
  type: 'bn',
  notation: {
    word: 'BN',
    form: {
      values: {
        eps: { meaning: 'added to the variance', kind: 'number' },
        momentum: { meaning: 'weight of the new batch in the running statistics', kind: 'number' },
      },
      example: 'BN eps=0.001 momentum=0.01',
    },
    read({ values = {} }) {
      const epsilon = Number(values.eps ?? usual.epsilon)
      const momentum = Number(values.momentum ?? usual.momentum)
      if (!(epsilon > 0)) {
        throw new NotationValueError('eps of BN must be above 0', {
          received: `eps=${epsilon}`,
          expected: `a small positive number; the default is ${usual.epsilon}`,
        })
      }
      if (!(momentum >= 0 && momentum <= 1)) {
        throw new NotationValueError('momentum of BN must be from 0 to 1', {
          received: `momentum=${momentum}`,
          expected: `the weight of the new batch, as in PyTorch; the default is ${usual.momentum}`,
          advice: 'the momentum of Keras is 1 − this: its 0.99 is 0.01 here',
        })
      }
      return { epsilon, momentum }
    },
    write({ epsilon, momentum }) {
      return {
        values: {
          ...(epsilon === usual.epsilon ? {} : { eps: epsilon }),
          ...(momentum === usual.momentum ? {} : { momentum }),
        },
      }
    },
  },
  attributes: object({ epsilon: number({ above: 0 }), momentum: number({ min: 0, max: 1 }) }),
  inputs: oneInput,
  centers: true,
  output: (_, volume) => volume,
  parameters(_, { channels }) {
    const spec = <N extends keyof Parameters>(
      name: N,
      value: number,
      role: ParameterSpec['role'],
    ): ParameterSpec<N> => ({
      name,
      shape: [channels],
      initial: { kind: 'constant', value },
      role,
      decays: false,
    })
    return [
      spec('scale', 1, 'learned'),
      spec('shift', 0, 'learned'),
      spec('mean', 0, 'tracked'),
      spec('variance', 1, 'tracked'),
    ]
  },
  lower({ attributes: { epsilon, momentum }, x, parameters: { scale, shift, mean, variance }, statistics, emit }) {
    const attributes = { epsilon, activation: 'none' } as const
    if (statistics === 'tracked') return only(emit(trackedNorm, attributes, [x, scale, shift, mean, variance]))
    const [y] = emit(batchNormOp, { ...attributes, momentum }, [x, scale, shift], [mean, variance])
    return y as Value
  },
  describe({ epsilon, momentum }) {
    const parts = [
      epsilon === usual.epsilon ? '' : `ε ${epsilon}`,
      momentum === usual.momentum ? '' : `momentum ${momentum}`,
    ]
    return parts.filter(Boolean).join(', ')
  },
}
