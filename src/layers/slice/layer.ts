/**
 * SLICE-58 from58: a range of the channels, counted from 0. Two slices in the branches of a CONCAT are a channel split, as in
 * ShuffleNet v2 (Ma et al. 2018): `CONCAT(SLICE-58 | SLICE-58 from58 -> CONV1-58) -> SHUFFLE g2`.
 */

import { number, object } from '../../core/schema.ts'
import { slice as sliceOp } from '../../ops/channels/op.ts'
import { NotationValueError, VolumeError } from '../errors.ts'
import { countSchema, oneInput, only } from '../parts.ts'
import type { Layer } from '../types.ts'

interface SliceAttributes {
  readonly from: number
  readonly count: number
}

const range = ({ from, count }: SliceAttributes) => `channels ${from} to ${from + count - 1}`

export const slice: Layer<SliceAttributes, object, 'slice'> = {
  type: 'slice',
  notation: {
    word: 'SLICE',
    form: { count: 'required', options: { from: 'first channel' }, example: 'SLICE-2 from2' },
    read({ count = 0, options = {} }) {
      const [from = 0, ...others] = options.from ?? []
      if (count >= 1 && others.length === 0) return { from, count }
      throw new NotationValueError('SLICE takes a number of channels and, optionally, the first channel', {
        received: `${count} channels from ${[from, ...others].join(',')}`,
        expected: 'SLICE-58 or SLICE-58 from58',
      })
    },
    write: ({ from, count }) => ({ count, ...(from === 0 ? {} : { options: { from: [from] } }) }),
  },
  attributes: object({ from: number({ whole: true, min: 0 }), count: countSchema }),
  inputs: oneInput,
  output(attributes, volume) {
    const { from, count } = attributes
    if (from + count <= volume.channels) return { ...volume, channels: count }
    throw new VolumeError('there are not enough channels for this SLICE', {
      received: `${range(attributes)} of ${volume.channels}, which are numbered from 0`,
      expected: `at least ${from + count} channels`,
    })
  },
  lower: ({ attributes: { from, count }, x, emit }) => only(emit(sliceOp, { from, count }, [x])),
  describe: range,
}
