/** GAP and GMP as ONNX: GlobalAveragePool and GlobalMaxPool. */

import type { OnnxForm } from '../onnx.ts'

const global =
  (op: string): OnnxForm =>
  ({ x, map, node }) => ({ name: node(op, [map(x)]), layout: 'map' })

export const globalAveragePoolForm = global('GlobalAveragePool')
export const globalMaxPoolForm = global('GlobalMaxPool')
