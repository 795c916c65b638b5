/** A convolution that has absorbed a batch normalization is one with other filters and a bias: both are made ahead of it. */

import { affineOf } from '../../affine.ts'
import { call } from '../../wasm/call.ts'
import type { WasmKernel } from '../../wasm/types.ts'
import { lines } from '../blocks.ts'
import { type Conv2dAttributes, filterShape } from '../geometry.ts'

/** Folded filters and biases: needed until they are packed, so they share what the step itself uses afterwards. */
function foldedOf(attributes: Conv2dAttributes) {
  const [height, width, depth, columns] = filterShape(attributes)
  const rows = height * width * depth
  const filterBytes = lines(rows * columns * 4)
  return { rows, columns, filterBytes, bytes: filterBytes + lines(columns * 4) }
}

/** inputs [x, filters, bias?, and where a norm was absorbed: scale?, shift?, mean, variance] → [y] */
export function foldingNorm(plain: WasmKernel<Conv2dAttributes>): WasmKernel<Conv2dAttributes> {
  return {
    ...plain,
    workspace(step, context) {
      const needs = plain.workspace?.(step, context) ?? {}
      if (step.attributes.norm === undefined) return needs
      return { ...needs, shared: Math.max(needs.shared ?? 0, foldedOf(step.attributes).bytes) }
    },
    calls(step, at, context) {
      const { attributes } = step
      if (attributes.norm === undefined) return plain.calls(step, at, context)
      const { rows, columns, filterBytes } = foldedOf(attributes)
      const [x = 0, filters = 0, ...others] = at.inputs
      const [bias = 0, ...norm] = attributes.bias ? others : [0, ...others]
      const { scale = 0, shift = 0, others: statistics } = affineOf(attributes.norm, norm)
      const [mean = 0, variance = 0] = statistics
      const [toFilters, toBias] = [at.shared, at.shared + filterBytes]
      const chunk = Math.max(1, Math.ceil(16384 / columns))
      const from = { filters, bias, scale, shift, mean, variance, epsilon: attributes.norm.epsilon }
      const fold = call('conv2dFoldNorm', { ...from, rows, columns, toFilters, toBias, chunk }, Math.ceil(rows / chunk))
      const folded = { ...step, attributes: { ...attributes, bias: true } }
      const { prepare = [], run } = plain.calls(folded, { ...at, inputs: [x, toFilters, toBias] }, context)
      return { prepare: [fold, ...prepare], run }
    },
  }
}
