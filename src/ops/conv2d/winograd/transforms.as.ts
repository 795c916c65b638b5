/**
 * The transforms of Winograd's convolution in two dimensions, over ranges of tiles of an NHWC array. Tiles are numbered
 * image by image, row by row; tile t's results start at grid position m·(row, column). What a tile becomes is spread over
 * side² planes (36 or 16), one a position, so that a plane is the matrix of a product.
 *
 * Pitches are multiples of 32 bytes: a tile's last channels are written as whole steps of LANES, padding included.
 */

import { copyValues, zeroValues } from '../../kernel/copy.as.ts'
import { LANES, STEP } from '../../kernel/steps.as.ts'
import { touchRows } from '../../kernel/touch.as.ts'
import { inputLine, outputLine, outputLineWith, P, PP, PRODUCT, Q, QQ, SUM } from './lines.as.ts'

/** Tiles of a run: 34 columns of 6 × 16 channels are 13 KB. */
// @ts-ignore: decorator
@inline const MOST_RUN: i32 = 8

/** Channels that are taken through both passes together: a cache line of each plane. */
// @ts-ignore: decorator
@inline const CHANNELS: i32 = 16

/** `from`, or where fewer channels than a step are left, a copy of them at `part` with zeros behind. */
// @ts-ignore: decorator
@inline
export function padded(from: usize, left: i32, part: usize): usize {
  if (left >= LANES) return from
  zeroValues(part, LANES)
  copyValues(part, from, left)
  return part
}

/** Fetches what tiles first … end cover of a picture: `rows` rows from each tile's first on, and `bytes` of each pixel. */
export function touchTiles(
  picture: usize,
  height: i32,
  width: i32,
  pixel: usize,
  bytes: usize,
  m: i32,
  rows: i32,
  tilesY: i32,
  tilesX: i32,
  first: i32,
  end: i32,
): void {
  while (first < end) {
    const column = first % tilesX
    const row = (first / tilesX) % tilesY
    const image = first / tilesX / tilesY
    const run = min(tilesX - column, end - first)
    const y = row * m
    const x = column * m
    const from = picture + <usize>((image * height + y) * width + x) * pixel
    const columns = min(run * m, width - x)
    if (columns > 0 && y < height) {
      const count = min(rows, height - y)
      const line = <usize>width * pixel
      if (bytes == pixel) touchRows(from, count, <usize>columns * pixel, line)
      else for (let i = 0; i < count; i++) touchRows(from + <usize>i * line, columns, bytes, pixel)
    }
    first += run
  }
}

/** What the first pass over the picture needs in addition to the lines: zeros for what lies outside, and rows of a last step. */
// @ts-ignore: decorator
@inline
export const PADDING_BYTES: usize = 64 + 6 * 32

/**
 * to[plane][tile][channel] = Bᵀ·d·B for tiles first … end; `channels` of a pixel's are taken. Neighbouring tiles overlap
 * by two columns: columns are transformed once for a run of tiles, and then the rows of each.
 */
export function transformInput<F>(
  /** Address of the first wanted channel of pixel (0, 0) of image 0. */
  source: usize,
  height: i32,
  width: i32,
  pixel: usize,
  channels: i32,
  originY: i32,
  originX: i32,
  tilesY: i32,
  tilesX: i32,
  first: i32,
  end: i32,
  to: usize,
  pitch: usize,
  plane: usize,
  /** PADDING_BYTES, then [column][side] × 64 */
  scratch: usize,
): void {
  const side = <usize>offsetof<F>()
  const m = <i32>side - 2
  const line = side << 6
  const sum = f32x4.splat(-SUM)
  const product = f32x4.splat(PRODUCT)
  const pp = f32x4.splat(-PP)
  const qq = f32x4.splat(-QQ)
  const p = f32x4.splat(P)
  const q = f32x4.splat(Q)
  zeroValues(scratch, 16)
  while (first < end) {
    const column = first % tilesX
    const row = (first / tilesX) % tilesY
    const image = first / tilesX / tilesY
    const run = min(min(tilesX - column, end - first), MOST_RUN)
    const from = source + <usize>(image * height * width) * pixel
    for (let channel = 0; channel < channels; channel += CHANNELS) {
      const count = min(channels - channel, CHANNELS)
      const offset = <usize>channel << 2
      inputColumns<F>(from + offset, height, width, pixel, count, row * m + originY, column * m + originX, run * m + 2, scratch)
      let lines = scratch + PADDING_BYTES
      let tile = to + offset
      for (let t = 0; t < run; t++, tile += pitch, lines += <usize>m * line) {
        let at = lines
        let next = tile
        for (let i: usize = 0; i < side; i++, next += side * plane) {
          for (let k: usize = 0; k < <usize>count << 2; k += STEP) {
            const d = at + k
            inputLine<F>(d, d + line, d + 2 * line, d + 3 * line, d + 4 * line, d + 5 * line, sum, product, pp, qq, p, q, next + k, plane)
          }
          at += 64
        }
      }
    }
    to += <usize>run * pitch
    first += run
  }
}

/** The first pass: lines[column][i][channel] = Bᵀ·(a column of `side` rows) for up to CHANNELS channels. */
function inputColumns<F>(
  source: usize,
  height: i32,
  width: i32,
  pixel: usize,
  channels: i32,
  y: i32,
  x: i32,
  columns: i32,
  scratch: usize,
): void {
  const side = <usize>offsetof<F>()
  const rowBytes = <usize>width * pixel
  const zeros = scratch
  const part = scratch + 64
  const sum = f32x4.splat(-SUM)
  const product = f32x4.splat(PRODUCT)
  const pp = f32x4.splat(-PP)
  const qq = f32x4.splat(-QQ)
  const p = f32x4.splat(P)
  const q = f32x4.splat(Q)
  let to = scratch + PADDING_BYTES
  for (let column = x; column < x + columns; column++) {
    const at = source + <usize>column * pixel
    const inside = <u32>column < <u32>width
    let d0 = inside && <u32>y < <u32>height ? at + <usize>y * rowBytes : zeros
    let d1 = inside && <u32>(y + 1) < <u32>height ? at + <usize>(y + 1) * rowBytes : zeros
    let d2 = inside && <u32>(y + 2) < <u32>height ? at + <usize>(y + 2) * rowBytes : zeros
    let d3 = inside && <u32>(y + 3) < <u32>height ? at + <usize>(y + 3) * rowBytes : zeros
    let d4 = side == 6 && inside && <u32>(y + 4) < <u32>height ? at + <usize>(y + 4) * rowBytes : zeros
    let d5 = side == 6 && inside && <u32>(y + 5) < <u32>height ? at + <usize>(y + 5) * rowBytes : zeros
    let next = to
    let left = channels
    for (; left >= LANES; left -= LANES, next += STEP) {
      inputLine<F>(d0, d1, d2, d3, d4, d5, sum, product, pp, qq, p, q, next, 64)
      d0 += STEP
      d1 += STEP
      d2 += STEP
      d3 += STEP
      d4 += STEP
      d5 += STEP
    }
    if (left > 0) {
      d0 = padded(d0, left, part)
      d1 = padded(d1, left, part + 32)
      d2 = padded(d2, left, part + 64)
      d3 = padded(d3, left, part + 96)
      d4 = padded(d4, left, part + 128)
      d5 = padded(d5, left, part + 160)
      inputLine<F>(d0, d1, d2, d3, d4, d5, sum, product, pp, qq, p, q, next, 64)
    }
    to += side << 6
  }
}

/** target[pixel] = clamp(bias + Aᵀ·M·A) for tiles first … end and `channels` of a pixel's channels. */
export function transformOutput<F>(
  /** [plane][tile][channel] */
  from: usize,
  pitch: usize,
  plane: usize,
  channels: i32,
  /** As many values as whole steps have. */
  bias: usize,
  floor: f32,
  ceiling: f32,
  /** Address of the first wanted channel of grid position (0, 0) of image 0. */
  target: usize,
  height: i32,
  width: i32,
  pixel: usize,
  tilesY: i32,
  tilesX: i32,
  first: i32,
  end: i32,
  /** [m + 1][side] × STEP */
  lines: usize,
): void {
  const side = <usize>offsetof<F>()
  const m = <i32>side - 2
  const line = side * STEP
  const least = f32x4.splat(floor)
  const most = f32x4.splat(ceiling)
  const pp = f32x4.splat(PP)
  const qq = f32x4.splat(QQ)
  const p = f32x4.splat(P)
  const q = f32x4.splat(Q)
  const below = <usize>width * pixel
  const next = side * plane
  // A row of results that are not all wanted.
  const cut = lines + <usize>m * line
  for (; first < end; first++, from += pitch) {
    const column = first % tilesX
    const row = (first / tilesX) % tilesY
    const image = first / tilesX / tilesY
    const rows = min(m, height - row * m)
    const columns = min(m, width - column * m)
    let to = target + <usize>((image * height + row * m) * width + column * m) * pixel
    let products = from
    let added = bias
    for (let left = channels; left > 0; left -= LANES) {
      let at = products
      const lastLine = lines + line
      for (let j = lines; j < lastLine; j += STEP) {
        const m2 = at + 2 * next
        outputLine<F>(at, at + next, m2, m2 + next, m2 + 2 * next, m2 + 3 * next, pp, qq, p, q, j, line)
        at += plane
      }
      let l = lines
      let result = to
      const whole = columns == m && left >= LANES
      for (let i = 0; i < rows; i++) {
        const out = whole ? result : cut
        const step = whole ? pixel : STEP
        outputLineWith<F>(l, l + STEP, l + 2 * STEP, l + 3 * STEP, l + 4 * STEP, l + 5 * STEP, added, least, most, pp, qq, p, q, out, step)
        if (!whole) {
          for (let j = 0; j < columns; j++) copyValues(result + <usize>j * pixel, cut + <usize>j * STEP, min(left, LANES))
        }
        l += line
        result += below
      }
      to += STEP
      products += STEP
      added += STEP
    }
  }
}
