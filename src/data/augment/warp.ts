/**
 * Where a pixel of a moved picture comes from: one affine map for shift, window, rotation, size, shear and mirror together,
 * so that a picture is sampled once, whatever is done to it. Sampling is bilinear, between pixel centers.
 */
import { cosPi } from '../../core/math.ts'
import type { Volume } from '../../core/shapes.ts'
import type { Augmentation } from '../augmentation.ts'
import { drawBetween, drawInteger, drawLogarithmic } from '../draws.ts'
import { mirror, type Pixels } from './picture.ts'

/** The source of (x, y) is (a·x + b·y + c, d·x + e·y + f); pixel i reaches from i to i + 1. */
type Affine = readonly [a: number, b: number, c: number, d: number, e: number, f: number]

/** `first`, then `then`. */
function after(first: Affine, then: Affine): Affine {
  const [a, b, c, d, e, f] = first
  const [A, B, C, D, E, F] = then
  return [A * a + B * d, A * b + B * e, A * c + B * f + C, D * a + E * d, D * b + E * e, D * c + E * f + F]
}

/** Draws of each change; 0 to 4 are those of picture.ts. */
const draws = { rotate: 5, scale: 6, shear: 7, window: 40 } as const
const tries = 10

/** Whether the picture must be sampled: moving by whole pixels is faster by picture.ts. */
export const isWarped = ({ rotate = 0, scale = 0, shear = 0, resizedCrop = 0 }: Augmentation): boolean =>
  rotate > 0 || scale > 0 || shear > 0 || resizedCrop > 0

/** From the moved picture to the one it is made of. Order of the changes: crop, resized crop, rotate and the like, flip. */
export function sourceOf(volume: Volume, a: Augmentation, key: number, position: number, flip: boolean): Affine {
  const { height, width } = volume
  const { crop = 0, rotate = 0, scale = 0, shear = 0, resizedCrop = 0 } = a
  let map: Affine = flip ? [-1, 0, width, 0, 1, 0] : [1, 0, 0, 0, 1, 0]
  if (rotate > 0 || scale > 0 || shear > 0) {
    const turn = drawBetween(key, position, draws.rotate, -rotate, rotate) / 180
    const size = drawBetween(key, position, draws.scale, 1 - scale, 1 + scale)
    const lean = drawBetween(key, position, draws.shear, -shear, shear) / 180
    const [cos, sin] = [cosPi(turn) / size, cosPi(turn - 0.5) / size]
    const tan = cosPi(lean - 0.5) / cosPi(lean)
    const [cx, cy] = [width / 2, height / 2]
    // The inverses of turning and growing, then of leaning, about the center.
    const [m00, m01, m10, m11] = [cos + tan * sin, sin - tan * cos, -sin, cos]
    map = after(map, [m00, m01, cx - m00 * cx - m01 * cy, m10, m11, cy - m10 * cx - m11 * cy])
  }
  if (resizedCrop > 0) {
    const { top, left, ...window } = windowOf(volume, resizedCrop, key, position)
    map = after(map, [window.width / width, 0, left, 0, window.height / height, top])
  }
  if (crop === 0) return map
  const top = drawInteger(key, position, 1, 2 * crop + 1) - crop
  const left = drawInteger(key, position, 2, 2 * crop + 1) - crop
  return after(map, [1, 0, left, 0, 1, top])
}

/** Of at least this share of the area; torchvision's RandomResizedCrop, which takes the middle where ten tries do not fit. */
function windowOf({ height, width }: Volume, least: number, key: number, position: number) {
  for (let t = 0; t < tries; t++) {
    const draw = draws.window + 4 * t
    const area = height * width * drawBetween(key, position, draw, least, 1)
    const ratio = drawLogarithmic(key, position, draw + 1, 3 / 4, 4 / 3)
    const [w, h] = [Math.round(Math.sqrt(area * ratio)), Math.round(Math.sqrt(area / ratio))]
    if (w < 1 || h < 1 || w > width || h > height) continue
    const top = drawInteger(key, position, draw + 2, height - h + 1)
    return { top, left: drawInteger(key, position, draw + 3, width - w + 1), height: h, width: w }
  }
  const ratio = width / height
  const w = ratio > 4 / 3 ? Math.round((height * 4) / 3) : width
  const h = ratio < 3 / 4 ? Math.round((width * 4) / 3) : height
  return { top: Math.round((height - h) / 2), left: Math.round((width - w) / 2), height: h, width: w }
}

/**
 * Samples a picture of `pixels` whose first byte is `from`.
 *
 * @param outside [channels]: what lies around the picture; undefined: the picture, mirrored
 * @param out [height, width, channels], 0..255, not rounded
 */
export function sample(
  pixels: Pixels,
  from: number,
  [a, b, c, d, e, f]: Affine,
  outside: Float64Array | undefined,
  out: Float32Array,
): void {
  const { images, height, width, channels } = pixels
  const row = width * channels
  for (let y = 0, at = 0; y < height; y++) {
    const startX = b * (y + 0.5) + c - 0.5
    const startY = e * (y + 0.5) + f - 0.5
    for (let x = 0; x < width; x++, at += channels) {
      const sourceX = a * (x + 0.5) + startX
      const sourceY = d * (x + 0.5) + startY
      const x0 = Math.floor(sourceX)
      const y0 = Math.floor(sourceY)
      if (!(x0 >= 0 && y0 >= 0 && x0 + 1 < width && y0 + 1 < height)) {
        sampleEdge(pixels, from, sourceY, sourceX, outside, out, at)
        continue
      }
      // The weights of four pixels: this one, the one to its right, the one below, and the one below that.
      const right = sourceX - x0
      const low = sourceY - y0
      const both = right * low
      const w00 = 1 - right - low + both
      const w01 = right - both
      const w10 = low - both
      let p = from + y0 * row + x0 * channels
      for (let k = at; k < at + channels; k++, p++)
        out[k] =
          w00 * (images[p] as number) +
          w01 * (images[p + channels] as number) +
          w10 * (images[p + row] as number) +
          both * (images[p + row + channels] as number)
    }
  }
}

/** A pixel whose neighbors are not all in the picture. */
function sampleEdge(
  { images, height, width, channels }: Pixels,
  from: number,
  sourceY: number,
  sourceX: number,
  outside: Float64Array | undefined,
  out: Float32Array,
  at: number,
): void {
  const [x0, y0] = [Math.floor(sourceX), Math.floor(sourceY)]
  const [right, low] = [sourceX - x0, sourceY - y0]
  const isFar = x0 < -1 || y0 < -1 || x0 >= width || y0 >= height
  for (let k = 0; k < channels; k++) {
    const around = outside === undefined ? 0 : (outside[k] as number)
    if (isFar && outside !== undefined) {
      out[at + k] = around
      continue
    }
    let sum = 0
    for (let tap = 0; tap < 4; tap++) {
      const [ty, tx] = [y0 + (tap >> 1), x0 + (tap & 1)]
      const weight = (tap & 1 ? right : 1 - right) * (tap >> 1 ? low : 1 - low)
      const isInside = tx >= 0 && ty >= 0 && tx < width && ty < height
      const place = isInside ? ty * width + tx : fold(ty, height) * width + fold(tx, width)
      const value = isInside || outside === undefined ? (images[from + place * channels + k] as number) : around
      // A weight of 0 times any value is 0.
      sum += weight * value
    }
    out[at + k] = sum
  }
}

/** Mirrored at the edges as often as it takes. */
function fold(index: number, size: number): number {
  if (size === 1) return 0
  const period = 2 * size - 2
  return mirror(((index % period) + period) % period, size)
}
