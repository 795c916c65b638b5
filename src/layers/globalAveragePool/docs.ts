/** What docs/layers.md says of GAP. */

import type { LayerDocsTable } from '../docs.ts'

export const docs: LayerDocsTable = {
  gap: {
    title: 'global average pooling',
    forward: 'the mean of each channel over all positions',
    volume: '1×1×D',
    source: 'Lin et al. 2013, Network In Network',
  },
}
