/**
 * Batch normalization. Sums run over groups of rows in float32, as distances from a pivot near the mean, so that
 * nothing cancels; groups are added up in float64. All loops go along the rows of NHWC, over eight channels (a pair of
 * vectors, of which V8 makes operations of 256 bits where it can), then four, then single ones (see lanes.as.ts); rows
 * are innermost, so that what belongs to a channel stays in registers. No gain worth its length: four partial sums a
 * channel in place of two (7 % of the training step on 16 channels, less on 64, −12 % of the gradient on 64).
 */

import { Four, halves, highHalf, lowHalf, One } from '../kernel/lanes.as.ts'
import { multiplyAdd } from '../kernel/multiplyAdd.as.ts'
import { nextTile } from '../kernel/tiles.as.ts'
import { addPartials, normalized } from './shared.as.ts'

/**
 * partials[tile] = Σx and Σx² of `chunk` rows: [2][channels] float64. Each picture (the whole batch, for a batch norm) has
 * `rows` rows and `ranges` tiles.
 */
export function batchNormSums(
  x: usize,
  partials: usize,
  rows: i32,
  channels: i32,
  group: i32,
  chunk: i32,
  ranges: i32,
  tiles: i32,
  counter: usize,
  scratch: usize,
): void {
  const pitch = <usize>channels << 2
  const eights = channels & ~7
  const fours = channels & ~3
  for (let tile = nextTile(counter); tile < tiles; tile = nextTile(counter)) {
    const picture = tile / ranges
    const begin = picture * rows
    const first = begin + (tile - picture * ranges) * chunk
    const end = min(first + chunk, begin + rows)
    const sums = partials + (<usize>(tile * channels) << 4)
    memory.fill(sums, 0, <usize>channels << 4)
    for (let row = first; row < end; row += group) {
      const count = min(group, end - row)
      const from = x + <usize>row * pitch
      if (eights > 0) addGroupPairs(from, sums, channels, eights, count, row - first, scratch)
      if (eights == channels) continue
      addGroup<Four>(from, sums, channels, eights, fours, count, row - first)
      addGroup<One>(from, sums, channels, fours, channels, count, row - first)
    }
  }
}

/** Adds `count` rows to the sums of channels 0 … end − 1, eight at once; `before` rows are in them already. */
function addGroupPairs(x: usize, sums: usize, channels: i32, end: i32, count: i32, before: i32, scratch: usize): void {
  const pitch = <usize>channels << 2
  const reciprocal = f64x2.splat(before > 0 ? 1.0 / <f64>before : 0)
  const n = f64x2.splat(<f64>count)
  for (let c = 0; c < end; c += 8) {
    const sum = sums + (<usize>c << 3)
    const square = sum + (<usize>channels << 3)
    let from = x + (<usize>c << 2)
    let p0 = v128.load(from)
    let p1 = v128.load(from, 16)
    if (before > 0) {
      p0 = halves(f64x2.mul(v128.load(sum), reciprocal), f64x2.mul(v128.load(sum, 16), reciprocal))
      p1 = halves(f64x2.mul(v128.load(sum, 32), reciprocal), f64x2.mul(v128.load(sum, 48), reciprocal))
    }
    // Through memory, where what is to become one operation of 256 bits has to begin and end.
    v128.store(scratch, p0)
    v128.store(scratch, p1, 16)
    sumDistances(from, pitch, count, scratch)
    addDistances<Four>(sum, square, p0, v128.load(scratch, 32), v128.load(scratch, 64), n)
    addDistances<Four>(sum + 32, square + 32, p1, v128.load(scratch, 48), v128.load(scratch, 80), n)
  }
}

/** `at` holds eight pivots; behind them Σd and Σd² of eight channels' distances d from them, over `count` rows. */
function sumDistances(from: usize, pitch: usize, count: i32, at: usize): void {
  const p0 = v128.load(at)
  const p1 = v128.load(at, 16)
  let s0 = f32x4.splat(0)
  let s1 = f32x4.splat(0)
  let t0 = f32x4.splat(0)
  let t1 = f32x4.splat(0)
  let q0 = f32x4.splat(0)
  let q1 = f32x4.splat(0)
  let r0 = f32x4.splat(0)
  let r1 = f32x4.splat(0)
  const twice = pitch << 1
  for (let i = count >> 1; i > 0; i--) {
    const next = from + pitch
    const d0 = f32x4.sub(v128.load(from), p0)
    const d1 = f32x4.sub(v128.load(from, 16), p1)
    const e0 = f32x4.sub(v128.load(next), p0)
    const e1 = f32x4.sub(v128.load(next, 16), p1)
    s0 = f32x4.add(s0, d0)
    s1 = f32x4.add(s1, d1)
    t0 = f32x4.add(t0, e0)
    t1 = f32x4.add(t1, e1)
    q0 = multiplyAdd(d0, d0, q0)
    q1 = multiplyAdd(d1, d1, q1)
    r0 = multiplyAdd(e0, e0, r0)
    r1 = multiplyAdd(e1, e1, r1)
    from += twice
  }
  if (count & 1) {
    const d0 = f32x4.sub(v128.load(from), p0)
    const d1 = f32x4.sub(v128.load(from, 16), p1)
    s0 = f32x4.add(s0, d0)
    s1 = f32x4.add(s1, d1)
    q0 = multiplyAdd(d0, d0, q0)
    q1 = multiplyAdd(d1, d1, q1)
  }
  s0 = f32x4.add(s0, t0)
  s1 = f32x4.add(s1, t1)
  q0 = f32x4.add(q0, r0)
  q1 = f32x4.add(q1, r1)
  v128.store(at, s0, 32)
  v128.store(at, s1, 48)
  v128.store(at, q0, 64)
  v128.store(at, q1, 80)
}

/** Adds `count` rows to the sums of channels begin … end − 1; `before` rows are in them already. */
function addGroup<L>(x: usize, sums: usize, channels: i32, begin: i32, end: i32, count: i32, before: i32): void {
  const pitch = <usize>channels << 2
  const width = changetype<L>(0).width()
  const reciprocal = f64x2.splat(before > 0 ? 1.0 / <f64>before : 0)
  const n = f64x2.splat(<f64>count)
  for (let c = begin; c < end; c += width) {
    const sum = sums + (<usize>c << 3)
    const square = sum + (<usize>channels << 3)
    let from = x + (<usize>c << 2)
    const low = changetype<L>(0).loadLow(sum)
    const high = changetype<L>(0).loadHigh(sum)
    let pivot = changetype<L>(0).load(from)
    if (before > 0) pivot = halves(f64x2.mul(low, reciprocal), f64x2.mul(high, reciprocal))
    let s0 = f32x4.splat(0)
    let s1 = f32x4.splat(0)
    let q0 = f32x4.splat(0)
    let q1 = f32x4.splat(0)
    let i = count
    for (; i > 1; i -= 2) {
      const d0 = f32x4.sub(changetype<L>(0).load(from), pivot)
      const d1 = f32x4.sub(changetype<L>(0).load(from + pitch), pivot)
      s0 = f32x4.add(s0, d0)
      s1 = f32x4.add(s1, d1)
      q0 = multiplyAdd(d0, d0, q0)
      q1 = multiplyAdd(d1, d1, q1)
      from += pitch << 1
    }
    if (i > 0) {
      const d = f32x4.sub(changetype<L>(0).load(from), pivot)
      s0 = f32x4.add(s0, d)
      q0 = multiplyAdd(d, d, q0)
    }
    addDistances<L>(sum, square, pivot, f32x4.add(s0, s1), f32x4.add(q0, q1), n)
  }
}

/** Adds Σx = n·p + Σd and Σx² = Σd² + p·(2Σd + n·p) of n rows to the sums, given s = Σd and q = Σd². */
function addDistances<L>(sum: usize, square: usize, pivot: v128, s: v128, q: v128, n: v128): void {
  let p = lowHalf(pivot)
  let d = lowHalf(s)
  let np = f64x2.mul(n, p)
  changetype<L>(0).storeLow(sum, f64x2.add(changetype<L>(0).loadLow(sum), f64x2.add(np, d)))
  let more = f64x2.add(lowHalf(q), f64x2.mul(p, f64x2.add(f64x2.add(d, d), np)))
  changetype<L>(0).storeLow(square, f64x2.add(changetype<L>(0).loadLow(square), more))
  p = highHalf(pivot)
  d = highHalf(s)
  np = f64x2.mul(n, p)
  changetype<L>(0).storeHigh(sum, f64x2.add(changetype<L>(0).loadHigh(sum), f64x2.add(np, d)))
  more = f64x2.add(highHalf(q), f64x2.mul(p, f64x2.add(f64x2.add(d, d), np)))
  changetype<L>(0).storeHigh(square, f64x2.add(changetype<L>(0).loadHigh(square), more))
}

/** Adds up the partials in order; writes the statistics and factor = scale·inverse, updates the running ones. */
export function batchNormStatistics(
  partials: usize,
  partialCount: i32,
  rows: i32,
  channels: i32,
  epsilon: f64,
  momentum: f64,
  scale: usize,
  mean: usize,
  inverse: usize,
  factor: usize,
  runningMean: usize,
  runningVariance: usize,
  tiles: i32,
  counter: usize,
  scratch: usize,
): void {
  if (nextTile(counter) >= tiles) return
  addPartials(partials, channels, partialCount)
  const products = partials + (<usize>channels << 3)
  const n = <f64>rows
  for (let c = 0; c < channels; c++) {
    const m = load<f64>(partials + (<usize>c << 3)) / n
    const meanSquare = load<f64>(products + (<usize>c << 3)) / n
    const variance = max<f64>(meanSquare - m * m, 0)
    const at = <usize>c << 2
    const deviation = <f32>(1.0 / sqrt(variance + epsilon))
    store<f32>(mean + at, <f32>m)
    store<f32>(inverse + at, deviation)
    store<f32>(factor + at, load<f32>(scale + at) * deviation)
    const oldMean = <f64>load<f32>(runningMean + at)
    const oldVariance = <f64>load<f32>(runningVariance + at)
    store<f32>(runningMean + at, <f32>((1.0 - momentum) * oldMean + momentum * m))
    store<f32>(runningVariance + at, <f32>((1.0 - momentum) * oldVariance + (momentum * variance * n) / (n - 1.0)))
  }
}

/** factor = scale·inverse, rounded as in batchNormStatistics. */
export function batchNormProduct(
  scale: usize,
  inverse: usize,
  factor: usize,
  channels: i32,
  tiles: i32,
  counter: usize,
  scratch: usize,
): void {
  if (nextTile(counter) >= tiles) return
  for (let at: usize = 0; at < <usize>channels << 2; at += 4) {
    store<f32>(factor + at, load<f32>(scale + at) * load<f32>(inverse + at))
  }
}

/** factor = scale / √(variance + ε) */
export function batchNormFactor(
  scale: usize,
  variance: usize,
  factor: usize,
  channels: i32,
  epsilon: f64,
  tiles: i32,
  counter: usize,
  scratch: usize,
): void {
  if (nextTile(counter) >= tiles) return
  for (let at: usize = 0; at < <usize>channels << 2; at += 4) {
    store<f32>(factor + at, <f32>(<f64>load<f32>(scale + at) / sqrt(<f64>load<f32>(variance + at) + epsilon)))
  }
}

/** 1/√(variance + ε) of each channel: the factor of a scale of 1. */
export function batchNormInverse(
  variance: usize,
  inverse: usize,
  channels: i32,
  epsilon: f64,
  tiles: i32,
  counter: usize,
  scratch: usize,
): void {
  if (nextTile(counter) >= tiles) return
  for (let at: usize = 0; at < <usize>channels << 2; at += 4) {
    store<f32>(inverse + at, <f32>(1 / sqrt(<f64>load<f32>(variance + at) + epsilon)))
  }
}

/** `value` for each channel: what is read in the place of a scale or a shift that there is none of. */
export function batchNormFill(
  target: usize,
  channels: i32,
  value: f32,
  tiles: i32,
  counter: usize,
  scratch: usize,
): void {
  if (nextTile(counter) >= tiles) return
  for (let at: usize = 0; at < <usize>channels << 2; at += 4) store<f32>(target + at, value)
}

/** y = max((x − mean)·factor + shift, floor) for ranges of `chunk` rows; each picture has its mean and its factor. */
export function batchNormApply(
  x: usize,
  y: usize,
  mean: usize,
  factor: usize,
  shift: usize,
  rows: i32,
  channels: i32,
  floor: f32,
  chunk: i32,
  ranges: i32,
  tiles: i32,
  counter: usize,
  scratch: usize,
): void {
  const pitch = <usize>channels << 2
  const eights = channels & ~7
  const fours = channels & ~3
  // So many rows share the loads of what belongs to the channel, and stay in the first cache meanwhile.
  const block = max(8192 / <i32>pitch, 4)
  for (let tile = nextTile(counter); tile < tiles; tile = nextTile(counter)) {
    const picture = tile / ranges
    const begin = picture * rows
    const first = begin + (tile - picture * ranges) * chunk
    const end = min(first + chunk, begin + rows)
    const m = mean + <usize>picture * pitch
    const f = factor + <usize>picture * pitch
    for (let row = first; row < end; row += block) {
      const count = min(block, end - row)
      const offset = <usize>row * pitch
      if (eights > 0) applyPairs(x + offset, y + offset, m, f, shift, count, eights, pitch, floor)
      if (eights == channels) continue
      applyRows<Four>(x + offset, y + offset, m, f, shift, count, eights, fours, pitch, floor)
      applyRows<One>(x + offset, y + offset, m, f, shift, count, fours, channels, pitch, floor)
    }
  }
}

/** Channels 0 … end − 1, eight at once. */
function applyPairs(
  x: usize,
  y: usize,
  mean: usize,
  factor: usize,
  shift: usize,
  count: i32,
  end: i32,
  pitch: usize,
  floor: f32,
): void {
  const least = f32x4.splat(floor)
  for (let c = 0; c < end; c += 8) {
    const at = <usize>c << 2
    const m0 = v128.load(mean + at)
    const m1 = v128.load(mean + at, 16)
    const f0 = v128.load(factor + at)
    const f1 = v128.load(factor + at, 16)
    const s0 = v128.load(shift + at)
    const s1 = v128.load(shift + at, 16)
    let from = x + at
    let to = y + at
    for (let i = count; i > 0; i--) {
      const z0 = normalized(f32x4.sub(v128.load(from), m0), f0, s0)
      const z1 = normalized(f32x4.sub(v128.load(from, 16), m1), f1, s1)
      const y0 = f32x4.pmax(z0, least)
      const y1 = f32x4.pmax(z1, least)
      v128.store(to, y0)
      v128.store(to, y1, 16)
      from += pitch
      to += pitch
    }
  }
}

function applyRows<L>(
  x: usize,
  y: usize,
  mean: usize,
  factor: usize,
  shift: usize,
  count: i32,
  begin: i32,
  end: i32,
  pitch: usize,
  floor: f32,
): void {
  const width = changetype<L>(0).width()
  const least = f32x4.splat(floor)
  for (let c = begin; c < end; c += width) {
    const at = <usize>c << 2
    const m = changetype<L>(0).load(mean + at)
    const f = changetype<L>(0).load(factor + at)
    const s = changetype<L>(0).load(shift + at)
    let from = x + at
    let to = y + at
    for (let i = count; i > 0; i--) {
      const z = normalized(f32x4.sub(changetype<L>(0).load(from), m), f, s)
      changetype<L>(0).store(to, f32x4.pmax(z, least))
      from += pitch
      to += pitch
    }
  }
}
