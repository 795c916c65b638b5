/**
 * Locally connected layers. At batch 1 they are as fast as the filters can be read, which is why these are not packed: four
 * vectors of a row of filters at a time for one image, two for each of four images. All sums add their terms one after the
 * other, so the bits of a value do not depend on what is computed with it.
 */

import { clamp } from '../kernel/clamp.as.ts'
import { zeroValues } from '../kernel/copy.as.ts'
import { Four, One } from '../kernel/lanes.as.ts'
import { multiplyAdd } from '../kernel/multiplyAdd.as.ts'
import { nextTile } from '../kernel/tiles.as.ts'

/**
 * out[row][column] = clamp(start + Σ a[row][term]·b[term][column]) for one row and four vectors or four rows and up to two
 * vectors of columns. Terms lie in tapsY × tapsX runs of `run`, `aY`/`aX` and `bY`/`bX` bytes apart.
 */
function sums<L>(
  rows: i32,
  vectors: i32,
  a: usize,
  aRow: usize,
  aTerm: usize,
  b: usize,
  bTerm: usize,
  tapsY: i32,
  tapsX: i32,
  run: i32,
  aY: usize,
  aX: usize,
  bY: usize,
  bX: usize,
  start: usize,
  to: usize,
  toRow: usize,
  floor: f32,
  ceiling: f32,
): void {
  const lane = changetype<L>(0)
  const least = f32x4.splat(floor)
  const most = f32x4.splat(ceiling)
  const zero = f32x4.splat(0)
  let p0 = start == 0 ? zero : lane.load(start)
  let p1 = start == 0 || vectors < 2 ? zero : lane.load(start + 16)
  let q0 = p0
  let q1 = p1
  let r0 = p0
  let r1 = p1
  let s0 = p0
  let s1 = p1
  if (rows == 1 && vectors == 4) {
    q0 = start == 0 ? zero : lane.load(start + 32)
    q1 = start == 0 ? zero : lane.load(start + 48)
  }
  for (let i = 0; i < tapsY; i++) {
    for (let j = 0; j < tapsX; j++) {
      let from = a + <usize>i * aY + <usize>j * aX
      let weight = b + <usize>i * bY + <usize>j * bX
      if (rows == 4 && vectors == 2) {
        for (let t = run; t > 0; t--) {
          const b0 = lane.load(weight)
          const b1 = lane.load(weight + 16)
          let v = v128.load32_splat(from)
          p0 = multiplyAdd(v, b0, p0)
          p1 = multiplyAdd(v, b1, p1)
          v = v128.load32_splat(from + aRow)
          q0 = multiplyAdd(v, b0, q0)
          q1 = multiplyAdd(v, b1, q1)
          v = v128.load32_splat(from + 2 * aRow)
          r0 = multiplyAdd(v, b0, r0)
          r1 = multiplyAdd(v, b1, r1)
          v = v128.load32_splat(from + 3 * aRow)
          s0 = multiplyAdd(v, b0, s0)
          s1 = multiplyAdd(v, b1, s1)
          from += aTerm
          weight += bTerm
        }
      } else if (rows == 4) {
        for (let t = run; t > 0; t--) {
          const b0 = lane.load(weight)
          p0 = multiplyAdd(v128.load32_splat(from), b0, p0)
          q0 = multiplyAdd(v128.load32_splat(from + aRow), b0, q0)
          r0 = multiplyAdd(v128.load32_splat(from + 2 * aRow), b0, r0)
          s0 = multiplyAdd(v128.load32_splat(from + 3 * aRow), b0, s0)
          from += aTerm
          weight += bTerm
        }
      } else if (vectors == 4) {
        for (let t = run; t > 0; t--) {
          const v = v128.load32_splat(from)
          p0 = multiplyAdd(v, lane.load(weight), p0)
          p1 = multiplyAdd(v, lane.load(weight + 16), p1)
          q0 = multiplyAdd(v, lane.load(weight + 32), q0)
          q1 = multiplyAdd(v, lane.load(weight + 48), q1)
          from += aTerm
          weight += bTerm
        }
      } else {
        for (let t = run; t > 0; t--) {
          p0 = multiplyAdd(v128.load32_splat(from), lane.load(weight), p0)
          from += aTerm
          weight += bTerm
        }
      }
    }
  }
  lane.store(to, clamp(p0, least, most))
  if (vectors >= 2) lane.store(to + 16, clamp(p1, least, most))
  if (rows == 1) {
    if (vectors == 4) {
      lane.store(to + 32, clamp(q0, least, most))
      lane.store(to + 48, clamp(q1, least, most))
    }
    return
  }
  lane.store(to + toRow, clamp(q0, least, most))
  lane.store(to + 2 * toRow, clamp(r0, least, most))
  lane.store(to + 3 * toRow, clamp(s0, least, most))
  if (vectors == 2) {
    lane.store(to + toRow + 16, clamp(q1, least, most))
    lane.store(to + 2 * toRow + 16, clamp(r1, least, most))
    lane.store(to + 3 * toRow + 16, clamp(s1, least, most))
  }
}

/** The same for any number of rows and columns. */
function product(
  rows: i32,
  columns: i32,
  a: usize,
  aRow: usize,
  aTerm: usize,
  b: usize,
  bTerm: usize,
  tapsY: i32,
  tapsX: i32,
  run: i32,
  aY: usize,
  aX: usize,
  bY: usize,
  bX: usize,
  start: usize,
  to: usize,
  toRow: usize,
  floor: f32,
  ceiling: f32,
): void {
  for (let row = 0; row < rows; ) {
    const height = rows - row >= 4 ? 4 : 1
    const wide = height == 4 ? 2 : 4
    const from = a + <usize>row * aRow
    const line = to + <usize>row * toRow
    for (let column = 0; column < columns; ) {
      const left = columns - column
      const vectors = left >= 4 * wide ? wide : 1
      const offset = (<usize>column) << 2
      const initial = start == 0 ? 0 : start + offset
      if (left >= 4) {
        sums<Four>(height, vectors, from, aRow, aTerm, b + offset, bTerm, tapsY, tapsX, run, aY, aX, bY, bX, initial, line + offset, toRow, floor, ceiling)
        column += 4 * vectors
      } else {
        sums<One>(height, 1, from, aRow, aTerm, b + offset, bTerm, tapsY, tapsX, run, aY, aX, bY, bX, initial, line + offset, toRow, floor, ceiling)
        column++
      }
    }
    row += height
  }
}

/** The first tap at or after position 0, and the end of those before `size`, of a window that starts at `origin`. */
// @ts-ignore: decorator
@inline
function firstTap(origin: i32, dilation: i32): i32 {
  return origin >= 0 ? 0 : (dilation - 1 - origin) / dilation
}

// @ts-ignore: decorator
@inline
function endTap(origin: i32, dilation: i32, taps: i32, size: i32): i32 {
  return origin >= size ? 0 : min(taps, (size - origin + dilation - 1) / dilation)
}

/** y [images, outHeight, outWidth, filters]; weights [position, tapsY, tapsX, channels, filters]; bias [position, filters] or 0. */
export function localForward(
  x: usize,
  weights: usize,
  bias: usize,
  y: usize,
  images: i32,
  height: i32,
  width: i32,
  channels: i32,
  filters: i32,
  outHeight: i32,
  outWidth: i32,
  tapsY: i32,
  tapsX: i32,
  strideY: i32,
  strideX: i32,
  top: i32,
  left: i32,
  dilationY: i32,
  dilationX: i32,
  floor: f32,
  ceiling: f32,
  chunk: i32,
  tiles: i32,
  counter: usize,
  scratch: usize,
): void {
  const positions = outHeight * outWidth
  const pixel = (<usize>channels) << 2
  const line = <usize>width * pixel
  const column = (<usize>filters) << 2
  const tap = <usize>channels * column
  const matrix = <usize>(tapsY * tapsX) * tap
  for (let tile = nextTile(counter); tile < tiles; tile = nextTile(counter)) {
    const end = min((tile + 1) * chunk, positions)
    for (let position = tile * chunk; position < end; position++) {
      const originY = (position / outWidth) * strideY - top
      const originX = (position % outWidth) * strideX - left
      const firstY = firstTap(originY, dilationY)
      const firstX = firstTap(originX, dilationX)
      const rows = max(endTap(originY, dilationY, tapsY, height) - firstY, 0)
      const columns = max(endTap(originX, dilationX, tapsX, width) - firstX, 0)
      const from = x + <usize>(originY + firstY * dilationY) * line + <usize>(originX + firstX * dilationX) * pixel
      const weight = weights + <usize>position * matrix + <usize>(firstY * tapsX + firstX) * tap
      product(
        images,
        filters,
        from,
        <usize>height * line,
        4,
        weight,
        column,
        rows,
        columns,
        channels,
        <usize>dilationY * line,
        <usize>dilationX * pixel,
        <usize>tapsX * tap,
        tap,
        bias == 0 ? 0 : bias + <usize>position * column,
        y + <usize>position * column,
        <usize>positions * column,
        floor,
        ceiling,
      )
    }
  }
}

/** dweights[position, tap, channel, filter] = Σ over images of x·dy; taps in the padding get zeros. */
export function localFilterGradient(
  x: usize,
  dy: usize,
  weights: usize,
  images: i32,
  height: i32,
  width: i32,
  channels: i32,
  filters: i32,
  outHeight: i32,
  outWidth: i32,
  tapsY: i32,
  tapsX: i32,
  strideY: i32,
  strideX: i32,
  top: i32,
  left: i32,
  dilationY: i32,
  dilationX: i32,
  chunk: i32,
  tiles: i32,
  counter: usize,
  scratch: usize,
): void {
  const positions = outHeight * outWidth
  const pixel = (<usize>channels) << 2
  const column = (<usize>filters) << 2
  const tap = <usize>channels * column
  for (let tile = nextTile(counter); tile < tiles; tile = nextTile(counter)) {
    const end = min((tile + 1) * chunk, positions)
    for (let position = tile * chunk; position < end; position++) {
      let to = weights + <usize>(position * tapsY * tapsX) * tap
      for (let i = 0; i < tapsY; i++) {
        const row = (position / outWidth) * strideY - top + i * dilationY
        for (let j = 0; j < tapsX; j++, to += tap) {
          const at = (position % outWidth) * strideX - left + j * dilationX
          if (row < 0 || row >= height || at < 0 || at >= width) {
            zeroValues(to, channels * filters)
            continue
          }
          const from = x + <usize>(row * width + at) * pixel
          const weight = dy + <usize>position * column
          const image = <usize>(height * width) * pixel
          product(channels, filters, from, 4, image, weight, <usize>positions * column, 1, 1, images, 0, 0, 0, 0, 0, to, column, -Infinity, Infinity)
        }
      }
    }
  }
}

/** Adds up the four lanes in a fixed order. */
// @ts-ignore: decorator
@inline
function total(v: v128): f32 {
  const halves = f32x4.add(v, i64x2.shuffle(v, v, 1, 1))
  return f32x4.extract_lane(halves, 0) + f32x4.extract_lane(halves, 1)
}

/**
 * dx[image, y, x, channel] = Σ over the positions whose windows hold the pixel, and over filters. Tiles are ranges of input
 * pixels, each for all images, so that a row of filters is read from memory once.
 */
export function localInputGradient(
  dy: usize,
  weights: usize,
  dx: usize,
  images: i32,
  height: i32,
  width: i32,
  channels: i32,
  filters: i32,
  outHeight: i32,
  outWidth: i32,
  tapsY: i32,
  tapsX: i32,
  strideY: i32,
  strideX: i32,
  top: i32,
  left: i32,
  dilationY: i32,
  dilationX: i32,
  chunk: i32,
  tiles: i32,
  counter: usize,
  scratch: usize,
): void {
  const pixels = height * width
  const column = (<usize>filters) << 2
  const pixel = (<usize>channels) << 2
  const outImage = <usize>(outHeight * outWidth) * column
  const tap = <usize>channels * column
  const whole = filters & ~3
  for (let tile = nextTile(counter); tile < tiles; tile = nextTile(counter)) {
    const end = min((tile + 1) * chunk, pixels)
    for (let at = tile * chunk; at < end; at++) {
      for (let n = 0; n < images; n++) zeroValues(dx + <usize>(n * pixels + at) * pixel, channels)
      for (let i = 0; i < tapsY; i++) {
        const y = at / width + top - i * dilationY
        if (y < 0 || y % strideY != 0 || y / strideY >= outHeight) continue
        for (let j = 0; j < tapsX; j++) {
          const x = (at % width) + left - j * dilationX
          if (x < 0 || x % strideX != 0 || x / strideX >= outWidth) continue
          const position = (y / strideY) * outWidth + x / strideX
          const matrix = weights + <usize>((position * tapsY + i) * tapsX + j) * tap
          const gradient = dy + <usize>position * column
          for (let c = 0; c < channels; c++) {
            const row = matrix + <usize>c * column
            let to = dx + <usize>at * pixel + ((<usize>c) << 2)
            for (let n = 0; n < images; n++) {
              const from = gradient + <usize>n * outImage
              let a = f32x4.splat(0)
              let k = 0
              for (; k < whole; k += 4) {
                const offset = (<usize>k) << 2
                a = multiplyAdd(v128.load(from + offset), v128.load(row + offset), a)
              }
              for (; k < filters; k++) {
                const offset = (<usize>k) << 2
                a = multiplyAdd(v128.load32_zero(from + offset), v128.load32_zero(row + offset), a)
              }
              store<f32>(to, load<f32>(to) + total(a))
              to += <usize>pixels * pixel
            }
          }
        }
      }
    }
  }
}
