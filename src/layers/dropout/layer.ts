/** DROPOUT 0.5: zeroes each value with that probability in training and scales the rest up (Srivastava et al. 2014). */

import { number, object } from '../../core/schema.ts'
import { dropout as dropoutOp } from '../../ops/dropout/op.ts'
import { NotationValueError } from '../errors.ts'
import { oneInput, only } from '../parts.ts'
import type { Layer } from '../types.ts'

interface DropoutAttributes {
  /** Probability that a value is dropped. */
  readonly rate: number
}

export const dropout: Layer<DropoutAttributes, object, 'dropout'> = {
  type: 'dropout',
  notation: {
    word: 'DROPOUT',
    form: { number: 'optional', example: 'DROPOUT 0.5' },
    read({ number: rate = 0.5 }) {
      if (rate >= 0 && rate < 1) return { rate }
      throw new NotationValueError('DROPOUT takes the probability of dropping a value', {
        received: `${rate}`,
        expected: 'a number of at least 0 and below 1',
      })
    },
    write: ({ rate }) => ({ number: rate }),
  },
  attributes: object({ rate: number({ min: 0, below: 1 }) }),
  inputs: oneInput,
  output: (_, volume) => volume,
  countsVolume: false,
  lower({ attributes: { rate }, x, random, emit }) {
    if (random === undefined || rate === 0) return x
    return only(emit(dropoutOp, { rate, stream: random.stream }, [x, random.seed]))
  },
  describe: ({ rate }) => `drops ${rate}`,
}
