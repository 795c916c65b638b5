/** What docs/layers.md says of POOL and AVGPOOL. */

import type { LayerDocsTable } from '../docs.ts'

export const docs: LayerDocsTable = {
  pool: {
    title: 'max pooling',
    forward: 'the greatest value of each window, channel by channel; a NaN in the window is handed on',
    volume: '((H − F + P)/S + 1) × ((W − F + P)/S + 1) × D, rounded down, or up with `ceil`',
    defaults: { s: 'the size', p: '0', d: '1' },
    source: 'CS231n notes, "Pooling Layer"',
  },
  avgpool: {
    title: 'average pooling',
    forward: 'the mean of each window, channel by channel, over the values that are there',
    volume: '((H − F + P)/S + 1) × ((W − F + P)/S + 1) × D, rounded down, or up with `ceil`',
    defaults: { s: 'the size', p: '0', d: '1' },
    source: 'LeCun et al. 1998',
  },
}
