/**
 * MAXOUT2: the maximum over each 2 neighboring channels, the pieces of a unit (Goodfellow et al. 2013): after CONV3-64 it
 * leaves 32.
 */

import { number, object } from '../../core/schema.ts'
import { maxout as maxoutOp } from '../../ops/maxout/op.ts'
import { NotationValueError, VolumeError } from '../errors.ts'
import { oneInput, only } from '../parts.ts'
import type { Layer } from '../types.ts'

interface MaxoutAttributes {
  /** Channels of which one is taken, k. */
  readonly pieces: number
}

const piecesSchema = number({ whole: true, min: 2, max: 1 << 24 })

export const maxout: Layer<MaxoutAttributes, object, 'maxout'> = {
  type: 'maxout',
  notation: {
    word: 'MAXOUT',
    form: { size: 'required', example: 'MAXOUT2' },
    read({ size = [] }) {
      const [pieces = 0] = size
      if (size.length === 1 && piecesSchema.fits(pieces)) return { pieces }
      throw new NotationValueError('MAXOUT takes the number of pieces, the channels over which it takes the maximum', {
        received: `MAXOUT${size.join('x')}`,
        expected: 'a whole number of at least 2: MAXOUT2',
      })
    },
    write: ({ pieces }) => ({ size: [pieces] }),
  },
  attributes: object({ pieces: piecesSchema }),
  inputs: oneInput,
  output({ pieces }, volume) {
    if (volume.channels % pieces === 0) return { ...volume, channels: volume.channels / pieces }
    throw new VolumeError('the channels must divide evenly into the pieces of MAXOUT', {
      received: `${volume.channels} channels for ${pieces} pieces`,
      expected: `a multiple of ${pieces}`,
    })
  },
  lower: ({ attributes, x, emit }) => only(emit(maxoutOp, attributes, [x])),
  describe: ({ pieces }) => `of ${pieces} channels each`,
}
