/**
 * The transforms of Winograd's convolution in two dimensions, over ranges of tiles of an NHWC array, four channels at a
 * time. Tiles are numbered image by image, row by row; tile t's results start at grid position m·(row, column). What a
 * tile becomes is spread over side² planes (36 or 16), one a position, so that a plane is the matrix of a product.
 *
 * Neighbouring tiles overlap by two columns: columns are transformed once for a run of tiles and then rows for each.
 */

import { filterGradientLine, gradientLine, inputLine, outputLine, outputLineWith } from './lines.as.ts'

/** Tiles of a run: 34 columns of 6 × 16 channels are 13 KB. */
// @ts-ignore: decorator
@inline
export const MOST_RUN: i32 = 8

/** Channels that are taken through both passes together: a cache line of each plane. */
// @ts-ignore: decorator
@inline const CHANNELS: i32 = 16

/** The first `left` of four values, then zeros. */
// @ts-ignore: decorator
@inline
export function loadPart(from: usize, left: i32): v128 {
  if (left >= 4) return v128.load(from)
  let value = v128.load32_zero(from)
  if (left > 1) value = v128.load_lane<f32>(from + 4, value, 1)
  if (left > 2) value = v128.load_lane<f32>(from + 8, value, 2)
  return value
}

// @ts-ignore: decorator
@inline
export function storePart(to: usize, value: v128, left: i32): void {
  if (left >= 4) {
    v128.store(to, value)
  } else {
    v128.store_lane<f32>(to, value, 0)
    if (left > 1) v128.store_lane<f32>(to + 4, value, 1)
    if (left > 2) v128.store_lane<f32>(to + 8, value, 2)
  }
}

/** 64 bytes of zeros at `lines`, which stand for what lies outside of a picture; then the lines themselves. */
function storeZeros(lines: usize): void {
  v128.store(lines, f32x4.splat(0))
  v128.store(lines, f32x4.splat(0), 16)
  v128.store(lines, f32x4.splat(0), 32)
  v128.store(lines, f32x4.splat(0), 48)
}

/** to[plane][tile][channel] = Bᵀ·d·B for tiles first … end; `channels` of a pixel's are taken. */
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
  lines: usize,
): void {
  const side = <i32>offsetof<F>()
  const m = side - 2
  storeZeros(lines)
  while (first < end) {
    const column = first % tilesX
    const row = (first / tilesX) % tilesY
    const image = first / tilesX / tilesY
    const run = min(min(tilesX - column, end - first), MOST_RUN)
    const from = source + <usize>(image * height * width) * pixel
    for (let channel = 0; channel < channels; channel += CHANNELS) {
      const count = min(channels - channel, CHANNELS)
      const offset = <usize>channel << 2
      inputColumns<F>(from + offset, height, width, pixel, count, row * m + originY, column * m + originX, run * m + 2, lines)
      let line = lines + 64
      let tile = to + offset
      for (let t = 0; t < run; t++, tile += pitch, line += <usize>(m * side) << 6) {
        for (let i = 0; i < side; i++) {
          for (let k: usize = 0; k < <usize>count << 2; k += 16) {
            const at = line + (<usize>i << 6) + k
            const d4 = side == 6 ? v128.load(at, 4 * 6 * 64) : f32x4.splat(0)
            const d5 = side == 6 ? v128.load(at, 5 * 6 * 64) : f32x4.splat(0)
            inputLine<F>(
              v128.load(at),
              v128.load(at + (side << 6)),
              v128.load(at + (side << 7)),
              v128.load(at + 3 * (side << 6)),
              d4,
              d5,
              tile + <usize>(i * side) * plane + k,
              plane,
            )
          }
        }
      }
    }
    to += <usize>run * pitch
    first += run
  }
}

/** The first pass: lines[column][i][channel] = Bᵀ·(a column of `side` rows). */
function inputColumns<F>(
  source: usize,
  height: i32,
  width: i32,
  pixel: usize,
  channels: i32,
  y: i32,
  x: i32,
  columns: i32,
  lines: usize,
): void {
  const side = <i32>offsetof<F>()
  const rowBytes = <usize>width * pixel
  const whole = channels & ~3
  let to = lines + 64
  for (let column = x; column < x + columns; column++, to += side << 6) {
    const at = source + <usize>column * pixel
    const inside = <u32>column < <u32>width
    let d0 = inside && <u32>y < <u32>height ? at + <usize>y * rowBytes : lines
    let d1 = inside && <u32>(y + 1) < <u32>height ? at + <usize>(y + 1) * rowBytes : lines
    let d2 = inside && <u32>(y + 2) < <u32>height ? at + <usize>(y + 2) * rowBytes : lines
    let d3 = inside && <u32>(y + 3) < <u32>height ? at + <usize>(y + 3) * rowBytes : lines
    let d4 = side == 6 && inside && <u32>(y + 4) < <u32>height ? at + <usize>(y + 4) * rowBytes : lines
    let d5 = side == 6 && inside && <u32>(y + 5) < <u32>height ? at + <usize>(y + 5) * rowBytes : lines
    let k = 0
    let next = to
    for (; k < whole; k += 4, next += 16) {
      inputLine<F>(v128.load(d0), v128.load(d1), v128.load(d2), v128.load(d3), v128.load(d4), v128.load(d5), next, 64)
      d0 += 16
      d1 += 16
      d2 += 16
      d3 += 16
      d4 += 16
      d5 += 16
    }
    if (k < channels) {
      const left = channels - k
      const v0 = loadPart(d0, left)
      const v1 = loadPart(d1, left)
      const v2 = loadPart(d2, left)
      const v3 = loadPart(d3, left)
      const v4 = loadPart(d4, left)
      const v5 = loadPart(d5, left)
      inputLine<F>(v0, v1, v2, v3, v4, v5, next, 64)
    }
  }
}

/** target[pixel] = max(floor, bias + Aᵀ·M·A) for tiles first … end and so many of a pixel's channels. */
export function transformOutput<F>(
  /** [plane][tile][channel] */
  from: usize,
  pitch: usize,
  plane: usize,
  channels: i32,
  /** A vector beyond the last channel may be read. */
  bias: usize,
  floor: f32,
  /** Address of the first wanted channel of grid position (0, 0) of image 0. */
  target: usize,
  height: i32,
  width: i32,
  pixel: usize,
  tilesY: i32,
  tilesX: i32,
  first: i32,
  end: i32,
  lines: usize,
): void {
  const side = <i32>offsetof<F>()
  const m = side - 2
  const least = f32x4.splat(floor)
  // [m][side] vectors, then a row of results that are not all wanted.
  const cut = lines + <usize>(m * side) * 16
  for (; first < end; first++, from += pitch) {
    const column = first % tilesX
    const row = (first / tilesX) % tilesY
    const image = first / tilesX / tilesY
    const rows = min(m, height - row * m)
    const columns = min(m, width - column * m)
    let to = target + <usize>((image * height + row * m) * width + column * m) * pixel
    let products = from
    let added = bias
    for (let left = channels; left > 0; left -= 4, to += 16, products += 16, added += 16) {
      let at = products
      for (let j = 0; j < side; j++, at += plane) {
        const next = <usize>side * plane
        const m1 = at + next
        const m2 = m1 + next
        const m3 = m2 + next
        const m4 = side == 6 ? m3 + next : at
        const m5 = side == 6 ? m4 + next : at
        outputLine<F>(
          v128.load(at),
          v128.load(m1),
          v128.load(m2),
          v128.load(m3),
          v128.load(m4),
          v128.load(m5),
          lines + (<usize>j << 4),
          side << 4,
        )
      }
      const plus = v128.load(added)
      let line = lines
      let result = to
      const whole = columns == m && left >= 4
      for (let i = 0; i < rows; i++, line += side << 4, result += <usize>width * pixel) {
        outputLineWith<F>(
          v128.load(line),
          v128.load(line, 16),
          v128.load(line, 32),
          v128.load(line, 48),
          side == 6 ? v128.load(line, 64) : plus,
          side == 6 ? v128.load(line, 80) : plus,
          plus,
          least,
          whole ? result : cut,
          whole ? pixel : 16,
        )
        if (!whole) {
          for (let j = 0; j < columns; j++) storePart(result + <usize>j * pixel, v128.load(cut + (<usize>j << 4)), left)
        }
      }
    }
  }
}

/** to[plane][panel][tile][8] = A·dY·Aᵀ for tiles first … end; columns of the last panel beyond `channels` are not all written. */
export function transformGradient<F>(
  /** Address of the first wanted channel of grid position (0, 0) of image 0. */
  source: usize,
  height: i32,
  width: i32,
  pixel: usize,
  channels: i32,
  tilesY: i32,
  tilesX: i32,
  first: i32,
  end: i32,
  to: usize,
  panel: usize,
  plane: usize,
  lines: usize,
): void {
  const side = <i32>offsetof<F>()
  const m = side - 2
  storeZeros(lines)
  const zeros = lines
  lines += 64
  for (; first < end; first++, to += 32) {
    const column = first % tilesX
    const row = (first / tilesX) % tilesY
    const image = first / tilesX / tilesY
    const rows = height - row * m
    const columns = width - column * m
    const from = source + <usize>((image * height + row * m) * width + column * m) * pixel
    const below = <usize>width * pixel
    for (let channel = 0; channel < channels; channel += 4) {
      const left = channels - channel
      let at = from + (<usize>channel << 2)
      for (let j = 0; j < m; j++, at += pixel) {
        const inside = j < columns
        const y0 = inside ? at : zeros
        const y1 = inside && rows > 1 ? at + below : zeros
        const y2 = m == 4 && inside && rows > 2 ? at + 2 * below : zeros
        const y3 = m == 4 && inside && rows > 3 ? at + 3 * below : zeros
        const line = lines + (<usize>j << 4)
        if (left >= 4) {
          gradientLine<F>(v128.load(y0), v128.load(y1), v128.load(y2), v128.load(y3), line, m << 4)
        } else {
          const v0 = loadPart(y0, left)
          const v1 = loadPart(y1, left)
          const v2 = loadPart(y2, left)
          const v3 = loadPart(y3, left)
          gradientLine<F>(v0, v1, v2, v3, line, m << 4)
        }
      }
      let line = lines
      let next = to + <usize>(channel >> 3) * panel + (<usize>(channel & 4) << 2)
      for (let i = 0; i < side; i++, line += m << 4, next += <usize>side * plane) {
        const y2 = m == 4 ? v128.load(line, 32) : f32x4.splat(0)
        const y3 = m == 4 ? v128.load(line, 48) : f32x4.splat(0)
        gradientLine<F>(v128.load(line), v128.load(line, 16), y2, y3, next, plane)
      }
    }
  }
}

/** target[tap] = Gᵀ·S·G for four neighbouring filters' values of one channel, `left` of them wanted. */
export function transformFilterGradient<F>(
  from: usize,
  plane: usize,
  target: usize,
  tap: usize,
  left: i32,
  lines: usize,
): void {
  const side = <i32>offsetof<F>()
  const next = <usize>side * plane
  for (let j = 0; j < side; j++, from += plane) {
    const m1 = from + next
    const m2 = m1 + next
    const m3 = m2 + next
    const m4 = side == 6 ? m3 + next : from
    const m5 = side == 6 ? m4 + next : from
    filterGradientLine<F>(
      v128.load(from),
      v128.load(m1),
      v128.load(m2),
      v128.load(m3),
      v128.load(m4),
      v128.load(m5),
      lines + (<usize>j << 4),
      side << 4,
    )
  }
  const cut = lines + <usize>(3 * side) * 16
  const whole = left >= 4
  for (let i = 0; i < 3; i++, lines += side << 4, target += 3 * tap) {
    filterGradientLine<F>(
      v128.load(lines),
      v128.load(lines, 16),
      v128.load(lines, 32),
      v128.load(lines, 48),
      side == 6 ? v128.load(lines, 64) : f32x4.splat(0),
      side == 6 ? v128.load(lines, 80) : f32x4.splat(0),
      whole ? target : cut,
      whole ? tap : 16,
    )
    if (!whole) {
      for (let j = 0; j < 3; j++) storePart(target + <usize>j * tap, v128.load(cut + (<usize>j << 4)), left)
    }
  }
}
