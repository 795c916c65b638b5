/** The call that folds an absorbed batch normalization into a convolution's filters, ahead of their packing. */

import type { WasmAddresses, WasmCall } from '../../wasm/types.ts'
import { lines } from '../blocks.ts'
import { type Conv2dAttributes, filterShape } from '../geometry.ts'

function sizes(attributes: Conv2dAttributes): { readonly rows: number; readonly columns: number } {
  const [height, width, depth, columns] = filterShape(attributes)
  return { rows: height * width * depth, columns }
}

/** Folded filters and biases: needed until they are packed, so they share what the step itself uses afterwards. */
export function foldBytes(attributes: Conv2dAttributes): number {
  const { rows, columns } = sizes(attributes)
  return lines(rows * columns * 4) + lines(columns * 4)
}

export interface Folded {
  readonly call: WasmCall
  readonly filters: number
  readonly bias: number
}

/** inputs [x, filters, bias?, scale, shift, mean, variance] */
export function foldNorm(attributes: Conv2dAttributes, epsilon: number, at: WasmAddresses): Folded {
  const { rows, columns } = sizes(attributes)
  const [filters = 0, ...others] = at.inputs.slice(1)
  const bias = attributes.bias ? (others[0] ?? 0) : 0
  const norm = attributes.bias ? others.slice(1) : others
  const toFilters = at.shared
  const toBias = at.shared + lines(rows * columns * 4)
  const chunk = Math.max(1, Math.ceil(16384 / columns))
  const args = [filters, bias, ...norm, epsilon, rows, columns, toFilters, toBias, chunk]
  return {
    call: { kernel: 'conv2dFoldNorm', args, tiles: Math.ceil(rows / chunk) },
    filters: toFilters,
    bias: toBias,
  }
}
