/** What docs/layers.md says of PRELU. */

import type { LayerDocsTable } from '../docs.ts'

export const docs: LayerDocsTable = {
  prelu: {
    title: 'parametric ReLU',
    forward: 'x where positive, a·x elsewhere, with a learned slope a',
    parameters: 'slope D, or 1 with `shared`',
    number: 'the initial value of the slopes',
    defaults: { number: '0.25' },
    source: 'He et al. 2015, Delving Deep into Rectifiers',
  },
}
