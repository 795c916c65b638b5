/** PAD as ONNX: Pad, by zeros, reflected, or with the edge repeated. */

import type { OnnxForm } from '../onnx.ts'

interface Attributes {
  readonly padding: readonly [number, number, number, number]
  readonly mode: 'zero' | 'reflect' | 'edge'
}

export const padForm: OnnxForm<Attributes> = ({ attributes: { padding, mode }, x, map, node, ints }) => {
  const [top, left, bottom, right] = padding
  const pads = ints([0, 0, top, left, 0, 0, bottom, right])
  return { name: node('Pad', [map(x), pads], { mode: mode === 'zero' ? 'constant' : mode }), layout: 'map' }
}
