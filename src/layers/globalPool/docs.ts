/** What docs/layers.md says of GAP and GMP. */

import type { LayerDocsTable } from '../docs.ts'

export const docs: LayerDocsTable = {
  gap: {
    title: 'global average pooling',
    forward: 'the mean of each channel over all positions',
    volume: '1×1×D',
    source: 'Lin et al. 2013, Network In Network',
  },
  gmp: {
    title: 'global max pooling',
    forward: 'the greatest value of each channel over all positions; NaN if it contains one',
    volume: '1×1×D',
    source: 'Oquab et al. 2015, Is object localization for free?',
  },
}
