/** GAP: the mean of each channel over the whole map, 1×1×D (Lin et al. 2013). Fits any input size. */

import * as z from 'zod'
import { averagePool } from '../../ops/pool/op.ts'
import { windowOn } from '../../ops/window.ts'
import { only } from '../parts.ts'
import type { Layer } from '../types.ts'
import { wholeWindow } from '../window.ts'

export const globalAveragePool: Layer<object> = {
  type: 'gap',
  notation: { word: 'GAP', form: { example: 'GAP' }, read: () => ({}), write: () => ({}) },
  attributes: z.strictObject({}),
  inputs: { min: 1, max: 1 },
  output: (_, inputs) => ({ height: 1, width: 1, channels: only(inputs).channels }),
  window: (_, inputs) => wholeWindow(only(inputs)),
  lower({ emit, batch }, _, inputs) {
    const x = only(inputs)
    const [, height = 1, width = 1, channels = 1] = x.shape
    const volume = { height, width, channels }
    return only(
      emit(averagePool, { batch, window: windowOn(wholeWindow(volume), volume), channels, countPadding: false }, [x]),
    )
  },
  describe: () => 'mean over the map',
}
