/** Whether all losses are finite. */

import { nextTile } from '../kernel/tiles.as.ts'
import { GRADIENT_SCALE } from '../optimizer/slots.as.ts'

/** One tile: scalars[gradientScale] = 1 if all `count` losses are finite, else 0. */
export function lossGuard(
  losses: usize,
  scalars: usize,
  count: i32,
  tiles: i32,
  counter: usize,
  scratch: usize,
): void {
  if (nextTile(counter) >= tiles) return
  let scale: f32 = 1
  for (let i = 0; i < count; i++) {
    // Of a NaN, no comparison is true.
    if (!(abs<f32>(load<f32>(losses + (<usize>i << 2))) < Infinity)) scale = 0
  }
  store<f32>(scalars + GRADIENT_SCALE, scale)
}
