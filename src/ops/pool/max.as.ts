/**
 * The inner loops of max pooling: over the channels of one window, or of a run of windows of 2×2 or 3×3 that lie wholly
 * on the picture. `rowStep` and `columnStep` are bytes from tap to tap. op.ts says which tap wins. Gradient: maxGradient.as.ts.
 *
 * pmax(best, v) keeps the first of equal values, but drops a NaN in v. f32x4.max keeps every NaN, but is many
 * instructions on x64: 2×2 takes 1.1 to 2.5 times as long, 3×3 2 to 4.6 times. So runs also add up the values that
 * pmax may drop. Where one of them is NaN the sum is, too, and the run is done again window by window. (A sum is also NaN
 * where infinities of both signs meet: then the second time gives the same result.) With the sums, 2×2 takes 0.93 to
 * 1.14 times as long as without, 3×3 1.0 to 1.3, their gradients 0.95 to 1.1 and 1.1 to 1.17. Testing each value instead:
 * 2×2 1.1 to 1.2, 3×3 1.4 to 1.6.
 *
 * 2×2 moves 72 GB/s where the pictures fit the last cache, a memcpy 70 to 95. Where they do not, fetching a
 * window's rows ahead (touch.as.ts) made 2×2 and 3×3 slower by a fifth.
 */

import { Four, One } from '../kernel/lanes.as.ts'

/** All ones, which is a NaN, where v is NaN; else 0. */
// @ts-ignore: decorator
@inline
export function nan(v: v128): v128 {
  return f32x4.ne(v, v)
}

/** One window of any shape. */
export function maxWindow(
  from: usize,
  to: usize,
  rows: i32,
  columns: i32,
  rowStep: usize,
  columnStep: usize,
  channels: i32,
): void {
  const fours = channels & ~3
  largest<Four>(from, to, rows, columns, rowStep, columnStep, 0, fours)
  // The rest of a row that is not a multiple of four: four values again, some of them a second time.
  if (channels > 3 && fours < channels) largest<Four>(from, to, rows, columns, rowStep, columnStep, channels - 4, channels)
  else largest<One>(from, to, rows, columns, rowStep, columnStep, fours, channels)
}

function largest<L>(
  from: usize,
  to: usize,
  rows: i32,
  columns: i32,
  rowStep: usize,
  columnStep: usize,
  begin: i32,
  end: i32,
): void {
  const width = changetype<L>(0).width()
  for (let c = begin; c < end; c += width) {
    const at = <usize>c << 2
    let row = from + at
    let best = changetype<L>(0).load(row)
    for (let i = rows; i > 0; i--) {
      let tap = row
      for (let j = columns; j > 0; j--) {
        const v = changetype<L>(0).load(tap)
        best = v128.or(f32x4.pmax(best, v), nan(v))
        tap += columnStep
      }
      row += rowStep
    }
    changetype<L>(0).store(to + at, best)
  }
}

/** `count` windows of 2×2, `step` bytes apart; outputs are `pitch` bytes apart. */
export function maxRun2(
  from: usize,
  to: usize,
  count: i32,
  step: usize,
  pitch: usize,
  rowStep: usize,
  columnStep: usize,
  channels: i32,
): void {
  const fours = channels & ~3
  const eights = channels & ~7
  let sum = f32x4.splat(0)
  if (eights > 0) sum = largestOf4Pairs(from, to, count, step, pitch, rowStep, columnStep, eights)
  if (eights < fours) sum = f32x4.add(sum, largestOf4<Four>(from, to, count, step, pitch, rowStep, columnStep, eights, fours))
  if (fours < channels) {
    // The rest of a row that is not a multiple of four: four values again, some of them a second time.
    const rest = channels > 3
      ? largestOf4<Four>(from, to, count, step, pitch, rowStep, columnStep, channels - 4, channels)
      : largestOf4<One>(from, to, count, step, pitch, rowStep, columnStep, fours, channels)
    sum = f32x4.add(sum, rest)
  }
  if (v128.any_true(nan(sum))) maxWindows(2, from, to, count, step, pitch, rowStep, columnStep, channels)
}

/** A run in which there may be a NaN. */
function maxWindows(
  side: i32,
  from: usize,
  to: usize,
  count: i32,
  step: usize,
  pitch: usize,
  rowStep: usize,
  columnStep: usize,
  channels: i32,
): void {
  for (let k = count; k > 0; k--) {
    maxWindow(from, to, side, side, rowStep, columnStep, channels)
    from += step
    to += pitch
  }
}

/** Channels 0 … end − 1, eight at once. The result is NaN in some lane if pmax dropped a NaN. */
function largestOf4Pairs(
  from: usize,
  to: usize,
  count: i32,
  step: usize,
  pitch: usize,
  rowStep: usize,
  columnStep: usize,
  end: i32,
): v128 {
  const bytes = <usize>end << 2
  let sum0 = f32x4.splat(0)
  let sum1 = f32x4.splat(0)
  for (let k = count; k > 0; k--) {
    let p = from
    let r = from + columnStep
    let q = from + rowStep
    let s = q + columnStep
    let target = to
    for (const last = p + bytes; p < last; p += 32) {
      const v0 = v128.load(p)
      const w0 = v128.load(p, 16)
      const v1 = v128.load(r)
      const w1 = v128.load(r, 16)
      const v2 = v128.load(q)
      const w2 = v128.load(q, 16)
      const v3 = v128.load(s)
      const w3 = v128.load(s, 16)
      const y0 = f32x4.pmax(f32x4.pmax(v0, v1), f32x4.pmax(v2, v3))
      const y1 = f32x4.pmax(f32x4.pmax(w0, w1), f32x4.pmax(w2, w3))
      v128.store(target, y0)
      v128.store(target, y1, 16)
      sum0 = f32x4.add(sum0, f32x4.add(f32x4.add(v1, v2), v3))
      sum1 = f32x4.add(sum1, f32x4.add(f32x4.add(w1, w2), w3))
      q += 32
      r += 32
      s += 32
      target += 32
    }
    from += step
    to += pitch
  }
  return f32x4.add(sum0, sum1)
}

/** Channels begin … end − 1. The result is NaN in some lane if pmax dropped a NaN. */
function largestOf4<L>(
  from: usize,
  to: usize,
  count: i32,
  step: usize,
  pitch: usize,
  rowStep: usize,
  columnStep: usize,
  begin: i32,
  end: i32,
): v128 {
  const width = changetype<L>(0).width()
  let sum = f32x4.splat(0)
  for (let k = count; k > 0; k--) {
    for (let c = begin; c < end; c += width) {
      const at = <usize>c << 2
      const p = from + at
      const q = p + rowStep
      const v0 = changetype<L>(0).load(p)
      const v1 = changetype<L>(0).load(p + columnStep)
      const v2 = changetype<L>(0).load(q)
      const v3 = changetype<L>(0).load(q + columnStep)
      changetype<L>(0).store(to + at, f32x4.pmax(f32x4.pmax(v0, v1), f32x4.pmax(v2, v3)))
      sum = f32x4.add(sum, f32x4.add(f32x4.add(v1, v2), v3))
    }
    from += step
    to += pitch
  }
  return sum
}

/** `count` windows of 3×3. */
export function maxRun3(
  from: usize,
  to: usize,
  count: i32,
  step: usize,
  pitch: usize,
  rowStep: usize,
  columnStep: usize,
  channels: i32,
): void {
  const fours = channels & ~3
  const twice = columnStep << 1
  // With a stride of 1 or 2 a third column is the second or first one of the next window.
  const shared = step == columnStep || step == twice
  const beyond = shared ? from + <usize>(count - 1) * step : from
  const columns = shared ? 1 : count
  let sum = sumOfColumns<Four>(beyond + twice, columns, step, rowStep, 0, fours)
  sum = f32x4.add(sum, sumOfColumns<One>(beyond + twice, columns, step, rowStep, fours, channels))
  sum = f32x4.add(sum, largestOf9<Four>(from, to, count, step, pitch, rowStep, columnStep, 0, fours))
  if (fours < channels) {
    // The rest of a row that is not a multiple of four: four values again, some of them a second time.
    const rest = channels > 3
      ? largestOf9<Four>(from, to, count, step, pitch, rowStep, columnStep, channels - 4, channels)
      : largestOf9<One>(from, to, count, step, pitch, rowStep, columnStep, fours, channels)
    sum = f32x4.add(sum, rest)
  }
  if (v128.any_true(nan(sum))) maxWindows(3, from, to, count, step, pitch, rowStep, columnStep, channels)
}

/** NaN in some lane if one of `count` columns of three values has a NaN. */
function sumOfColumns<L>(from: usize, count: i32, step: usize, rowStep: usize, begin: i32, end: i32): v128 {
  const width = changetype<L>(0).width()
  let sum = f32x4.splat(0)
  for (let k = count; k > 0; k--) {
    for (let c = begin; c < end; c += width) {
      const p = from + (<usize>c << 2)
      const q = p + rowStep
      const v0 = changetype<L>(0).load(p)
      sum = f32x4.add(sum, f32x4.add(f32x4.add(v0, changetype<L>(0).load(q)), changetype<L>(0).load(q + rowStep)))
    }
    from += step
  }
  return sum
}

/** Channels begin … end − 1. The result is NaN in some lane if there is a NaN in the first two columns of a window. */
function largestOf9<L>(
  from: usize,
  to: usize,
  count: i32,
  step: usize,
  pitch: usize,
  rowStep: usize,
  columnStep: usize,
  begin: i32,
  end: i32,
): v128 {
  const width = changetype<L>(0).width()
  let sum = f32x4.splat(0)
  const twice = columnStep << 1
  for (let k = count; k > 0; k--) {
    for (let c = begin; c < end; c += width) {
      const at = <usize>c << 2
      const p = from + at
      const q = p + rowStep
      const r = q + rowStep
      const v0 = changetype<L>(0).load(p)
      const v1 = changetype<L>(0).load(p + columnStep)
      let a = f32x4.pmax(v0, v1)
      const v3 = changetype<L>(0).load(q)
      const v4 = changetype<L>(0).load(q + columnStep)
      let b = f32x4.pmax(v3, v4)
      const v6 = changetype<L>(0).load(r)
      const v7 = changetype<L>(0).load(r + columnStep)
      let d = f32x4.pmax(v6, v7)
      sum = f32x4.add(sum, f32x4.add(f32x4.add(f32x4.add(v0, v1), f32x4.add(v3, v4)), f32x4.add(v6, v7)))
      a = f32x4.pmax(a, changetype<L>(0).load(p + twice))
      b = f32x4.pmax(b, changetype<L>(0).load(q + twice))
      d = f32x4.pmax(d, changetype<L>(0).load(r + twice))
      changetype<L>(0).store(to + at, f32x4.pmax(f32x4.pmax(a, b), d))
    }
    from += step
    to += pitch
  }
  return sum
}
