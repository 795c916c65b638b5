/** What docs/layers.md says of FC. */

import type { LayerDocsTable } from '../docs.ts'

export const docs: LayerDocsTable = {
  fc: {
    title: 'fully connected',
    forward: 'y[k] = b[k] + Σ over the whole volume of x·w',
    volume: '1×1×K',
    parameters: 'filters H×W×D×K; bias K',
    macs: 'H·W·D·K',
    source: 'CS231n notes, "Fully-connected layer"',
  },
}
