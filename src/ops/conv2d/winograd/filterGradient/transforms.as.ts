/** The transforms of Winograd's filter gradient in two dimensions; see ../transforms.as.ts. */

import { copyValues, zeroValues } from '../../../kernel/copy.as.ts'
import { LANES, STEP } from '../../../kernel/steps.as.ts'
import { N0, NP, NQ, P, PP, Q, QQ } from '../lines.as.ts'
import { padded, PADDING_BYTES } from '../transforms.as.ts'
import { filterGradientLine, gradientLine } from './lines.as.ts'

/** to[plane][panel][tile][8] = A·dY·Aᵀ for tiles first … end; a last panel's columns beyond `channels` are not all written. */
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
  /** PADDING_BYTES, then [side][m] × STEP */
  scratch: usize,
): void {
  const side = <usize>offsetof<F>()
  const m = <i32>side - 2
  const line = <usize>m * STEP
  const pp = f32x4.splat(PP)
  const qq = f32x4.splat(QQ)
  const p = f32x4.splat(P)
  const q = f32x4.splat(Q)
  const below = <usize>width * pixel
  const zeros = scratch
  const part = scratch + 64
  const lines = scratch + PADDING_BYTES
  zeroValues(zeros, 16)
  for (; first < end; first++, to += 32) {
    const column = first % tilesX
    const row = (first / tilesX) % tilesY
    const image = first / tilesX / tilesY
    const rows = height - row * m
    const columns = width - column * m
    const from = source + <usize>((image * height + row * m) * width + column * m) * pixel
    for (let channel = 0; channel < channels; channel += LANES) {
      const left = channels - channel
      let at = from + (<usize>channel << 2)
      let l = lines
      for (let j = 0; j < m; j++) {
        const inside = j < columns
        let y0 = inside ? at : zeros
        let y1 = inside && rows > 1 ? at + below : zeros
        let y2 = m == 4 && inside && rows > 2 ? at + 2 * below : zeros
        let y3 = m == 4 && inside && rows > 3 ? at + 3 * below : zeros
        if (left < LANES) {
          y0 = padded(y0, left, part)
          y1 = padded(y1, left, part + 32)
          y2 = padded(y2, left, part + 64)
          y3 = padded(y3, left, part + 96)
        }
        gradientLine<F>(y0, y1, y2, y3, pp, qq, p, q, l, line)
        l += STEP
        at += pixel
      }
      let next = to + <usize>(channel >> 3) * panel + (<usize>(channel & 4) << 2)
      l = lines
      for (let i: usize = 0; i < side; i++) {
        gradientLine<F>(l, l + STEP, l + 2 * STEP, l + 3 * STEP, pp, qq, p, q, next, plane)
        l += line
        next += side * plane
      }
    }
  }
}

/** target[tap] = Gᵀ·S·G for neighbouring filters' values of one channel, `left` of them wanted (at most LANES are taken). */
export function transformFilterGradient<F>(
  from: usize,
  plane: usize,
  target: usize,
  tap: usize,
  left: i32,
  /** [4][side] × STEP */
  lines: usize,
): void {
  const side = <usize>offsetof<F>()
  const next = side * plane
  const line = side * STEP
  const pp = f32x4.splat(PP)
  const qq = f32x4.splat(QQ)
  const p = f32x4.splat(P)
  const q = f32x4.splat(Q)
  const n0 = f32x4.splat(N0)
  const nP = f32x4.splat(NP)
  const nQ = f32x4.splat(NQ)
  const lastLine = lines + line
  for (let j = lines; j < lastLine; j += STEP) {
    const m2 = from + 2 * next
    filterGradientLine<F>(from, from + next, m2, m2 + next, m2 + 2 * next, m2 + 3 * next, pp, qq, p, q, n0, nP, nQ, j, line)
    from += plane
  }
  const cut = lines + 3 * line
  const whole = left >= LANES
  let l = lines
  for (let i = 0; i < 3; i++) {
    const out = whole ? target : cut
    const step = whole ? tap : STEP
    filterGradientLine<F>(l, l + STEP, l + 2 * STEP, l + 3 * STEP, l + 4 * STEP, l + 5 * STEP, pp, qq, p, q, n0, nP, nQ, out, step)
    if (!whole) {
      for (let j = 0; j < 3; j++) copyValues(target + <usize>j * tap, cut + <usize>j * STEP, left)
    }
    l += line
    target += 3 * tap
  }
}
