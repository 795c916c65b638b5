/** The description of a convolution that the ways to compute it work from: the geometry on a number of pictures, and what the plan says. */

import { type ArraySpec, picturesOf } from '../arrays.ts'
import { type Bounds, boundsOf } from '../pointwise/table.ts'
import type { StepSpec } from '../types.ts'
import type { WasmContext } from '../wasm/types.ts'
import type { Conv2dAttributes, Conv2dGeometry } from './geometry.ts'

export interface Conv2dWork extends Conv2dGeometry {
  /** Pictures of this run. */
  readonly batch: number
  /** Pictures of the largest run that uses the same prepared filters, and so the same way. */
  readonly largestBatch: number
  /** What results are cut to at the store; gradients are not cut. */
  readonly bounds: Bounds
  /** Only ways whose rounding error is that of the plain sum. */
  readonly exact: boolean
  /** Threads of the plan: blocks may be cut for them. */
  readonly threads: number
  /** A way that is asked for by its name. Where it does not fit, the others are tried in their order. */
  readonly way?: string
}

export function workOf(
  { attributes, inputs }: StepSpec<Conv2dGeometry & Partial<Pick<Conv2dAttributes, 'activation'>>>,
  { exact, largest, threads = 1, way }: WasmContext,
): Conv2dWork {
  const { window, channels, filters, groups, activation = 'none' } = attributes
  const batch = picturesOf(inputs[0] as ArraySpec)
  // Products within an optimizer have rows in the place of pictures, and may have more of them than the plan's batch.
  const largestBatch = Math.max(largest ?? batch, batch)
  const bounds = boundsOf(activation)
  return {
    window,
    channels,
    filters,
    groups,
    batch,
    largestBatch,
    bounds,
    exact,
    threads,
    ...(way !== undefined && { way }),
  }
}
