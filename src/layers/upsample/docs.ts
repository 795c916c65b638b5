/** What docs/layers.md says of UPSAMPLE. */

import type { LayerDocsTable } from '../docs.ts'

export const docs: LayerDocsTable = {
  upsample: {
    title: 'upsampling',
    forward:
      'nearest: y[i] = x[⌊i·H/H2⌋]; bilinear: interpolates between the inputs around (i + ½)·H/H2 − ½; corners: around i·(H − 1)/(H2 − 1)',
    volume: 'F·H×F·W×D, or the size',
    defaults: { to: 'a factor or to must be written' },
    source: "PyTorch's interpolate: nearest, bilinear, and bilinear with align_corners",
  },
}
