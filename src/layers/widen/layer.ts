/**
 * WIDEN-32: adds channels of zeros, as many before as behind, up to the count: with a strided POOL1 before it, the
 * parameter-free shortcut ("option A") of He et al. 2015 for CIFAR-10.
 */

import { object } from '../../core/schema.ts'
import { widen as widenOp } from '../../ops/channels/op.ts'
import { NotationValueError, VolumeError } from '../errors.ts'
import { countSchema, oneInput, only } from '../parts.ts'
import type { Layer } from '../types.ts'

interface WidenAttributes {
  readonly channels: number
}

export const widen: Layer<WidenAttributes, object, 'widen'> = {
  type: 'widen',
  notation: {
    word: 'WIDEN',
    form: { count: 'required', example: 'WIDEN-32' },
    read({ count = 0 }) {
      if (count >= 1) return { channels: count }
      throw new NotationValueError('WIDEN needs the number of channels to reach', {
        received: `${count}`,
        expected: 'WIDEN-32',
      })
    },
    write: ({ channels }) => ({ count: channels }),
  },
  attributes: object({ channels: countSchema }),
  inputs: oneInput,
  output({ channels }, volume) {
    if (channels >= volume.channels) return { ...volume, channels }
    throw new VolumeError('WIDEN only adds channels', {
      received: `${volume.channels} channels to be widened to ${channels}`,
      expected: `at least ${volume.channels}`,
      advice: `CONV1-${channels} reduces the depth`,
    })
  },
  lower({ attributes, x, emit }) {
    const more = attributes.channels - x.volume.channels
    const before = Math.floor(more / 2)
    return only(emit(widenOp, { before, after: more - before }, [x]))
  },
  describe: ({ channels }) => `zeros up to ${channels} channels`,
}
