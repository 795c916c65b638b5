/** INPUT: the pictures, H×W×D. Where every network starts. */

import * as z from 'zod'
import { printVolume, type Volume } from '../../core/shapes.ts'
import { NotationValueError, VolumeError } from '../errors.ts'
import type { Layer } from '../types.ts'

const side = z.number().int().min(1).max(65536)

export const input: Layer<Volume, object, 'input'> = {
  type: 'input',
  notation: {
    word: 'INPUT',
    form: { volume: 'required', example: 'INPUT 32x32x3' },
    read({ volume: [height, width, channels] = [0, 0, 0] }) {
      const parsed = z.tuple([side, side, side]).safeParse([height, width, channels])
      if (parsed.success) return { height, width, channels }
      throw new NotationValueError('INPUT needs a height, a width and a depth', {
        received: `${height}x${width}x${channels}`,
        expected: 'three whole numbers from 1 to 65536',
      })
    },
    write: ({ height, width, channels }) => ({ volume: [height, width, channels] }),
  },
  attributes: z.strictObject({ height: side, width: side, channels: side }),
  inputs: { min: 0, max: 0 },
  output: (attributes) => attributes,
  lower() {
    throw new VolumeError('INPUT is given by the host and never lowered')
  },
  describe: printVolume,
}
