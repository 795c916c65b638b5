/** What docs/layers.md says of GN and IN. */

import type { LayerDocsTable } from '../docs.ts'

export const docs: LayerDocsTable = {
  gn: {
    title: 'group normalization',
    forward:
      'y = scale·(x − mean)/√(variance + ε) + shift, with the mean and variance of a group of neighboring channels over all positions, separately for each image; scale and shift by channel; the same in training and at inference',
    parameters: 'scale D, shift D',
    defaults: { g: '32', eps: '0.00001' },
    source: 'Wu and He 2018',
  },
  in: {
    title: 'instance normalization',
    forward:
      'y = scale·(x − mean)/√(variance + ε) + shift, with the mean and variance of each channel of each image; the same in training and at inference',
    parameters: 'scale D, shift D',
    defaults: { eps: '0.00001' },
    source: 'Ulyanov et al. 2016',
  },
}
