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
