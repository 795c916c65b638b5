/** What docs/layers.md says of LOCAL. */

import type { LayerDocsTable } from '../docs.ts'

export const docs: LayerDocsTable = {
  local: {
    title: 'locally connected layer',
    forward: 'CONV with separate filters and biases at each position',
    volume: '((H − F + P)/S + 1)×((W − F + P)/S + 1)×K',
    parameters: 'filters [H2, W2, F, F, D, K], bias [H2, W2, K]',
    macs: 'H2·W2·K·F·F·D',
    defaults: { s: '1', p: '(F − 1)/2, which keeps the size', d: '1' },
    source: 'LeCun 1989, Generalization and Network Design Strategies; the notes, for centered images such as faces',
    input: '16x16x8',
  },
}
