/** PRELU as ONNX: PRelu, with slopes that broadcast along the channels. */

import { byChannel, type OnnxForm } from '../onnx.ts'

export const preluForm: OnnxForm<{ readonly shared: boolean }> = ({ attributes, x, node, weight }) => {
  const slopes = weight('slope', { shape: byChannel(x.layout, attributes.shared ? 1 : x.volume.channels) })
  return { name: node('PRelu', [x.name, slopes as string]), layout: x.layout }
}
