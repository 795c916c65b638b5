/** What docs/layers.md says of SLICE. */

import type { LayerDocsTable } from '../docs.ts'

export const docs: LayerDocsTable = {
  slice: {
    title: 'range of channels',
    forward: 'y[i, j, k] = x[i, j, from + k]; two SLICEs in branches split the channels',
    volume: 'H×W×K',
    defaults: { from: '0' },
    source: 'Ma et al. 2018, ShuffleNet V2 (channel split)',
  },
}
