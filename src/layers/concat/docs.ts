/** What docs/layers.md says of CONCAT. */

import type { LayerDocsTable } from '../docs.ts'

export const docs: LayerDocsTable = {
  concat: {
    title: 'concatenation of branches',
    forward: 'the channels of the branches, concatenated in order',
    volume: 'H×W×(D₁ + D₂ + …)',
    source: 'Szegedy et al. 2014, Going Deeper with Convolutions',
  },
}
