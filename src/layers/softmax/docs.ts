/** What docs/layers.md says of SOFTMAX. */

import type { LayerDocsTable } from '../docs.ts'

export const docs: LayerDocsTable = {
  softmax: {
    title: 'softmax',
    forward: 'y[k] = exp(x[k]) / Σ exp(x), over the channels of each position',
    source: 'CS231n notes, "Softmax classifier"',
  },
}
