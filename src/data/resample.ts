/**
 * Scales images as Pillow does (libImaging/Resample.c): the same bytes, in Node and in a page. Each axis on its own, first
 * across, then down, with bytes between; the support of the filter grows when an image shrinks (antialiasing); weights are
 * normalized and rounded to fixed point, so there is no floating-point sum whose order could matter.
 */

import type { Interpolation } from './interpolation.ts'

interface Filter {
  /** Half of its width, at scale 1. */
  readonly support: number
  weight(x: number): number
}

/** Keys' cubic (1981) with a = −1/2. */
const cubic = -0.5
const sinc = (x: number) => (x === 0 ? 1 : Math.sin(x * Math.PI) / (x * Math.PI))

const filters: Readonly<Record<Exclude<Interpolation, 'nearest'>, Filter>> = {
  box: { support: 0.5, weight: (x) => (x > -0.5 && x <= 0.5 ? 1 : 0) },
  bilinear: { support: 1, weight: (x) => Math.max(0, 1 - Math.abs(x)) },
  bicubic: {
    support: 2,
    weight(value) {
      const x = Math.abs(value)
      if (x < 1) return ((cubic + 2) * x - (cubic + 3)) * x * x + 1
      return x < 2 ? (((x - 5) * x + 8) * x - 4) * cubic : 0
    },
  },
  lanczos: { support: 3, weight: (x) => (x >= -3 && x < 3 ? sinc(x) * sinc(x / 3) : 0) },
}

/** Fraction bits of weights: 8 of 32 are the byte's, 2 are room for weights whose sum goes beyond 1 on the way. */
const fraction = 32 - 8 - 2
const half = 1 << (fraction - 1)

/** How the pixels of one axis are made of those of the source. */
interface Axis {
  /** [pixels]: the first source pixel. */
  readonly first: Int32Array
  /** [pixels]: how many there are. */
  readonly count: Int32Array
  /** [pixels, most] */
  readonly weights: Int32Array
  readonly most: number
}

/** Of `from` pixels scaled to `to`, those from `start`, `length` of them. */
function axisOf(from: number, to: number, start: number, length: number, interpolation: Interpolation): Axis {
  const scale = from / to
  const first = new Int32Array(length)
  const count = new Int32Array(length).fill(1)
  if (interpolation === 'nearest') {
    const weights = new Int32Array(length).fill(1 << fraction)
    for (let i = 0; i < length; i++) first[i] = Math.min(from - 1, Math.floor((start + i + 0.5) * scale))
    return { first, count, weights, most: 1 }
  }
  const { support, weight } = filters[interpolation]
  const stretch = Math.max(scale, 1)
  const reach = support * stretch
  const most = 2 * Math.ceil(reach) + 1
  const weights = new Int32Array(length * most)
  const exact = new Float64Array(most)
  for (let i = 0; i < length; i++) {
    const center = (start + i + 0.5) * scale
    const low = Math.max(0, Math.trunc(center - reach + 0.5))
    const n = Math.min(from, Math.trunc(center + reach + 0.5)) - low
    let sum = 0
    for (let k = 0; k < n; k++) {
      exact[k] = weight((k + low - center + 0.5) * (1 / stretch))
      sum += exact[k] as number
    }
    for (let k = 0; k < n; k++) {
      const value = ((exact[k] as number) / sum) * (1 << fraction)
      weights[i * most + k] = Math.trunc(value < 0 ? value - 0.5 : value + 0.5)
    }
    first[i] = low
    count[i] = n
  }
  return { first, count, weights, most }
}

/** An image whose rows are read in order, some at a time, so that a page need not hold all of them twice. */
export interface Rows {
  readonly height: number
  readonly width: number
  /** Values a pixel: 1, 3, or 4 of which the last is not looked at. */
  readonly step: 1 | 3 | 4
  /** How many rows `read` gives at once, at most. */
  readonly atOnce: number
  /** [rows, width, step] */
  read(first: number, rows: number): Uint8Array | Uint8ClampedArray
}

/** A part of the scaled image. */
export interface Window {
  readonly top: number
  readonly left: number
  readonly height: number
  readonly width: number
}

/**
 * A window of an image that is scaled to `to`; only what it needs is computed.
 *
 * @returns [window.height, window.width, 1 or 3]
 */
export function resample(
  source: Rows,
  to: { readonly height: number; readonly width: number },
  window: Window,
  interpolation: Interpolation,
): Uint8ClampedArray {
  const channels = source.step === 1 ? 1 : 3
  const across = axisOf(source.width, to.width, window.left, window.width, interpolation)
  const down = axisOf(source.height, to.height, window.top, window.height, interpolation)
  const top = down.first[0] as number
  const bottom = (down.first.at(-1) as number) + (down.count.at(-1) as number)
  const row = window.width * channels
  const narrow = new Uint8ClampedArray((bottom - top) * row)
  for (let y = top; y < bottom; y += source.atOnce) {
    const rows = Math.min(source.atOnce, bottom - y)
    const pixels = source.read(y, rows)
    for (let r = 0; r < rows; r++)
      scaleAcross(pixels, r * source.width * source.step, source.step, across, narrow, (y - top + r) * row)
  }
  return scaleDown(narrow, row, top, down)
}

/** One row. Stores to `out` round nothing and clamp: what overshoots (bicubic, lanczos) ends at 0 or 255. */
function scaleAcross(
  pixels: Uint8Array | Uint8ClampedArray,
  from: number,
  step: number,
  { first, count, weights, most }: Axis,
  out: Uint8ClampedArray,
  to: number,
): void {
  let o = to
  for (let x = 0; x < first.length; x++) {
    let at = from + (first[x] as number) * step
    const begin = x * most
    const end = begin + (count[x] as number)
    let a = half
    if (step === 1) {
      for (let k = begin; k < end; k++) a += Math.imul(weights[k] as number, pixels[at++] as number)
      out[o++] = a >> fraction
      continue
    }
    let b = half
    let c = half
    for (let k = begin; k < end; k++, at += step) {
      const weight = weights[k] as number
      a = (a + Math.imul(weight, pixels[at] as number)) | 0
      b = (b + Math.imul(weight, pixels[at + 1] as number)) | 0
      c = (c + Math.imul(weight, pixels[at + 2] as number)) | 0
    }
    out[o] = a >> fraction
    out[o + 1] = b >> fraction
    out[o + 2] = c >> fraction
    o += 3
  }
}

/** All rows: [rows, row] from source row `top` to [pixels, row]. */
function scaleDown(narrow: Uint8ClampedArray, row: number, top: number, axis: Axis): Uint8ClampedArray {
  const { first, count, weights, most } = axis
  const out = new Uint8ClampedArray(first.length * row)
  const sums = new Int32Array(row)
  for (let y = 0; y < first.length; y++) {
    sums.fill(half)
    for (let k = 0; k < (count[y] as number); k++) {
      const weight = weights[y * most + k] as number
      const from = ((first[y] as number) - top + k) * row
      for (let x = 0; x < row; x++) sums[x] = (sums[x] as number) + Math.imul(weight, narrow[from + x] as number)
    }
    for (let x = 0; x < row; x++) out[y * row + x] = (sums[x] as number) >> fraction
  }
  return out
}
