/**
 * DROPPATH 0.1: stochastic depth (Huang et al. 2016). At the end of a residual branch, it zeroes the branch of an image with
 * that probability in training and scales it up otherwise; the draws are independent for each image. At inference it does nothing.
 */

import { number, object } from '../../core/schema.ts'
import { dropoutPath } from '../../ops/dropout/op.ts'
import { NotationValueError } from '../errors.ts'
import { oneInput, only } from '../parts.ts'
import type { Layer } from '../types.ts'

interface DropPathAttributes {
  /** Probability that an image's values are dropped. */
  readonly rate: number
}

const rateSchema = number({ min: 0, below: 1 })

export const dropPath: Layer<DropPathAttributes, object, 'droppath'> = {
  type: 'droppath',
  notation: {
    word: 'DROPPATH',
    form: { number: 'required', example: 'DROPPATH 0.1' },
    read({ number: rate = 0 }) {
      if (rateSchema.fits(rate)) return { rate }
      throw new NotationValueError("DROPPATH takes the probability of dropping an image's branch", {
        received: `${rate}`,
        expected: 'a number of at least 0 and below 1',
      })
    },
    write: ({ rate }) => ({ number: rate }),
  },
  attributes: object({ rate: rateSchema }),
  inputs: oneInput,
  output: (_, volume) => volume,
  countsVolume: false,
  lower({ attributes: { rate }, x, random, emit }) {
    if (random === undefined || rate === 0) return x
    return only(emit(dropoutPath, { rate, stream: random.stream }, [x, random.seed]))
  },
  describe: ({ rate }) => `drops ${rate} of the images`,
}
