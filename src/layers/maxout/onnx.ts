/** MAXOUT as ONNX: the channels as [units, pieces], and the maximum over the pieces. */

import type { OnnxForm } from '../onnx.ts'

export const maxoutForm: OnnxForm<{ readonly pieces: number }> = ({
  attributes: { pieces },
  x,
  node,
  ints,
  opset,
  output,
}) => {
  const sides = x.layout === 'flat' ? [] : [x.volume.height, x.volume.width]
  const split = node('Reshape', [x.name, ints([0, output.channels, pieces, ...sides])], {}, 'pieces')
  const name =
    opset >= 18
      ? node('ReduceMax', [split, ints([2])], { keepdims: 0 })
      : node('ReduceMax', [split], { axes: [2], keepdims: 0 })
  return { name, layout: x.layout }
}
