/** What docs/layers.md says of LRN and LCN. */

import type { LayerDocsTable } from '../docs.ts'

export const docs: LayerDocsTable = {
  lrn: {
    title: 'local response normalization',
    forward:
      'y = x·(k + α·(Σx²)/n)^(−β), the sum over F neighboring channels (default 5), n = F, or, with `map`, over F×F positions of the same map, n = F²; with `sum`, n = 1, as in the paper; n is the same at the edges',
    defaults: { alpha: '0.0001', beta: '0.75', k: '1' },
    source: 'Krizhevsky et al. 2012; cuda-convnet: cmrnorm, with map rnorm',
  },
  lcn: {
    title: 'local contrast normalization',
    forward:
      'y = x·(k + α·(Σ(x − m)²)/F²)^(−β), the sum over F×F neighboring positions of the map, and m the mean of the F×F values around a position; with `sum`, not divided by F²',
    defaults: { alpha: '0.0001', beta: '0.75', k: '1' },
    source: 'cuda-convnet: cnorm; after Jarrett et al. 2009',
  },
}
