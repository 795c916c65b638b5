/** Softmax with cross-entropy and its gradient, row by row. Sums and logarithm in f64, where they cost nothing. */

import { nextTile } from '../kernel/tiles.as.ts'
import { weightedMean } from '../losses/weights.as.ts'
import { exponentials, scaleRow, shiftRow, sumRow } from '../softmax/rows.as.ts'
import { log } from './log.as.ts'

/**
 * logits, probabilities: [batch, classes], maybe the same; labels i32, losses, hits: [batch]; classWeights: [classes], or
 * 0 for none. A tile is `chunk` rows.
 */
export function crossEntropy(
  logits: usize,
  labels: usize,
  classWeights: usize,
  losses: usize,
  hits: usize,
  probabilities: usize,
  batch: i32,
  classes: i32,
  smoothing: f64,
  weight: f64,
  chunk: i32,
  tiles: i32,
  counter: usize,
  scratch: usize,
): void {
  const pitch = <usize>classes << 2
  const scale = weight * weightedMean(labels, classWeights, batch, classes)
  for (let tile = nextTile(counter); tile < tiles; tile = nextTile(counter)) {
    const first = tile * chunk
    const end = min(first + chunk, batch)
    const from = probabilities + <usize>first * pitch
    for (let row = first, at = from; row < end; row++, at += pitch) {
      shiftRow(logits + <usize>row * pitch, at, classes)
      const label = load<i32>(labels + (<usize>row << 2))
      store<f32>(losses + (<usize>row << 2), <f32>unnormalizedLoss(at, classWeights, classes, label, smoothing))
      store<f32>(hits + (<usize>row << 2), isFirstZero(at, classes, label) ? 1 : 0)
    }
    exponentials(from, (end - first) * classes)
    for (let row = first, at = from; row < end; row++, at += pitch) {
      const sum = sumRow(at, classes)
      scaleRow(at, at, classes, <f32>(1 / sum), 0)
      const loss = losses + (<usize>row << 2)
      const total = targetSum(classWeights, classes, load<i32>(labels + (<usize>row << 2)), smoothing)
      store<f32>(loss, <f32>((<f64>load<f32>(loss) + total * log(sum)) * scale))
      // A NaN among the scores: whether the label's is greatest is not known.
      if (sum != sum) store<f32>(hits + (<usize>row << 2), 0)
    }
  }
}

/** The sum of the targets: 1 without class weights. */
function targetSum(weights: usize, classes: i32, label: i32, smoothing: f64): f64 {
  if (weights == 0) return 1
  if (<u32>label >= <u32>classes) return NaN
  const own = (1 - smoothing) * <f64>load<f32>(weights + (<usize>label << 2))
  return smoothing > 0 ? own + (smoothing / <f64>classes) * sumRow(weights, classes) : own
}

/** −Σ target·score of scores whose greatest is 0; with Σ target · log Σ exp added it is the loss. */
function unnormalizedLoss(scores: usize, weights: usize, classes: i32, label: i32, smoothing: f64): f64 {
  if (<u32>label >= <u32>classes) return NaN
  const place = <usize>label << 2
  const own = weights == 0 ? 1 - smoothing : (1 - smoothing) * <f64>load<f32>(weights + place)
  let sum: f64 = 0
  // A target of 0 on a score of −∞ costs nothing, but 0·∞ would be NaN.
  if (own > 0) sum += own * <f64>load<f32>(scores + place)
  if (smoothing > 0) {
    const all = weights == 0 ? sumRow(scores, classes) : weightedRow(scores, weights, classes)
    sum += (smoothing / <f64>classes) * all
  }
  return -sum
}

/** Σ weight·score, without the scores of weight 0. */
function weightedRow(scores: usize, weights: usize, classes: i32): f64 {
  let sum: f64 = 0
  for (let i = 0; i < classes; i++) {
    const weight = <f64>load<f32>(weights + (<usize>i << 2))
    if (weight > 0) sum += weight * <f64>load<f32>(scores + (<usize>i << 2))
  }
  return sum
}

/** Whether the score of the label is 0, the greatest, and none before it is. */
function isFirstZero(scores: usize, classes: i32, label: i32): bool {
  if (<u32>label >= <u32>classes || load<f32>(scores + (<usize>label << 2)) != 0) return false
  for (let i = 0; i < label; i++) if (load<f32>(scores + (<usize>i << 2)) == 0) return false
  return true
}

/** dlogits = (p·Σ target − target)·weight/Σ weights; dlogits may be the probabilities. */
export function crossEntropyGradient(
  probabilities: usize,
  labels: usize,
  classWeights: usize,
  dlogits: usize,
  batch: i32,
  classes: i32,
  smoothing: f64,
  weight: f64,
  chunk: i32,
  tiles: i32,
  counter: usize,
  scratch: usize,
): void {
  const share = (weight * weightedMean(labels, classWeights, batch, classes)) / <f64>batch
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
      const place = <usize>label << 2
      const p = <f64>load<f32>(probabilities + at + place)
      const total = targetSum(classWeights, classes, label, smoothing)
      const evenly = classWeights == 0 ? -spread * share : 0
      scaleRow(probabilities + at, dlogits + at, classes, <f32>(total * share), <f32>evenly)
      let own: f64 = 1
      if (classWeights != 0) {
        own = <f64>load<f32>(classWeights + place)
        if (spread > 0) subtractSpread(dlogits + at, classWeights, classes, spread * share)
      }
      store<f32>(dlogits + at + place, <f32>((p * total - own * (1 - smoothing) - own * spread) * share))
    }
  }
}

function subtractSpread(dlogits: usize, weights: usize, classes: i32, spread: f64): void {
  for (let at: usize = 0, end = <usize>classes << 2; at < end; at += 4) {
    store<f32>(dlogits + at, <f32>(<f64>load<f32>(dlogits + at) - spread * <f64>load<f32>(weights + at)))
  }
}

/**
 * As crossEntropy, where a picture has a share of each class instead of a label. shares: [batch, classes]. The mean is over
 * the batch, with class weights, too.
 */
export function crossEntropyShares(
  logits: usize,
  shares: usize,
  classWeights: usize,
  losses: usize,
  hits: usize,
  probabilities: usize,
  batch: i32,
  classes: i32,
  smoothing: f64,
  weight: f64,
  chunk: i32,
  tiles: i32,
  counter: usize,
  scratch: usize,
): void {
  const pitch = <usize>classes << 2
  for (let tile = nextTile(counter); tile < tiles; tile = nextTile(counter)) {
    const end = min((tile + 1) * chunk, batch)
    for (let row = tile * chunk; row < end; row++) {
      const at = probabilities + <usize>row * pitch
      const given = shares + <usize>row * pitch
      shiftRow(logits + <usize>row * pitch, at, classes)
      let loss: f64 = 0
      let total: f64 = 0
      let main: usize = 0
      for (let k: usize = 0; k < pitch; k += 4) {
        if (load<f32>(given + k) > load<f32>(given + main)) main = k
        const target = sharedTarget(given, classWeights, k, classes, smoothing)
        total += target
        // A target of 0 on a score of −∞ costs nothing, but 0·∞ would be NaN.
        if (target != 0) loss -= target * <f64>load<f32>(at + k)
      }
      const isHit = isFirstZero(at, classes, <i32>(main >> 2))
      exponentials(at, classes)
      const sum = sumRow(at, classes)
      scaleRow(at, at, classes, <f32>(1 / sum), 0)
      store<f32>(losses + (<usize>row << 2), <f32>((loss + total * log(sum)) * weight))
      store<f32>(hits + (<usize>row << 2), isHit && sum == sum && total == total ? 1 : 0)
    }
  }
}

function sharedTarget(shares: usize, weights: usize, k: usize, classes: i32, smoothing: f64): f64 {
  const target = (1 - smoothing) * <f64>load<f32>(shares + k) + smoothing / <f64>classes
  return weights == 0 ? target : target * <f64>load<f32>(weights + k)
}

/** dlogits = (p·Σ target − target)·weight/batch; dlogits may be the probabilities. */
export function crossEntropySharesGradient(
  probabilities: usize,
  shares: usize,
  classWeights: usize,
  dlogits: usize,
  batch: i32,
  classes: i32,
  smoothing: f64,
  weight: f64,
  chunk: i32,
  tiles: i32,
  counter: usize,
  scratch: usize,
): void {
  const scale = weight / <f64>batch
  const pitch = <usize>classes << 2
  for (let tile = nextTile(counter); tile < tiles; tile = nextTile(counter)) {
    const end = min((tile + 1) * chunk, batch)
    for (let row = tile * chunk; row < end; row++) {
      const at = <usize>row * pitch
      let total: f64 = 0
      for (let k: usize = 0; k < pitch; k += 4) total += sharedTarget(shares + at, classWeights, k, classes, smoothing)
      for (let k: usize = 0; k < pitch; k += 4) {
        const target = sharedTarget(shares + at, classWeights, k, classes, smoothing)
        const p = <f64>load<f32>(probabilities + at + k)
        store<f32>(dlogits + at + k, <f32>((p * total - target) * scale))
      }
    }
  }
}
