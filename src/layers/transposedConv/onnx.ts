/** TCONV as ONNX: ConvTranspose, with filters [C, K/g, F, F]. */

import { type OnnxForm, windowAttributes } from '../onnx.ts'
import type { TransposedConvAttributes } from './layer.ts'

export const transposedConvForm: OnnxForm<TransposedConvAttributes> = ({ attributes, x, map, node, weight }) => {
  const weights = [weight('filters', { axes: [3, 2, 0, 1] }), weight('bias')].filter((name) => name !== undefined)
  const { groups, outputPadding } = attributes
  const own = { ...windowAttributes(attributes), group: groups, output_padding: outputPadding }
  return { name: node('ConvTranspose', [map(x), ...weights], own), layout: 'map' }
}
