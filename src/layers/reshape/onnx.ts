/** FLATTEN and RESHAPE as ONNX: Flatten and Reshape, of the transposed values where their order is H·W·C. */

import type { Volume } from '../../core/shapes.ts'
import type { OnnxForm } from '../onnx.ts'

interface Attributes {
  readonly channelsFirst: boolean
}

/** Both orders are the same. */
const isLine = ({ height, width, channels }: Volume) => height * width === 1 || channels === 1

export const flattenForm: OnnxForm<Attributes> = ({ attributes: { channelsFirst }, x, node }) => {
  if (x.layout === 'flat') return x
  const isTurned = !channelsFirst && !isLine(x.volume)
  const ordered = isTurned ? node('Transpose', [x.name], { perm: [0, 2, 3, 1] }, 'channelsLast') : x.name
  return { name: node('Flatten', [ordered], { axis: 1 }), layout: 'flat' }
}

export const reshapeForm: OnnxForm<Attributes> = ({ attributes: { channelsFirst }, x, output, node, ints }) => {
  const { height, width, channels } = output
  const isTurned = !channelsFirst && x.layout === 'map' && !isLine(x.volume)
  const ordered = isTurned ? node('Transpose', [x.name], { perm: [0, 2, 3, 1] }, 'channelsLast') : x.name
  if (channelsFirst || isLine(output))
    return { name: node('Reshape', [ordered, ints([0, channels, height, width])]), layout: 'map' }
  const last = node('Reshape', [ordered, ints([0, height, width, channels])])
  return { name: node('Transpose', [last], { perm: [0, 3, 1, 2] }, 'channelsFirst'), layout: 'map' }
}
