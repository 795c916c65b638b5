/** What docs/layers.md says of TCONV. */

import type { LayerDocsTable } from '../docs.ts'

export const docs: LayerDocsTable = {
  tconv: {
    title: 'transposed convolution',
    forward:
      'each input value adds its filters, multiplied by the value, to the output: dL/dx of a CONV as a forward pass',
    volume: '((H − 1)·S − P + F + O)×((W − 1)·S − P + F + O)×K, with output padding O',
    parameters: 'filters [F, F, K/g, D], bias [K]',
    macs: 'H·W·D·F·F·K/g',
    defaults: { s: '1', p: '(F − S)/2 on each side, which makes each side S times as long', d: '1', g: '1', o: '0' },
    source: 'Zeiler et al. 2010, Deconvolutional networks; Dumoulin and Visin 2016, A guide to convolution arithmetic',
    input: '16x16x32',
  },
}
