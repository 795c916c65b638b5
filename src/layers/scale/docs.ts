/** What docs/layers.md says of SCALE. */

import type { LayerDocsTable } from '../docs.ts'

export const docs: LayerDocsTable = {
  scale: {
    title: 'scaling',
    forward: 'y = s·x, with a constant s or a learned s for each channel',
    parameters: 'with `learned`: scale D',
    number: 's, or the initial value of the learned factors',
    source: 'Szegedy et al. 2016, Inception-v4; Touvron et al. 2021, LayerScale',
  },
}
