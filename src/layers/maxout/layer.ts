/**
 * MAXOUT2: the maximum over each 2 neighbouring channels, the pieces of a unit (Goodfellow et al. 2013): after CONV3-64 it
 * leaves 32. It is max pooling along the channels.
 */

import { number, object } from '../../core/schema.ts'
import { maxPool } from '../../ops/pool/op.ts'
import { windowOn } from '../../ops/window.ts'
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
      throw new NotationValueError('MAXOUT takes the number of pieces, the channels of which it keeps the greatest', {
        received: `MAXOUT${size.join('x')}`,
        expected: 'a whole number from 2: MAXOUT2',
      })
    },
    write: ({ pieces }) => ({ size: [pieces] }),
  },
  attributes: object({ pieces: piecesSchema }),
  inputs: oneInput,
  output({ pieces }, volume) {
    if (volume.channels % pieces === 0) return { ...volume, channels: volume.channels / pieces }
    throw new VolumeError('MAXOUT needs channels that divide evenly into its pieces', {
      received: `${volume.channels} channels for ${pieces} pieces`,
      expected: `a multiple of ${pieces}`,
    })
  },
  lower({ attributes: { pieces }, x, emit, view }) {
    const { height, width, channels } = x.volume
    const volume = { height: height * width, width: channels, channels: 1 }
    const window = { kernel: [1, pieces], stride: [1, pieces], padding: [0, 0, 0, 0], dilation: [1, 1] } as const
    const y = only(emit(maxPool, { window: windowOn(window, volume) }, [view(x, volume)]))
    return view(y, { height, width, channels: channels / pieces })
  },
  describe: ({ pieces }) => `of ${pieces} channels each`,
}
