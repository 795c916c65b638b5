/** What docs/layers.md says of POOL, AVGPOOL and L2POOL. */

import type { LayerDocsTable } from '../docs.ts'

export const docs: LayerDocsTable = {
  pool: {
    title: 'max pooling',
    forward: 'the greatest value of each window, channel by channel; NaN if the window contains one',
    volume: '((H − F + P)/S + 1) × ((W − F + P)/S + 1) × D, rounded down, or up with `ceil`',
    defaults: { s: 'the size', p: '0', d: '1' },
    source: 'CS231n notes, "Pooling Layer"',
  },
  avgpool: {
    title: 'average pooling',
    forward: 'the mean of each window, channel by channel, without the padding',
    volume: '((H − F + P)/S + 1) × ((W − F + P)/S + 1) × D, rounded down, or up with `ceil`',
    defaults: { s: 'the size', p: '0', d: '1' },
    source: 'LeCun et al. 1998',
  },
  l2pool: {
    title: 'L2-norm pooling',
    forward: '√Σx² over each window, channel by channel; the gradient of a window of zeros is 0',
    volume: '((H − F + P)/S + 1) × ((W − F + P)/S + 1) × D, rounded down, or up with `ceil`',
    defaults: { s: 'the size', p: '0', d: '1' },
    source: 'CS231n notes, "General pooling"',
  },
}
