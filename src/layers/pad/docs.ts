/** What docs/layers.md says of PAD. */

import type { LayerDocsTable } from '../docs.ts'

export const docs: LayerDocsTable = {
  pad: {
    title: 'padding',
    forward:
      'adds rows and columns at the sides: zeros, the image mirrored at its edge (without repeating the edge), or the edge repeated',
    volume: '(top + H + bottom)×(left + W + right)×D',
    defaults: { p: 'must be written' },
    source: "PyTorch's ZeroPad2d, ReflectionPad2d and ReplicationPad2d",
  },
}
