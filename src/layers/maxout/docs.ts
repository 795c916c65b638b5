/** What docs/layers.md says of MAXOUT. */

import type { LayerDocsTable } from '../docs.ts'

export const docs: LayerDocsTable = {
  maxout: {
    title: 'maxout',
    forward: 'y[i] = max(x[k·i], …, x[k·i + k − 1]), over k neighboring channels',
    volume: 'H×W×(D/k)',
    source: 'Goodfellow et al. 2013',
  },
}
