/**
 * WIDEN-32: adds channels of zeros, as many before as behind, up to the count: with a strided POOL1 before it, the
 * parameter-free shortcut ("option A") of He et al. 2015 for CIFAR-10.
 */

import * as z from 'zod'
import { widen as widenOp } from '../../ops/channels/op.ts'
import { NotationValueError, VolumeError } from '../errors.ts'
import { only } from '../parts.ts'
import type { Layer } from '../types.ts'

interface WidenAttributes {
  readonly channels: number
}

export const widen: Layer<WidenAttributes> = {
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
  attributes: z.strictObject({
    channels: z
      .number()
      .int()
      .min(1)
      .max(1 << 24),
  }),
  inputs: { min: 1, max: 1 },
  output({ channels }, inputs) {
    const volume = only(inputs)
    if (channels >= volume.channels) return { ...volume, channels }
    throw new VolumeError('WIDEN only adds channels', {
      received: `${volume.channels} channels to be widened to ${channels}`,
      expected: `at least ${volume.channels}`,
      advice: `CONV1-${channels} reduces the depth`,
    })
  },
  lower({ emit, batch }, { channels }, inputs) {
    const x = only(inputs)
    const [, height = 1, width = 1, depth = 1] = x.shape
    const before = Math.floor((channels - depth) / 2)
    const after = channels - depth - before
    return only(emit(widenOp, { rows: batch * height * width, channels: depth, before, after }, [x]))
  },
  describe: ({ channels }) => `zeros up to ${channels} channels`,
}
