/** What docs/layers.md says of FLATTEN and RESHAPE. */

import type { LayerDocsTable } from '../docs.ts'

export const docs: LayerDocsTable = {
  flatten: {
    title: 'one position',
    forward: 'the same values as channels, in the order H·W·D; with chw in the order D·H·W',
    volume: '1×1×H·W·D',
    source: "PyTorch's Flatten is FLATTEN chw",
  },
  reshape: {
    title: 'another volume',
    forward: 'the same values, read and written in the order H·W·D; with chw in the order D·H·W',
    volume: 'as written',
    source: "PyTorch's Unflatten is RESHAPE chw",
    input: '8x8x4',
  },
}
