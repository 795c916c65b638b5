/** CONCAT(a | b): the branches' channels one after the other: an inception block (Szegedy et al. 2014). */

import * as z from 'zod'
import { printVolume, type Volume } from '../../core/index.ts'
import { concat as concatOp } from '../../ops/channels/op.ts'
import { VolumeError } from '../errors.ts'
import { only } from '../parts.ts'
import type { Layer } from '../types.ts'

export const concat: Layer<object> = {
  type: 'concat',
  notation: {
    word: 'CONCAT',
    form: { example: 'CONCAT(CONV1-64 | CONV3-128)' },
    branches: true,
    read: () => ({}),
    write: () => ({}),
  },
  attributes: z.strictObject({}),
  inputs: { min: 2, max: 64 },
  output(_, inputs) {
    const [first, ...others] = inputs as readonly [Volume, ...Volume[]]
    if (others.every(({ height, width }) => height === first.height && width === first.width)) {
      return { ...first, channels: inputs.reduce((sum, { channels }) => sum + channels, 0) }
    }
    throw new VolumeError('CONCAT needs branches of one height and width', {
      received: inputs.map(printVolume).join(' and '),
      expected: `${first.height}×${first.width} from every branch`,
      advice: 'give every branch the same strides, and padding that keeps the size',
    })
  },
  lower({ emit, batch }, _, inputs) {
    const [, height = 1, width = 1] = inputs[0]?.shape ?? []
    return only(
      emit(concatOp, { rows: batch * height * width, channels: inputs.map(({ shape }) => shape[3] ?? 1) }, inputs),
    )
  },
  describe: () => '',
}
