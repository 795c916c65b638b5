/**
 * The gradients of layer normalization, with n = (x − mean)·inverse, which is computed again, and g = dy·scale:
 * dx = inverse·(g − Σg/C − n·Σ(g·n)/C), dscale = Σ dy·n and dshift = Σ dy over all rows.
 */

import { Four, highHalf, lowHalf, One } from '../../kernel/lanes.as.ts'
import { multiplyAdd } from '../../kernel/multiplyAdd.as.ts'
import { nextTile } from '../../kernel/tiles.as.ts'
import { statistics, total } from '../row.as.ts'

/**
 * dx, and partials[tile] = Σdy and Σdy·n of `chunk` rows: [2][channels] float64. Scratch: 64 bytes, then the sums of `group`
 * rows in float32, [2][channels].
 */
export function layerNormGradient(
  x: usize,
  dy: usize,
  dx: usize,
  scale: usize,
  partials: usize,
  rows: i32,
  channels: i32,
  epsilon: f64,
  group: i32,
  chunk: i32,
  tiles: i32,
  counter: usize,
  scratch: usize,
): void {
  const pitch = <usize>channels << 2
  const fours = channels & ~3
  const sums = scratch + 64
  for (let tile = nextTile(counter); tile < tiles; tile = nextTile(counter)) {
    const first = tile * chunk
    const end = min(first + chunk, rows)
    const totals = partials + (<usize>(tile * channels) << 4)
    memory.fill(totals, 0, <usize>channels << 4)
    for (let begin = first; begin < end; begin += group) {
      memory.fill(sums, 0, pitch << 1)
      const last = min(begin + group, end)
      for (let row = begin; row < last; row++) {
        const offset = <usize>row * pitch
        statistics(x + offset, channels, epsilon, scratch)
        addRow<Four>(x + offset, dy + offset, scale, sums, channels, 0, fours, scratch)
        let sum = total(v128.load(scratch, 32))
        let product = total(v128.load(scratch, 48))
        if (fours < channels) {
          addRow<One>(x + offset, dy + offset, scale, sums, channels, fours, channels, scratch)
          sum += total(v128.load(scratch, 32))
          product += total(v128.load(scratch, 48))
        }
        const mean = <f32>(sum / <f64>channels)
        const slope = <f32>(product / <f64>channels)
        apply<Four>(x + offset, dy + offset, dx + offset, scale, mean, slope, 0, fours, scratch)
        apply<One>(x + offset, dy + offset, dx + offset, scale, mean, slope, fours, channels, scratch)
      }
      addInDouble<Four>(sums, totals, 0, channels << 1 & ~3)
      addInDouble<One>(sums, totals, channels << 1 & ~3, channels << 1)
    }
  }
}

/** Adds dy and dy·n of the row to the sums; Σg and Σg·n to scratch + 32 and + 48. */
function addRow<L>(
  x: usize,
  dy: usize,
  scale: usize,
  sums: usize,
  channels: i32,
  begin: i32,
  end: i32,
  scratch: usize,
): void {
  const width = changetype<L>(0).width()
  const mean = v128.load32_splat(scratch)
  const inverse = v128.load32_splat(scratch, 4)
  const products = sums + (<usize>channels << 2)
  let s = f32x4.splat(0)
  let q = f32x4.splat(0)
  for (let c = begin; c < end; c += width) {
    const at = <usize>c << 2
    const given = changetype<L>(0).load(dy + at)
    const normal = f32x4.mul(f32x4.sub(changetype<L>(0).load(x + at), mean), inverse)
    const g = f32x4.mul(given, changetype<L>(0).load(scale + at))
    s = f32x4.add(s, g)
    q = multiplyAdd(g, normal, q)
    changetype<L>(0).store(sums + at, f32x4.add(changetype<L>(0).load(sums + at), given))
    changetype<L>(0).store(products + at, multiplyAdd(given, normal, changetype<L>(0).load(products + at)))
  }
  v128.store(scratch, s, 32)
  v128.store(scratch, q, 48)
}

function apply<L>(
  x: usize,
  dy: usize,
  dx: usize,
  scale: usize,
  meanOfG: f32,
  slopeOfG: f32,
  begin: i32,
  end: i32,
  scratch: usize,
): void {
  const width = changetype<L>(0).width()
  const mean = v128.load32_splat(scratch)
  const inverse = v128.load32_splat(scratch, 4)
  const offset = f32x4.splat(meanOfG)
  const slope = f32x4.splat(slopeOfG)
  for (let c = begin; c < end; c += width) {
    const at = <usize>c << 2
    const normal = f32x4.mul(f32x4.sub(changetype<L>(0).load(x + at), mean), inverse)
    const g = f32x4.mul(changetype<L>(0).load(dy + at), changetype<L>(0).load(scale + at))
    const centred = f32x4.sub(g, multiplyAdd(normal, slope, offset))
    changetype<L>(0).store(dx + at, f32x4.mul(centred, inverse))
  }
}

/** to += from, values begin … end − 1; `to` is float64. */
function addInDouble<L>(from: usize, to: usize, begin: i32, end: i32): void {
  const width = changetype<L>(0).width()
  for (let i = begin; i < end; i += width) {
    const more = changetype<L>(0).load(from + (<usize>i << 2))
    const sum = to + (<usize>i << 3)
    changetype<L>(0).storeLow(sum, f64x2.add(changetype<L>(0).loadLow(sum), lowHalf(more)))
    changetype<L>(0).storeHigh(sum, f64x2.add(changetype<L>(0).loadHigh(sum), highHalf(more)))
  }
}

/** Adds up `count` partial sums, `step` bytes apart, in order: dshift from the first halves, dscale from the second. */
export function layerNormParameterGradient(
  partials: usize,
  count: i32,
  step: usize,
  channels: i32,
  dscale: usize,
  dshift: usize,
  tiles: i32,
  counter: usize,
  scratch: usize,
): void {
  if (nextTile(counter) >= tiles) return
  for (let c = 0; c < channels; c++) {
    let from = partials + (<usize>c << 3)
    let sum: f64 = 0
    let product: f64 = 0
    for (let i = count; i > 0; i--) {
      sum += load<f64>(from)
      product += load<f64>(from + (<usize>channels << 3))
      from += step
    }
    store<f32>(dshift + (<usize>c << 2), <f32>sum)
    store<f32>(dscale + (<usize>c << 2), <f32>product)
  }
}
