/** BN as ONNX: BatchNormalization by the running statistics. ONNX's momentum is the weight of the old ones. */

import type { OnnxForm } from '../onnx.ts'

interface Attributes {
  readonly epsilon: number
  readonly momentum: number
}

export const batchNormForm: OnnxForm<Attributes> = ({ attributes, x, node, weight, floats }) => {
  const all = (value: number) => floats(Array.from({ length: x.volume.channels }, () => value))
  const scale = weight('scale') ?? all(1)
  const shift = weight('shift') ?? all(0)
  const inputs = [x.name, scale, shift, weight('mean') as string, weight('variance') as string]
  const { epsilon, momentum } = attributes
  const own = { epsilon: { float: epsilon }, momentum: { float: 1 - momentum } }
  return { name: node('BatchNormalization', inputs, own), layout: x.layout }
}
