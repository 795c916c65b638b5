/** What both directions of batch normalization need. */

import { multiplyAdd } from '../kernel/multiplyAdd.as.ts'

/** (x − mean)·factor + shift: the same operations wherever it is needed, so that forward and backward agree on its sign. */
// @ts-ignore: decorator
@inline
export function normalized(distance: v128, factor: v128, shift: v128): v128 {
  return multiplyAdd(distance, factor, shift)
}

/** Adds partials 1 … count − 1, each [2][channels], to partial 0. */
export function addPartials(partials: usize, channels: i32, count: i32): void {
  const bytes = <usize>channels << 4
  let from = partials + bytes
  for (let k = 1; k < count; k++) {
    for (let at: usize = 0; at < bytes; at += 16) {
      v128.store(partials + at, f64x2.add(v128.load(partials + at), v128.load(from + at)))
    }
    from += bytes
  }
}
