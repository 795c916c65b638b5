/** What docs/layers.md says of CONV. */

import type { LayerDocsTable } from '../docs.ts'

export const docs: LayerDocsTable = {
  conv: {
    title: 'convolution',
    forward: 'y[i, j, k] = b[k] + Σ over the window and the depth of its group of x·w',
    volume: '((H − F + P)/S + 1) × ((W − F + P)/S + 1) × K, rounded down; P counts both sides',
    parameters: 'filters F×F×(D/g)×K; bias K',
    macs: 'H′·W′·K·F·F·D/g',
    defaults: { s: '1', p: '(F − 1)/2, which keeps the size', d: '1', g: '1' },
    source: 'Fukushima 1980; LeCun et al. 1989; CS231n notes, "Convolutional Networks"',
  },
}
