/**
 * BN: batch normalization (Ioffe and Szegedy 2015). Training normalizes each channel by the batch's mean and variance and
 * tracks both; inference uses what was tracked. Learned: a scale and a shift for each channel.
 */

import * as z from 'zod'
import { batchNormInference, batchNorm as batchNormOp } from '../../ops/batchNorm/op.ts'
import type { Value } from '../../ops/types.ts'
import { NotationValueError } from '../errors.ts'
import { only } from '../parts.ts'
import type { Layer, ParameterSpec } from '../types.ts'

interface BatchNormAttributes {
  readonly epsilon: number
  /** Weight of the new batch in the running statistics (PyTorch's convention). */
  readonly momentum: number
}

const usual: BatchNormAttributes = { epsilon: 1e-5, momentum: 0.1 }

export const batchNorm: Layer<BatchNormAttributes> = {
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
  attributes: z.strictObject({ epsilon: z.number().positive(), momentum: z.number().min(0).max(1) }),
  inputs: { min: 1, max: 1 },
  output: (_, inputs) => only(inputs),
  parameters(_, inputs) {
    const shape = [only(inputs).channels]
    const spec = (name: string, value: number, role: ParameterSpec['role']): ParameterSpec => ({
      name,
      shape,
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
  lower({ mode, emit }, { epsilon, momentum }, inputs, parameters) {
    const x = only(inputs)
    const [n = 1, height = 1, width = 1, channels = 1] = x.shape
    const [scale, shift, mean, variance] = [...parameters.values()] as [Value, Value, Value, Value]
    const shape = { rows: n * height * width, channels, epsilon, activation: 'none' as const }
    if (mode === 'inference') return only(emit(batchNormInference, shape, [x, scale, shift, mean, variance]))
    const [y] = emit(batchNormOp, { ...shape, momentum }, [x, scale, shift], [mean, variance])
    return y as Value
  },
  describe: () => '',
}
