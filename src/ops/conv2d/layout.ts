/** How a convolution is laid out: its workspace, and its calls within that workspace. Made once, so that they agree. */

import type { Workspace } from '../target.ts'
import type { WasmCalls } from '../wasm/types.ts'
import { lines } from './blocks.ts'

export interface Layout<At> {
  readonly workspace: Workspace
  /** `At`: addresses of the arrays and of the workspace. */
  calls(at: At): WasmCalls
}

/** Addresses of forward and of the input gradient: products with the filters. */
export interface ProductAddresses {
  /** x, or dy */
  readonly source: number
  readonly filters: number
  /** 0: none */
  readonly bias: number
  /** y, or dx */
  readonly target: number
  readonly prepared: number
  readonly shared: number
}

/** Addresses of the filter gradient. */
export interface FilterGradientAddresses {
  /** x */
  readonly source: number
  /** dy */
  readonly gradient: number
  /** dfilters */
  readonly target: number
  readonly shared: number
}

/** Layouts that run one after another on the same arrays, each with a prepared workspace of its own. */
export function inSequence(parts: readonly Layout<ProductAddresses>[]): Layout<ProductAddresses> {
  const preparedBytes = (part: Layout<ProductAddresses>) => lines(part.workspace.prepared ?? 0)
  return {
    workspace: {
      prepared: parts.reduce((sum, part) => sum + preparedBytes(part), 0),
      perThread: parts.reduce((most, part) => Math.max(most, part.workspace.perThread ?? 0), 0),
    },
    calls(at) {
      let prepared = at.prepared
      const each = parts.map((part) => {
        const calls = part.calls({ ...at, prepared })
        prepared += preparedBytes(part)
        return calls
      })
      return { prepare: each.flatMap(({ prepare = [] }) => prepare), run: each.flatMap(({ run }) => run) }
    },
  }
}
