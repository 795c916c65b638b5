/** Sigmoid cross-entropy and its gradient, row by row, both from e = exp(−|x|), which never overflows. Sums in f64. */

import { Four, highHalf, lowHalf, One } from '../kernel/lanes.as.ts'
import { multiplyAdd } from '../kernel/multiplyAdd.as.ts'
import { nextTile } from '../kernel/tiles.as.ts'
import { exponentials } from '../softmax/rows.as.ts'

/**
 * scores, targets, gradient: [batch, count]; losses, hits: [batch]; positiveWeights: [count], or 0 for none. A tile is
 * `chunk` rows.
 */
export function sigmoidLoss(
  scores: usize,
  targets: usize,
  positiveWeights: usize,
  losses: usize,
  hits: usize,
  gradient: usize,
  batch: i32,
  count: i32,
  weight: f64,
  chunk: i32,
  tiles: i32,
  counter: usize,
  scratch: usize,
): void {
  const each = weight / <f64>count
  const slope = <f32>(each / <f64>batch)
  const fours = count & ~3
  const behind = <usize>fours << 2
  for (let tile = nextTile(counter); tile < tiles; tile = nextTile(counter)) {
    const first = tile * chunk
    const end = min(first + chunk, batch)
    const from = (<usize>first * <usize>count) << 2
    negatedMagnitudes(scores + from, gradient + from, (end - first) * count)
    exponentials(gradient + from, (end - first) * count)
    for (let row = first; row < end; row++) {
      const place = <usize>row << 2
      const at = place * <usize>count
      const rest = at + behind
      const isHit =
        agree<Four>(scores + at, targets + at, fours) && agree<One>(scores + rest, targets + rest, count - fours)
      const weightsBehind = positiveWeights == 0 ? 0 : positiveWeights + behind
      const sum =
        sigmoids<Four>(scores + at, targets + at, positiveWeights, gradient + at, fours, slope) +
        sigmoids<One>(scores + rest, targets + rest, weightsBehind, gradient + rest, count - fours, slope)
      store<f32>(losses + place, <f32>(sum * each))
      store<f32>(hits + place, isHit && sum == sum ? 1 : 0)
    }
  }
}

/** y = −|x| */
function negatedMagnitudes(x: usize, y: usize, count: i32): void {
  const end = x + (<usize>count << 2)
  for (; x + 16 <= end; x += 16, y += 16) v128.store(y, f32x4.neg(f32x4.abs(v128.load(x))))
  for (; x < end; x += 4, y += 4) store<f32>(y, -abs<f32>(load<f32>(x)))
}

/** Whether each score is above 0 where its target is above ½, and only there. */
function agree<L>(x: usize, targets: usize, count: i32): bool {
  const step = <usize>changetype<L>(0).width() << 2
  let differ = f32x4.splat(0)
  for (const end = x + (<usize>count << 2); x < end; x += step, targets += step) {
    const said = f32x4.gt(changetype<L>(0).load(x), f32x4.splat(0))
    const asked = f32x4.gt(changetype<L>(0).load(targets), f32x4.splat(0.5))
    differ = v128.or(differ, v128.xor(said, asked))
  }
  return !v128.any_true(differ)
}

/** Σ of the losses of `count` labels; at `gradient` is e, and then the derivative times `slope`. */
function sigmoids<L>(x: usize, targets: usize, weights: usize, gradient: usize, count: i32, slope: f32): f64 {
  const step = <usize>changetype<L>(0).width() << 2
  const slopes = f32x4.splat(slope)
  const zero = f32x4.splat(0)
  const one = f32x4.splat(1)
  const two = f32x4.splat(2)
  let sum = f64x2.splat(0)
  for (const end = x + (<usize>count << 2); x < end; x += step, targets += step, gradient += step) {
    const v = changetype<L>(0).load(x)
    const off = f32x4.sub(one, changetype<L>(0).load(targets))
    let on = changetype<L>(0).load(targets)
    if (weights != 0) {
      on = f32x4.mul(on, changetype<L>(0).load(weights))
      weights += step
    }
    const e = changetype<L>(0).load(gradient)
    // ln(1 + e) = s·P(s²) with s = e/(2 + e), as softplus has it (pointwise/exponentials/functions.as.ts).
    const s = f32x4.div(e, f32x4.add(two, e))
    const z = f32x4.mul(s, s)
    let p = multiplyAdd(f32x4.splat(0.24393908084), z, f32x4.splat(0.213985605067))
    p = multiplyAdd(p, z, f32x4.splat(0.286202074084))
    p = multiplyAdd(p, z, f32x4.splat(0.399987112469))
    p = multiplyAdd(p, z, f32x4.splat(0.666666790264))
    p = multiplyAdd(p, z, f32x4.splat(1.99999999981))
    const near = f32x4.mul(s, p)
    // −log σ(x) and −log(1 − σ(x)); of operands in this order, pmax hands a NaN on.
    const costOn = f32x4.add(near, f32x4.pmax(f32x4.neg(v), zero))
    const costOff = f32x4.add(near, f32x4.pmax(v, zero))
    const loss = f32x4.add(f32x4.mul(on, costOn), f32x4.mul(off, costOff))
    sum = f64x2.add(sum, f64x2.add(lowHalf(loss), highHalf(loss)))
    const large = f32x4.div(one, f32x4.add(one, e))
    const small = f32x4.mul(e, large)
    const isBelow = f32x4.lt(v, zero)
    const sigmoid = v128.bitselect(small, large, isBelow)
    const rest = v128.bitselect(large, small, isBelow)
    const slopeHere = f32x4.sub(f32x4.mul(off, sigmoid), f32x4.mul(on, rest))
    changetype<L>(0).store(gradient, f32x4.mul(slopeHere, slopes))
  }
  return f64x2.extract_lane(sum, 0) + f64x2.extract_lane(sum, 1)
}
