/** What docs/layers.md says of SHUFFLE. */

import type { LayerDocsTable } from '../docs.ts'

export const docs: LayerDocsTable = {
  shuffle: {
    title: 'channel shuffle',
    forward: 'channel i·n + j goes to j·g + i, for g groups of n channels',
    defaults: { g: 'must be written' },
    source: 'Zhang et al. 2017, ShuffleNet',
  },
}
