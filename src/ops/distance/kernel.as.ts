/** Squared error and Huber's loss with their gradient in one pass, row by row. Sums in f64. */

import { Four, highHalf, lowHalf, One } from '../kernel/lanes.as.ts'
import { nextTile } from '../kernel/tiles.as.ts'

/**
 * y, targets, gradient: [batch, count], where gradient may be y; losses: [batch]. Huber's loss for delta > 0, else the
 * squared error. A tile is `chunk` rows.
 */
export function distanceLoss(
  y: usize,
  targets: usize,
  losses: usize,
  gradient: usize,
  batch: i32,
  count: i32,
  delta: f32,
  weight: f64,
  chunk: i32,
  tiles: i32,
  counter: usize,
  scratch: usize,
): void {
  const each = weight / <f64>count
  const slope = <f32>(each / <f64>batch)
  const fours = count & ~3
  for (let tile = nextTile(counter); tile < tiles; tile = nextTile(counter)) {
    const end = min((tile + 1) * chunk, batch)
    for (let row = tile * chunk; row < end; row++) {
      const at = (<usize>row * <usize>count) << 2
      const rest = at + (<usize>fours << 2)
      const sum =
        distances<Four>(y + at, targets + at, gradient + at, fours, delta, slope) +
        distances<One>(y + rest, targets + rest, gradient + rest, count - fours, delta, slope)
      store<f32>(losses + (<usize>row << 2), <f32>(sum * each))
    }
  }
}

function distances<L>(y: usize, targets: usize, gradient: usize, count: i32, delta: f32, slope: f32): f64 {
  const step = <usize>changetype<L>(0).width() << 2
  const isHuber = delta > 0
  const most = f32x4.splat(isHuber ? delta : Infinity)
  const least = f32x4.neg(most)
  const half = f32x4.splat(0.5)
  const slopes = f32x4.splat(isHuber ? slope : slope + slope)
  let sum = f64x2.splat(0)
  for (const end = y + (<usize>count << 2); y < end; y += step, targets += step, gradient += step) {
    const r = f32x4.sub(changetype<L>(0).load(y), changetype<L>(0).load(targets))
    // In this order of operands a NaN is handed on.
    const clipped = f32x4.pmin(f32x4.pmax(r, least), most)
    // c·(r − c/2) is r²/2 where c = r, and δ·(|r| − δ/2) where c = ±δ.
    const loss = isHuber ? f32x4.mul(clipped, f32x4.sub(r, f32x4.mul(clipped, half))) : f32x4.mul(r, r)
    sum = f64x2.add(sum, f64x2.add(lowHalf(loss), highHalf(loss)))
    changetype<L>(0).store(gradient, f32x4.mul(clipped, slopes))
  }
  return f64x2.extract_lane(sum, 0) + f64x2.extract_lane(sum, 1)
}
