/** GAP: the mean of each channel over the whole map, 1×1×D (Lin et al. 2013). Fits any input size. */

import { object } from '../../core/schema.ts'
import { averagePool } from '../../ops/pool/op.ts'
import { windowOn } from '../../ops/window.ts'
import { oneInput, only } from '../parts.ts'
import type { Layer } from '../types.ts'
import { wholeWindow } from '../window.ts'

export const globalAveragePool: Layer<object, object, 'gap'> = {
  type: 'gap',
  notation: { word: 'GAP', form: { example: 'GAP' }, read: () => ({}), write: () => ({}) },
  attributes: object({}),
  inputs: oneInput,
  output: (_, { channels }) => ({ height: 1, width: 1, channels }),
  sight: () => ({ kind: 'everything' }),
  lower: ({ x, emit }) =>
    only(emit(averagePool, { window: windowOn(wholeWindow(x.volume), x.volume), countPadding: false }, [x])),
  describe: () => 'mean over the map',
}
