/** SCALE as ONNX: Mul by a number, or by a factor for each channel. */

import { byChannel, type OnnxForm } from '../onnx.ts'

export const scaleForm: OnnxForm<{ readonly factor: number }> = ({ attributes, x, node, weight, number }) => {
  const factors = weight('scale', { shape: byChannel(x.layout, x.volume.channels) }) ?? number(attributes.factor)
  return { name: node('Mul', [x.name, factors]), layout: x.layout }
}
