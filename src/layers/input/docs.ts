/** What docs/layers.md says of INPUT. */

import type { LayerDocsTable } from '../docs.ts'

export const docs: LayerDocsTable = {
  input: {
    title: 'the images',
    forward: 'the images, unchanged',
    volume: 'H×W×D as written',
    source: '—',
    input: '',
  },
}
