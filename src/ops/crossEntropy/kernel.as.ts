/** Softmax with cross-entropy and its gradient, row by row. Sums, logarithm and loss in f64, where they cost nothing. */

import { nextTile } from '../kernel/tiles.as.ts'
import { rowExponentials, rowMaximum, rowScale } from '../softmax/rows.as.ts'
import { log } from './log.as.ts'

/** logits, probabilities: [batch, classes], maybe the same; labels i32, losses, hits: [batch]. A tile is `chunk` rows. */
export function crossEntropy(
  logits: usize,
  labels: usize,
  losses: usize,
  hits: usize,
  probabilities: usize,
  batch: i32,
  classes: i32,
  smoothing: f64,
  chunk: i32,
  tiles: i32,
  counter: usize,
  scratch: usize,
): void {
  for (let tile = nextTile(counter); tile < tiles; tile = nextTile(counter)) {
    const end = min((tile + 1) * chunk, batch)
    for (let row = tile * chunk; row < end; row++) {
      const at = (<usize>row * <usize>classes) << 2
      const x = logits + at
      const label = load<i32>(labels + (<usize>row << 2))
      const known = <u32>label < <u32>classes
      const maximum = rowMaximum(x, classes)
      // All that needs the logits comes first: the exponentials may overwrite them.
      const score = known ? below(load<f32>(x + (<usize>label << 2)), maximum) : NaN
      const hit = known && score == 0 && !holds(x, label, maximum)
      const total = smoothing > 0 ? sumBelow(x, classes, maximum) : 0
      const sum = rowExponentials(x, probabilities + at, classes, maximum)
      rowScale(probabilities + at, probabilities + at, classes, <f32>(1 / sum), 0)
      const logSum = log(sum)
      // A target of 0 on a probability of 0 costs nothing, but 0·∞ would be NaN.
      let loss = smoothing < 1 ? (1 - smoothing) * (logSum - score) : known ? 0 : NaN
      if (smoothing > 0) loss += smoothing * (logSum - total / <f64>classes)
      store<f32>(losses + (<usize>row << 2), <f32>loss)
      store<f32>(hits + (<usize>row << 2), hit && sum == sum ? 1 : 0)
    }
  }
}

/** x − maximum, and 0 where both are the same infinity. */
// @ts-ignore: decorator
@inline
function below(x: f32, maximum: f32): f64 {
  return x == maximum ? 0 : <f64>x - <f64>maximum
}

/** Whether one of the first `count` values equals `value`. */
function holds(x: usize, count: i32, value: f32): bool {
  for (let i = 0; i < count; i++) if (load<f32>(x + (<usize>i << 2)) == value) return true
  return false
}

function sumBelow(x: usize, classes: i32, maximum: f32): f64 {
  let sum: f64 = 0
  for (let i = 0; i < classes; i++) sum += below(load<f32>(x + (<usize>i << 2)), maximum)
  return sum
}

/** dlogits = (p − target)/batch; dlogits may be the probabilities. */
export function crossEntropyGradient(
  probabilities: usize,
  labels: usize,
  dlogits: usize,
  batch: i32,
  classes: i32,
  smoothing: f64,
  chunk: i32,
  tiles: i32,
  counter: usize,
  scratch: usize,
): void {
  const share = 1 / <f64>batch
  const spread = smoothing / <f64>classes
  for (let tile = nextTile(counter); tile < tiles; tile = nextTile(counter)) {
    const end = min((tile + 1) * chunk, batch)
    for (let row = tile * chunk; row < end; row++) {
      const at = (<usize>row * <usize>classes) << 2
      const label = load<i32>(labels + (<usize>row << 2))
      if (<u32>label >= <u32>classes) {
        rowScale(probabilities + at, dlogits + at, classes, NaN, NaN)
        continue
      }
      const place = at + (<usize>label << 2)
      const p = <f64>load<f32>(probabilities + place)
      rowScale(probabilities + at, dlogits + at, classes, <f32>share, <f32>(-spread * share))
      store<f32>(dlogits + place, <f32>((p - (1 - smoothing) - spread) * share))
    }
  }
}
