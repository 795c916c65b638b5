/** SHUFFLE as ONNX: the channels as [groups, channels of a group], transposed. */

import type { OnnxForm } from '../onnx.ts'

export const shuffleForm: OnnxForm<{ readonly groups: number }> = ({ attributes: { groups }, x, map, node, ints }) => {
  const { height, width, channels } = x.volume
  const split = node('Reshape', [map(x), ints([0, groups, channels / groups, height, width])], {}, 'groups')
  const turned = node('Transpose', [split], { perm: [0, 2, 1, 3, 4] }, 'turned')
  return { name: node('Reshape', [turned, ints([0, channels, height, width])]), layout: 'map' }
}
