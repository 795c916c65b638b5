/** What docs/layers.md says of LN. */

import type { LayerDocsTable } from '../docs.ts'

export const docs: LayerDocsTable = {
  ln: {
    title: 'layer normalization',
    forward:
      'y = scale·(x − mean)/√(variance + ε) + shift, with the mean and variance of the channels of each position, or, with `volume`, of all values of an image; scale and shift by channel; the same in training and at inference',
    parameters: 'scale D, shift D',
    defaults: { eps: '0.00001' },
    source: 'Ba et al. 2016; over channels: Liu et al. 2022, ConvNeXt',
  },
}
