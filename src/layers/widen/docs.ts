/** What docs/layers.md says of WIDEN. */

import type { LayerDocsTable } from '../docs.ts'

export const docs: LayerDocsTable = {
  widen: {
    title: 'zero channels',
    forward: '(K − D)/2 channels of zeros, rounded down, before the other channels, the rest after them',
    volume: 'H×W×K',
    source: 'He et al. 2015, Deep Residual Learning, option A',
    input: '32x32x16',
  },
}
