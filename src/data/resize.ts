/**
 * What decoding means on every platform: which part of a picture is kept, how transparency and color become the
 * channels of a network. The platforms only decode and scale.
 */
import { ArgumentError } from '../core/errors.ts'
import type { Volume } from '../core/shapes.ts'

/** `cover`: keep the aspect and cut the overhang off the longer sides; `stretch`: fill the size, whatever the aspect. */
export type Fit = 'cover' | 'stretch'

/** The picture that a network wants. */
export interface PictureSize extends Volume {
  /** Default: `cover`. */
  readonly fit?: Fit
}

/** Transparent parts are seen on white, as on a page. */
export const background = 'white'

/** @throws {ArgumentError} sides that are no whole number, or channels other than 1 and 3 */
export function checkPictureSize({ height, width, channels }: PictureSize): void {
  const good = [height, width].every((side) => Number.isInteger(side) && side >= 1 && side <= 16384)
  if (!good || (channels !== 1 && channels !== 3))
    throw new ArgumentError('images cannot be brought to this size', {
      received: `${height}×${width}×${channels}`,
      expected: 'sides from 1 to 16,384 and 1 (grey) or 3 (red, green, blue) channels',
    })
}

/**
 * Luma of Rec. 601 in the fixed-point form that PIL's `convert('L')` uses: (0.299, 0.587, 0.114) × 2¹⁶, summing to
 * exactly 2¹⁶, so that a grey picture stays what it is.
 *
 * @param pixels [pixels, step], red, green, blue first
 * @param step values a pixel: 3, or 4 with alpha
 */
export function toChannels(pixels: Uint8Array | Uint8ClampedArray, step: 3 | 4, channels: number): Uint8Array {
  const count = pixels.length / step
  const out = new Uint8Array(count * channels)
  for (let p = 0, at = 0; p < count; p++, at += step) {
    const red = pixels[at] as number
    const green = pixels[at + 1] as number
    const blue = pixels[at + 2] as number
    if (channels === 1) out[p] = (red * 19595 + green * 38470 + blue * 7471 + 0x8000) >> 16
    else {
      out[3 * p] = red
      out[3 * p + 1] = green
      out[3 * p + 2] = blue
    }
  }
  return out
}

/** Gray pictures saved in color come back from a JPEG with channels that differ by rounding; more than this is color. */
const grayTolerance = 8

/**
 * Whether any pixel is in color.
 *
 * @param pixels [pixels, step], red, green, blue first
 */
export function isColored(pixels: Uint8Array | Uint8ClampedArray, step: 3 | 4): boolean {
  for (let at = 0; at < pixels.length; at += step) {
    const red = pixels[at] as number
    const green = pixels[at + 1] as number
    const blue = pixels[at + 2] as number
    if (Math.max(red, green, blue) - Math.min(red, green, blue) > grayTolerance) return true
  }
  return false
}
