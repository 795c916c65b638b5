/** The gradient of batch normalization with the statistics of the batch; its sums and loops are as in ../kernel.as.ts. */

import { Four, highHalf, lowHalf, One } from '../../kernel/lanes.as.ts'
import { multiplyAdd } from '../../kernel/multiplyAdd.as.ts'
import { nextTile } from '../../kernel/tiles.as.ts'
import { addPartials, normalized } from '../shared.as.ts'

/**
 * partials[tile] = Σdy and Σdy·(x − mean) of `chunk` rows, dy being 0 where the ReLU cut: [2][channels] float64. Each picture
 * (the whole batch, for a batch norm) has `rows` rows, `ranges` tiles, and statistics of its own.
 */
export function batchNormGradientSums(
  x: usize,
  dy: usize,
  scale: usize,
  shift: usize,
  mean: usize,
  inverse: usize,
  partials: usize,
  rows: i32,
  channels: i32,
  cut: f32,
  group: i32,
  chunk: i32,
  ranges: i32,
  tiles: i32,
  counter: usize,
  scratch: usize,
): void {
  const pitch = <usize>channels << 2
  // Eight channels at once have too many sums for the registers of 128 bits.
  const eights = WIDE == 1 ? channels & ~7 : 0
  const fours = channels & ~3
  for (let tile = nextTile(counter); tile < tiles; tile = nextTile(counter)) {
    const picture = tile / ranges
    const begin = picture * rows
    const first = begin + (tile - picture * ranges) * chunk
    const end = min(first + chunk, begin + rows)
    const m = mean + <usize>picture * pitch
    const v = inverse + <usize>picture * pitch
    const sums = partials + (<usize>(tile * channels) << 4)
    memory.fill(sums, 0, <usize>channels << 4)
    for (let row = first; row < end; row += group) {
      const count = min(group, end - row)
      const offset = <usize>row * pitch
      const from = x + offset
      const given = dy + offset
      if (eights > 0) {
        addGradientPairs(from, given, scale, shift, m, v, sums, channels, eights, count, cut, scratch)
      }
      if (eights == channels) continue
      addGradients<Four>(from, given, scale, shift, m, v, sums, channels, eights, fours, count, cut)
      addGradients<One>(from, given, scale, shift, m, v, sums, channels, fours, channels, count, cut)
    }
  }
}

/** Channels 0 … end − 1, eight at once. */
function addGradientPairs(
  x: usize,
  dy: usize,
  scale: usize,
  shift: usize,
  mean: usize,
  inverse: usize,
  sums: usize,
  channels: i32,
  end: i32,
  count: i32,
  cut: f32,
  scratch: usize,
): void {
  const pitch = <usize>channels << 2
  for (let c = 0; c < end; c += 8) {
    const at = <usize>c << 2
    sumGradients(x + at, dy + at, scale + at, shift + at, mean + at, inverse + at, pitch, count, cut, scratch)
    const sum = sums + (<usize>c << 3)
    const product = sum + (<usize>channels << 3)
    addInDouble<Four>(sum, v128.load(scratch))
    addInDouble<Four>(sum + 32, v128.load(scratch, 16))
    addInDouble<Four>(product, v128.load(scratch, 32))
    addInDouble<Four>(product + 32, v128.load(scratch, 48))
  }
}

/** to = Σdy and behind it Σdy·(x − mean) of eight channels, over `count` rows; by way of memory as in sumDistances. */
function sumGradients(
  x: usize,
  dy: usize,
  scale: usize,
  shift: usize,
  mean: usize,
  inverse: usize,
  pitch: usize,
  count: i32,
  cut: f32,
  to: usize,
): void {
  const least = f32x4.splat(cut)
  const m0 = v128.load(mean)
  const m1 = v128.load(mean, 16)
  const f0 = f32x4.mul(v128.load(scale), v128.load(inverse))
  const f1 = f32x4.mul(v128.load(scale, 16), v128.load(inverse, 16))
  const b0 = v128.load(shift)
  const b1 = v128.load(shift, 16)
  let s0 = f32x4.splat(0)
  let s1 = f32x4.splat(0)
  let q0 = f32x4.splat(0)
  let q1 = f32x4.splat(0)
  let t0 = f32x4.splat(0)
  let t1 = f32x4.splat(0)
  let r0 = f32x4.splat(0)
  let r1 = f32x4.splat(0)
  const twice = pitch << 1
  for (let i = count >> 1; i > 0; i--) {
    const next = x + pitch
    const given = dy + pitch
    const d0 = f32x4.sub(v128.load(x), m0)
    const d1 = f32x4.sub(v128.load(x, 16), m1)
    const e0 = f32x4.sub(v128.load(next), m0)
    const e1 = f32x4.sub(v128.load(next, 16), m1)
    const g0 = v128.and(v128.load(dy), f32x4.gt(normalized(d0, f0, b0), least))
    const g1 = v128.and(v128.load(dy, 16), f32x4.gt(normalized(d1, f1, b1), least))
    const h0 = v128.and(v128.load(given), f32x4.gt(normalized(e0, f0, b0), least))
    const h1 = v128.and(v128.load(given, 16), f32x4.gt(normalized(e1, f1, b1), least))
    s0 = f32x4.add(s0, g0)
    s1 = f32x4.add(s1, g1)
    t0 = f32x4.add(t0, h0)
    t1 = f32x4.add(t1, h1)
    q0 = multiplyAdd(g0, d0, q0)
    q1 = multiplyAdd(g1, d1, q1)
    r0 = multiplyAdd(h0, e0, r0)
    r1 = multiplyAdd(h1, e1, r1)
    x += twice
    dy += twice
  }
  if (count & 1) {
    const d0 = f32x4.sub(v128.load(x), m0)
    const d1 = f32x4.sub(v128.load(x, 16), m1)
    const g0 = v128.and(v128.load(dy), f32x4.gt(normalized(d0, f0, b0), least))
    const g1 = v128.and(v128.load(dy, 16), f32x4.gt(normalized(d1, f1, b1), least))
    s0 = f32x4.add(s0, g0)
    s1 = f32x4.add(s1, g1)
    q0 = multiplyAdd(g0, d0, q0)
    q1 = multiplyAdd(g1, d1, q1)
  }
  s0 = f32x4.add(s0, t0)
  s1 = f32x4.add(s1, t1)
  q0 = f32x4.add(q0, r0)
  q1 = f32x4.add(q1, r1)
  v128.store(to, s0)
  v128.store(to, s1, 16)
  v128.store(to, q0, 32)
  v128.store(to, q1, 48)
}

function addGradients<L>(
  x: usize,
  dy: usize,
  scale: usize,
  shift: usize,
  mean: usize,
  inverse: usize,
  sums: usize,
  channels: i32,
  begin: i32,
  end: i32,
  count: i32,
  cut: f32,
): void {
  const pitch = <usize>channels << 2
  const width = changetype<L>(0).width()
  const least = f32x4.splat(cut)
  for (let c = begin; c < end; c += width) {
    const at = <usize>c << 2
    const m = changetype<L>(0).load(mean + at)
    const f = f32x4.mul(changetype<L>(0).load(scale + at), changetype<L>(0).load(inverse + at))
    const b = changetype<L>(0).load(shift + at)
    let from = x + at
    let given = dy + at
    let s0 = f32x4.splat(0)
    let s1 = f32x4.splat(0)
    let q0 = f32x4.splat(0)
    let q1 = f32x4.splat(0)
    let i = count
    for (; i > 1; i -= 2) {
      const d0 = f32x4.sub(changetype<L>(0).load(from), m)
      const d1 = f32x4.sub(changetype<L>(0).load(from + pitch), m)
      const g0 = v128.and(changetype<L>(0).load(given), f32x4.gt(normalized(d0, f, b), least))
      const g1 = v128.and(changetype<L>(0).load(given + pitch), f32x4.gt(normalized(d1, f, b), least))
      s0 = f32x4.add(s0, g0)
      s1 = f32x4.add(s1, g1)
      q0 = multiplyAdd(g0, d0, q0)
      q1 = multiplyAdd(g1, d1, q1)
      from += pitch << 1
      given += pitch << 1
    }
    if (i > 0) {
      const d = f32x4.sub(changetype<L>(0).load(from), m)
      const g = v128.and(changetype<L>(0).load(given), f32x4.gt(normalized(d, f, b), least))
      s0 = f32x4.add(s0, g)
      q0 = multiplyAdd(g, d, q0)
    }
    const s = f32x4.add(s0, s1)
    const q = f32x4.add(q0, q1)
    const sum = sums + (<usize>c << 3)
    const product = sum + (<usize>channels << 3)
    addInDouble<L>(sum, s)
    addInDouble<L>(product, q)
  }
}

function addInDouble<L>(to: usize, more: v128): void {
  changetype<L>(0).storeLow(to, f64x2.add(changetype<L>(0).loadLow(to), lowHalf(more)))
  changetype<L>(0).storeHigh(to, f64x2.add(changetype<L>(0).loadHigh(to), highHalf(more)))
}

/** Adds up the partials in order; writes dscale, dshift and the coefficients of dx = factor·dy − slope·(x − mean) − offset. */
export function batchNormGradientStatistics(
  partials: usize,
  partialCount: i32,
  rows: i32,
  channels: i32,
  scale: usize,
  inverse: usize,
  factor: usize,
  slope: usize,
  offset: usize,
  dscale: usize,
  dshift: usize,
  tiles: i32,
  counter: usize,
  scratch: usize,
): void {
  if (nextTile(counter) >= tiles) return
  addPartials(partials, channels, partialCount)
  const products = partials + (<usize>channels << 3)
  for (let c = 0; c < channels; c++) {
    const at = <usize>c << 2
    const sum = load<f64>(partials + (<usize>c << 3))
    const product = load<f64>(products + (<usize>c << 3))
    const deviation = load<f32>(inverse + at)
    const f = load<f32>(scale + at) * deviation
    const perRow = <f64>f / <f64>rows
    store<f32>(factor + at, f)
    store<f32>(slope + at, <f32>(perRow * <f64>deviation * <f64>deviation * product))
    store<f32>(offset + at, <f32>(perRow * sum))
    store<f32>(dscale + at, <f32>(product * <f64>deviation))
    store<f32>(dshift + at, <f32>sum)
  }
}

/**
 * dx = factor·dy − slope·(x − mean) − offset, dy being 0 where the ReLU cut, for ranges of `chunk` rows; each
 * picture has its own mean and coefficients.
 */
export function batchNormGradientApply(
  x: usize,
  dy: usize,
  dx: usize,
  mean: usize,
  factor: usize,
  shift: usize,
  slope: usize,
  offset: usize,
  rows: i32,
  channels: i32,
  cut: f32,
  chunk: i32,
  ranges: i32,
  tiles: i32,
  counter: usize,
  scratch: usize,
): void {
  const pitch = <usize>channels << 2
  const eights = channels & ~7
  const fours = channels & ~3
  // Rows share the loads of what belongs to the channel, unless a row alone fills a good part of the cache.
  const block = channels < 128 ? max(4096 / <i32>pitch, 4) : 1
  for (let tile = nextTile(counter); tile < tiles; tile = nextTile(counter)) {
    const picture = tile / ranges
    const begin = picture * rows
    const first = begin + (tile - picture * ranges) * chunk
    const end = min(first + chunk, begin + rows)
    const own = <usize>picture * pitch
    const m = mean + own
    const f = factor + own
    const k = slope + own
    const s = offset + own
    for (let row = first; row < end; row += block) {
      const count = min(block, end - row)
      const o = <usize>row * pitch
      if (eights > 0) {
        applyGradientPairs(x + o, dy + o, dx + o, m, f, shift, k, s, count, eights, pitch, cut)
      }
      if (eights == channels) continue
      applyGradient<Four>(x + o, dy + o, dx + o, m, f, shift, k, s, count, eights, fours, pitch, cut)
      applyGradient<One>(x + o, dy + o, dx + o, m, f, shift, k, s, count, fours, channels, pitch, cut)
    }
  }
}

/** Channels 0 … end − 1, eight at once. */
function applyGradientPairs(
  x: usize,
  dy: usize,
  dx: usize,
  mean: usize,
  factor: usize,
  shift: usize,
  slope: usize,
  offset: usize,
  count: i32,
  end: i32,
  pitch: usize,
  cut: f32,
): void {
  const least = f32x4.splat(cut)
  for (let c = 0; c < end; c += 8) {
    const at = <usize>c << 2
    const m0 = v128.load(mean + at)
    const m1 = v128.load(mean + at, 16)
    const f0 = v128.load(factor + at)
    const f1 = v128.load(factor + at, 16)
    const b0 = v128.load(shift + at)
    const b1 = v128.load(shift + at, 16)
    const k0 = v128.load(slope + at)
    const k1 = v128.load(slope + at, 16)
    const o0 = v128.load(offset + at)
    const o1 = v128.load(offset + at, 16)
    let from = x + at
    let given = dy + at
    let to = dx + at
    for (let i = count; i > 0; i--) {
      const d0 = f32x4.sub(v128.load(from), m0)
      const d1 = f32x4.sub(v128.load(from, 16), m1)
      const g0 = v128.and(v128.load(given), f32x4.gt(normalized(d0, f0, b0), least))
      const g1 = v128.and(v128.load(given, 16), f32x4.gt(normalized(d1, f1, b1), least))
      const dx0 = f32x4.sub(f32x4.mul(f0, g0), multiplyAdd(k0, d0, o0))
      const dx1 = f32x4.sub(f32x4.mul(f1, g1), multiplyAdd(k1, d1, o1))
      v128.store(to, dx0)
      v128.store(to, dx1, 16)
      from += pitch
      given += pitch
      to += pitch
    }
  }
}

function applyGradient<L>(
  x: usize,
  dy: usize,
  dx: usize,
  mean: usize,
  factor: usize,
  shift: usize,
  slope: usize,
  offset: usize,
  count: i32,
  begin: i32,
  end: i32,
  pitch: usize,
  cut: f32,
): void {
  const width = changetype<L>(0).width()
  const least = f32x4.splat(cut)
  for (let c = begin; c < end; c += width) {
    const at = <usize>c << 2
    const m = changetype<L>(0).load(mean + at)
    const f = changetype<L>(0).load(factor + at)
    const b = changetype<L>(0).load(shift + at)
    const k = changetype<L>(0).load(slope + at)
    const o = changetype<L>(0).load(offset + at)
    let from = x + at
    let given = dy + at
    let to = dx + at
    for (let i = count; i > 0; i--) {
      const d = f32x4.sub(changetype<L>(0).load(from), m)
      const g = v128.and(changetype<L>(0).load(given), f32x4.gt(normalized(d, f, b), least))
      changetype<L>(0).store(to, f32x4.sub(f32x4.mul(f, g), multiplyAdd(k, d, o)))
      from += pitch
      given += pitch
      to += pitch
    }
  }
}
