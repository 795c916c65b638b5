/** What docs/layers.md says of PIXELSHUFFLE and PIXELUNSHUFFLE. */

import type { LayerDocsTable } from '../docs.ts'

export const docs: LayerDocsTable = {
  pixelshuffle: {
    title: 'pixel shuffle, depth to space',
    forward: "y[F·i + a, F·j + b, k] = x[i, j, k·F² + a·F + b], in PyTorch's order; with dcr x[i, j, (a·F + b)·D2 + k]",
    volume: 'F·H×F·W×D/F²',
    source: 'Shi et al. 2016, Real-time single image super-resolution; ONNX DepthToSpace',
  },
  pixelunshuffle: {
    title: 'pixel unshuffle, space to depth',
    forward: 'the inverse of PIXELSHUFFLE',
    volume: 'H/F×W/F×F²·D',
    source: "PyTorch's PixelUnshuffle; ONNX SpaceToDepth",
  },
}
