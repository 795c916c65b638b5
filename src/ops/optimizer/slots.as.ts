/** Byte offsets in the value `scalars`: those of scalars.ts, which kernels cannot import (the cases give every slot its own value). */

// @ts-ignore: decorator
@inline
export const LEARNING_RATE: usize = 0
// @ts-ignore: decorator
@inline
export const GRADIENT_SCALE: usize = 4
// @ts-ignore: decorator
@inline
export const BIAS_CORRECTION_1: usize = 8
// @ts-ignore: decorator
@inline
export const BIAS_CORRECTION_2: usize = 12
// @ts-ignore: decorator
@inline
export const PAUSED: usize = 16
// @ts-ignore: decorator
@inline
export const SUM_KEPT: usize = 28

/** Whether an update leaves everything as it is: the loss or a gradient is not finite, or these weights do not learn now. */
// @ts-ignore: decorator
@inline
export function isSkipped(scalars: usize): bool {
  return load<f32>(scalars + GRADIENT_SCALE) == 0 || load<f32>(scalars + PAUSED) != 0
}
