/** What docs/layers.md says of DROPOUT. */

import type { LayerDocsTable } from '../docs.ts'

export const docs: LayerDocsTable = {
  dropout: {
    title: 'dropout',
    forward: 'in training, 0 with probability p for each value, else x/(1 − p); x at inference',
    number: 'p, the probability of dropping a value',
    defaults: { number: '0.5' },
    source: 'Srivastava et al. 2014',
  },
}
