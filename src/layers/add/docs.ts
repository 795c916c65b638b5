/** What docs/layers.md says of ADD. */

import type { LayerDocsTable } from '../docs.ts'

export const docs: LayerDocsTable = {
  add: {
    title: 'sum of branches',
    forward: 'y = a + b + …, value by value',
    volume: 'that of every branch',
    source: 'He et al. 2015, Deep Residual Learning',
  },
}
