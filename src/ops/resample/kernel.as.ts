/**
 * Padding, cropping and upsampling, forward and backward: each row of the result is made of a few rows of the source, and
 * each of its pixels of a few pixels of those. A worker first writes down both axes' taps (their closed form is below, and
 * the gradient's are the same ones sorted by input), then walks its rows. Pixels that are copied, not mixed, are copied
 * as long runs.
 */

import { copyValues, zeroValues } from '../kernel/copy.as.ts'
import { multiplyAdd } from '../kernel/multiplyAdd.as.ts'
import { nextTile } from '../kernel/tiles.as.ts'

const REFLECT: i32 = 1
const EDGE: i32 = 2
const NEAREST: i32 = 3
const BILINEAR: i32 = 4

/** Bytes of an axis' table: starts of lists (one more than positions), then taps of 8 bytes: position, weight. */
// @ts-ignore: decorator
@inline
function tapsStart(table: usize, inputs: i32, outputs: i32): usize {
  return table + (<usize>(max(inputs, outputs) + 2) << 2)
}

/** Where output i lies in the input: a whole number by the rules that copy, −1 where it is a zero. */
function placeOf(rule: i32, i: i32, start: i32, inputs: i32, outputs: i32): f64 {
  const last = inputs - 1
  const at = i + start
  if (rule < NEAREST) {
    if (at >= 0 && at <= last) return at
    return rule == REFLECT ? (at < 0 ? -at : 2 * last - at) : rule == EDGE ? (at < 0 ? 0 : last) : -1
  }
  if (rule == NEAREST) return Math.floor((<f64>i * <f64>inputs) / <f64>outputs)
  if (rule == BILINEAR) return min(max(((<f64>i + 0.5) * <f64>inputs) / <f64>outputs - 0.5, 0), <f64>last)
  return outputs == 1 ? 0 : (<f64>i * <f64>last) / <f64>(outputs - 1)
}

/** Writes the table of an axis; `transposed`: for each input the outputs that it goes to, in their order. */
function writeTaps(table: usize, rule: i32, start: i32, inputs: i32, outputs: i32, transposed: bool): void {
  const taps = tapsStart(table, inputs, outputs)
  const positions = transposed ? inputs : outputs
  memory.fill(table, 0, <usize>(positions + 2) << 2)
  // Of each list its length, two places further on; then where it starts, one place further on, which filling moves to its end.
  for (let round = 0; round < 2; round++) {
    for (let i = 0; i < outputs; i++) {
      const place = placeOf(rule, i, start, inputs, outputs)
      if (place < 0) continue
      const low = <i32>Math.floor(place)
      const share = place - <f64>low
      for (let tap = 0; tap < 2; tap++) {
        const weight = <f32>(tap == 0 ? 1 - share : share)
        if (weight == 0) continue
        const input = min(low + tap, inputs - 1)
        const entry = table + (<usize>(transposed ? input : i) << 2)
        if (round == 0) store<i32>(entry, load<i32>(entry, 8) + 1, 8)
        else {
          const at = load<i32>(entry, 4)
          store<i32>(taps + (<usize>at << 3), transposed ? i : input)
          store<f32>(taps + (<usize>at << 3), weight, 4)
          store<i32>(entry, at + 1, 4)
        }
      }
    }
    if (round == 0) {
      for (let i = 1; i <= positions; i++) {
        const entry = table + (<usize>i << 2)
        store<i32>(entry, load<i32>(entry) + load<i32>(entry, 4), 4)
      }
    }
  }
}

/** One vector (or one value) of a pixel: the sum over the taps of its row and its column. */
// @ts-ignore: decorator
@inline
function mix(
  source: usize,
  rowBytes: usize,
  pixelBytes: usize,
  rowTap: usize,
  rowEnd: usize,
  firstTap: usize,
  endTap: usize,
  single: bool,
): v128 {
  let sum = f32x4.splat(0)
  for (let r = rowTap; r < rowEnd; r += 8) {
    const row = source + <usize>load<i32>(r) * rowBytes
    const down = load<f32>(r, 4)
    for (let c = firstTap; c < endTap; c += 8) {
      const at = row + <usize>load<i32>(c) * pixelBytes
      const weight = f32x4.splat(down * load<f32>(c, 4))
      sum = multiplyAdd(weight, single ? v128.load32_zero(at) : v128.load(at), sum)
    }
  }
  return sum
}

/** target [rows, width, channels] = R·source·Cᵀ. Tiles are ranges of `chunk` rows of all images. */
export function resample(
  source: usize,
  target: usize,
  channels: i32,
  inHeight: i32,
  inWidth: i32,
  outHeight: i32,
  outWidth: i32,
  startY: i32,
  startX: i32,
  rule: i32,
  transposed: i32,
  rows: i32,
  chunk: i32,
  tiles: i32,
  counter: usize,
  scratch: usize,
): void {
  const back = transposed != 0
  const columns = scratch + (<usize>(max(inHeight, outHeight) + 2) << 2) + (<usize>outHeight << 4)
  const rowTaps = tapsStart(scratch, inHeight, outHeight)
  const columnTaps = tapsStart(columns, inWidth, outWidth)
  const height = back ? inHeight : outHeight
  const width = back ? inWidth : outWidth
  const pixel = <usize>channels << 2
  const rowBytes = pixel * <usize>(back ? outWidth : inWidth)
  const image = rowBytes * <usize>(back ? outHeight : inHeight)
  let ready = false
  for (let tile = nextTile(counter); tile < tiles; tile = nextTile(counter)) {
    if (!ready) {
      writeTaps(scratch, rule, startY, inHeight, outHeight, back)
      writeTaps(columns, rule, startX, inWidth, outWidth, back)
      ready = true
    }
    const end = min((tile + 1) * chunk, rows)
    for (let row = tile * chunk; row < end; row++) {
      const entry = scratch + (<usize>(row % height) << 2)
      const from = rowTaps + (<usize>load<i32>(entry) << 3)
      const to = rowTaps + (<usize>load<i32>(entry, 4) << 3)
      const picture = source + <usize>(row / height) * image
      let at = target + <usize>row * <usize>width * pixel
      if (from == to) {
        zeroValues(at, width * channels)
        continue
      }
      const copied = to - from == 8 && load<f32>(from, 4) == 1
      const line = picture + <usize>load<i32>(from) * rowBytes
      for (let j = 0; j < width; ) {
        const list = columns + (<usize>j << 2)
        const first = columnTaps + (<usize>load<i32>(list) << 3)
        const last = columnTaps + (<usize>load<i32>(list, 4) << 3)
        let run = 1
        if (first == last) zeroValues(at, channels)
        else if (copied && last - first == 8 && load<f32>(first, 4) == 1) {
          const begin = load<i32>(first)
          // Neighbours that are copies of neighbours.
          for (; j + run < width; run++) {
            const next = columnTaps + (<usize>load<i32>(list + (<usize>run << 2)) << 3)
            const after = load<i32>(list + (<usize>run << 2), 4) - load<i32>(list + (<usize>run << 2))
            if (after != 1 || load<i32>(next) != begin + run || load<f32>(next, 4) != 1) break
          }
          copyValues(at, line + <usize>begin * pixel, run * channels)
        } else {
          let c = 0
          for (; c + 4 <= channels; c += 4) {
            v128.store(at + (<usize>c << 2), mix(picture + (<usize>c << 2), rowBytes, pixel, from, to, first, last, false))
          }
          for (; c < channels; c++) {
            const sum = mix(picture + (<usize>c << 2), rowBytes, pixel, from, to, first, last, true)
            v128.store_lane<f32>(at + (<usize>c << 2), sum, 0)
          }
        }
        at += <usize>run * pixel
        j += run
      }
    }
  }
}
