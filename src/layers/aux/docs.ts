/** What docs/layers.md says of AUX. */

import type { LayerDocsTable } from '../docs.ts'

export const docs: LayerDocsTable = {
  aux: {
    title: 'auxiliary head',
    forward: 'y = x; in training, the loss of the branch is added with this weight; the branch costs scores nothing',
    number: 'weight of the loss',
    source: 'Szegedy et al. 2014, Going Deeper with Convolutions',
  },
}
