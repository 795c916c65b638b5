/** CONV as ONNX: Conv, with filters [K, C/g, F, F]. */

import { type OnnxForm, windowAttributes } from '../onnx.ts'
import type { ConvAttributes } from './layer.ts'

export const convForm: OnnxForm<ConvAttributes> = ({ attributes, x, map, node, weight }) => {
  const weights = [weight('filters', { axes: [3, 2, 0, 1] }), weight('bias')].filter((name) => name !== undefined)
  const window = windowAttributes(attributes)
  return { name: node('Conv', [map(x), ...weights], { ...window, group: attributes.groups }), layout: 'map' }
}
