/** SLICE as ONNX: Slice of the channels. */

import type { OnnxForm } from '../onnx.ts'

interface Attributes {
  readonly from: number
  readonly count: number
}

export const sliceForm: OnnxForm<Attributes> = ({ attributes: { from, count }, x, node, ints }) => ({
  name: node('Slice', [x.name, ints([from]), ints([from + count]), ints([1])]),
  layout: x.layout,
})
