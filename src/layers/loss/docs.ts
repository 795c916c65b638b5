/** What docs/layers.md says of LOSS. */

import type { LayerDocsTable } from '../docs.ts'

export const docs: LayerDocsTable = {
  loss: {
    title: 'the loss that the network is trained with',
    forward: 'y = x; see [the losses](library.md#losses)',
    defaults: { smoothing: '0', margin: '1', power: '1', delta: '1' },
    source: 'CS231n notes, "Loss functions"; Huber 1964',
    input: '1x1x10',
  },
}
