/** LN as ONNX: LayerNormalization over the last axis, so the channels are put there; over the volume, one group. */

import { affine, groupsForm } from '../normsOnnx.ts'
import type { OnnxForm } from '../onnx.ts'

interface Attributes {
  readonly epsilon: number
  readonly over: 'channels' | 'volume'
}

const overVolume = groupsForm<Attributes>(() => 1)

export const layerNormForm: OnnxForm<Attributes> = (writing) => {
  const { attributes, x, node } = writing
  if (attributes.over === 'volume') return overVolume(writing)
  const { scale, shift } = affine(writing, x.volume.channels)
  const own = { axis: -1, epsilon: { float: attributes.epsilon } }
  if (x.layout === 'flat') return { name: node('LayerNormalization', [x.name, scale, shift], own), layout: 'flat' }
  const last = node('Transpose', [x.name], { perm: [0, 2, 3, 1] }, 'channelsLast')
  const normal = node('LayerNormalization', [last, scale, shift], own)
  return { name: node('Transpose', [normal], { perm: [0, 3, 1, 2] }, 'channelsFirst'), layout: 'map' }
}
