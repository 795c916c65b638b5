/** INPUT: the pictures, H×W×D. Where every network starts. */

import { number, object } from '../../core/schema.ts'
import { printVolume, type Volume } from '../../core/shapes.ts'
import { NotationValueError, VolumeError } from '../errors.ts'
import type { Layer } from '../types.ts'

const side = number({ whole: true, min: 1, max: 65536 })

export const input: Layer<Volume, object, 'input'> = {
  type: 'input',
  notation: {
    word: 'INPUT',
    form: { volume: 'required', example: 'INPUT 32x32x3' },
    read({ volume: [height, width, channels] = [0, 0, 0] }) {
      if ([height, width, channels].every(side.fits)) return { height, width, channels }
      throw new NotationValueError('INPUT needs a height, a width and a depth', {
        received: `${height}x${width}x${channels}`,
        expected: 'three whole numbers from 1 to 65536',
      })
    },
    write: ({ height, width, channels }) => ({ volume: [height, width, channels] }),
  },
  attributes: object({ height: side, width: side, channels: side }),
  inputs: { min: 0, max: 0 },
  output: (attributes) => attributes,
  lower() {
    throw new VolumeError('INPUT is given by the host and never lowered')
  },
  describe: printVolume,
}
