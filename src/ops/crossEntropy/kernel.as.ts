/** Softmax with cross-entropy and its gradient, row by row. Sums and logarithm in f64, where they cost nothing. */

import { nextTile } from '../kernel/tiles.as.ts'
import { exponentials, scaleRow, shiftRow, sumRow } from '../softmax/rows.as.ts'
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
  const pitch = <usize>classes << 2
  for (let tile = nextTile(counter); tile < tiles; tile = nextTile(counter)) {
    const first = tile * chunk
    const end = min(first + chunk, batch)
    const from = probabilities + <usize>first * pitch
    for (let row = first, at = from; row < end; row++, at += pitch) {
      shiftRow(logits + <usize>row * pitch, at, classes)
      const label = load<i32>(labels + (<usize>row << 2))
      store<f32>(losses + (<usize>row << 2), <f32>unnormalizedLoss(at, classes, label, smoothing))
      store<f32>(hits + (<usize>row << 2), isFirstZero(at, classes, label) ? 1 : 0)
    }
    exponentials(from, (end - first) * classes)
    for (let row = first, at = from; row < end; row++, at += pitch) {
      const sum = sumRow(at, classes)
      scaleRow(at, at, classes, <f32>(1 / sum), 0)
      const loss = losses + (<usize>row << 2)
      store<f32>(loss, <f32>(<f64>load<f32>(loss) + log(sum)))
      // A NaN among the scores: whether the label's is greatest is not known.
      if (sum != sum) store<f32>(hits + (<usize>row << 2), 0)
    }
  }
}

/** −Σ target·score of scores whose greatest is 0; with log Σ exp added it is the loss, since targets sum to 1. */
function unnormalizedLoss(scores: usize, classes: i32, label: i32, smoothing: f64): f64 {
  if (<u32>label >= <u32>classes) return NaN
  let sum: f64 = 0
  // A target of 0 on a score of −∞ costs nothing, but 0·∞ would be NaN.
  if (smoothing < 1) sum += (1 - smoothing) * <f64>load<f32>(scores + (<usize>label << 2))
  if (smoothing > 0) sum += (smoothing / <f64>classes) * sumRow(scores, classes)
  return -sum
}

/** Whether the score of the label is 0, the greatest, and none before it is. */
function isFirstZero(scores: usize, classes: i32, label: i32): bool {
  if (<u32>label >= <u32>classes || load<f32>(scores + (<usize>label << 2)) != 0) return false
  for (let i = 0; i < label; i++) if (load<f32>(scores + (<usize>i << 2)) == 0) return false
  return true
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
        scaleRow(probabilities + at, dlogits + at, classes, NaN, NaN)
        continue
      }
      const place = at + (<usize>label << 2)
      const p = <f64>load<f32>(probabilities + place)
      scaleRow(probabilities + at, dlogits + at, classes, <f32>share, <f32>(-spread * share))
      store<f32>(dlogits + place, <f32>((p - (1 - smoothing) - spread) * share))
    }
  }
}
