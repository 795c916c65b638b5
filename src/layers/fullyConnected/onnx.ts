/** FC as ONNX: Gemm with a matrix [K, C·H·W], after Flatten where the input is a map. */

import type { OnnxForm } from '../onnx.ts'

export const fullyConnectedForm: OnnxForm<{ readonly units: number }> = ({ attributes, x, node, weight }) => {
  const { height, width, channels } = x.volume
  const rows = x.layout === 'flat' ? x.name : node('Flatten', [x.name], { axis: 1 }, 'flatten')
  const matrix = weight('filters', { axes: [3, 2, 0, 1], shape: [attributes.units, channels * height * width] })
  const weights = [matrix, weight('bias')].filter((name) => name !== undefined)
  return { name: node('Gemm', [rows, ...weights], { transB: 1 }), layout: 'flat' }
}
