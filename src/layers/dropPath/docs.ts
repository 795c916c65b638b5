/** What docs/layers.md says of DROPPATH. */

import type { LayerDocsTable } from '../docs.ts'

export const docs: LayerDocsTable = {
  droppath: {
    title: 'stochastic depth',
    forward: 'in training, 0 with probability p for all values of an image, else x/(1 − p); x at inference',
    number: 'p, the probability of dropping an image',
    source: 'Huang et al. 2016, Deep Networks with Stochastic Depth',
  },
}
