/** A convolution as its kernels see it: the geometry, for a number of pictures, and what the plan says of the way. */

import { type ArraySpec, picturesOf } from '../arrays.ts'
import type { StepSpec } from '../types.ts'
import type { WasmContext } from '../wasm/types.ts'
import type { Conv2dGeometry } from './geometry.ts'

/** A matrix product, exact to rounding, or Winograd's F(4×4, 3×3) or F(2×2, 3×3): faster, and somewhat less exact. */
export type Conv2dMethod = 'gemm' | 'winograd4' | 'winograd2'

export interface Conv2dWork extends Conv2dGeometry {
  /** Pictures of this run. */
  readonly batch: number
  /** Pictures of the largest run that uses the same prepared filters, and so the same way. */
  readonly largestBatch: number
  /** How to compute it; absent: the rule of choice.ts. Winograd's methods fall back to `gemm` where they do not fit. */
  readonly method?: Conv2dMethod
}

export function workOf<A extends Conv2dGeometry>(
  { attributes, inputs }: StepSpec<A>,
  { exact, largest, way }: WasmContext,
): A & Conv2dWork {
  const batch = picturesOf(inputs[0] as ArraySpec)
  const method = (way as Conv2dMethod | undefined) ?? (exact ? 'gemm' : undefined)
  return { ...attributes, batch, largestBatch: largest ?? batch, ...(method && { method }) }
}
