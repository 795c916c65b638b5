/** What docs/layers.md says of CROP. */

import type { LayerDocsTable } from '../docs.ts'

export const docs: LayerDocsTable = {
  crop: {
    title: 'cropping',
    forward: 'cuts rows and columns off, or keeps the center; an odd row or column is cut at the bottom or the right',
    volume: '(H − top − bottom)×(W − left − right)×D, or the size',
    defaults: { p: 'p or to must be written', to: 'p or to must be written' },
    source: 'Ronneberger et al. 2015, U-Net (copy and crop)',
  },
}
