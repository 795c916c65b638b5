/** CONCAT(a | b): the branches' channels one after the other: an inception block (Szegedy et al. 2014). */

import { object } from '../../core/schema.ts'
import { printVolume } from '../../core/shapes.ts'
import { concat as concatOp } from '../../ops/channels/op.ts'
import { VolumeError } from '../errors.ts'
import { only } from '../parts.ts'
import type { Layer } from '../types.ts'

export const concat: Layer<object, object, 'concat'> = {
  type: 'concat',
  notation: {
    word: 'CONCAT',
    form: { example: 'CONCAT(CONV1-64 | CONV3-128)' },
    branches: true,
    read: () => ({}),
    write: () => ({}),
  },
  attributes: object({}),
  inputs: { min: 2, max: 64 },
  output(_, first, volumes) {
    if (volumes.every(({ height, width }) => height === first.height && width === first.width)) {
      return { ...first, channels: volumes.reduce((sum, { channels }) => sum + channels, 0) }
    }
    throw new VolumeError('CONCAT needs branches of one height and width', {
      received: volumes.map(printVolume).join(' and '),
      expected: `${first.height}×${first.width} from every branch`,
      advice: 'give every branch the same strides, and padding that keeps the size',
    })
  },
  lower: ({ inputs, emit }) => only(emit(concatOp, {}, inputs)),
  describe: () => '',
}
