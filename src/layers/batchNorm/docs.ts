/** What docs/layers.md says of BN. */

import type { LayerDocsTable } from '../docs.ts'

export const docs: LayerDocsTable = {
  bn: {
    title: 'batch normalization',
    forward:
      'y = scale·(x − mean)/√(variance + ε) + shift, channel by channel; with the statistics of the batch in training, and the running statistics at inference',
    parameters: 'scale D, shift D; tracked: mean D, variance D',
    defaults: { eps: '0.00001', momentum: '0.1' },
    source: 'Ioffe and Szegedy 2015',
  },
}
