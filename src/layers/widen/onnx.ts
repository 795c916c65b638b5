/** WIDEN as ONNX: Pad along the channels. */

import type { OnnxForm } from '../onnx.ts'

export const widenForm: OnnxForm<{ readonly channels: number }> = ({ attributes, x, node, ints }) => {
  const more = attributes.channels - x.volume.channels
  const before = Math.floor(more / 2)
  const rest = x.layout === 'flat' ? [] : [0, 0]
  return { name: node('Pad', [x.name, ints([0, before, ...rest, 0, more - before, ...rest])]), layout: x.layout }
}
