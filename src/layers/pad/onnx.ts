/** PAD as ONNX: Pad, by zeros, reflected, or with the edge repeated. */

import type { OnnxForm } from '../onnx.ts'

interface Attributes {
  readonly padding: readonly [number, number, number, number]
  readonly mode: 'zero' | 'reflect' | 'edge'
}

export const padForm: OnnxForm<Attributes> = ({ attributes: { padding, mode }, x, map, node, ints, number }) => {
  const [top, left, bottom, right] = padding
  const pads = ints([0, 0, top, left, 0, 0, bottom, right])
  // ONNX Runtime 1.30 merges a Pad of 0 into a MaxPool behind it, which then pads with −∞. It does not merge a Pad of −0.
  if (mode === 'zero') return { name: node('Pad', [map(x), pads, number(-0)]), layout: 'map' }
  return { name: node('Pad', [map(x), pads], { mode }), layout: 'map' }
}
