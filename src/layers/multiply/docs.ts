/** What docs/layers.md says of MULTIPLY. */

import type { LayerDocsTable } from '../docs.ts'

export const docs: LayerDocsTable = {
  multiply: {
    title: 'product of branches',
    forward: 'y = a·b·…, value by value; a branch of 1×1×D applies to every position',
    volume: 'that of the largest branch',
    source: 'Hu et al. 2017, Squeeze-and-Excitation Networks',
  },
}
