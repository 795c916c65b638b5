/**
 * From a decoded photo to what a network wants, the same on every platform: scaling, the part that is kept, and how color
 * becomes the channels of a network. The platforms only decode.
 */
import { loadPart } from '../backends/parts.ts'
import { ArgumentError } from '../core/errors.ts'
import type { Volume } from '../core/shapes.ts'
import { centered, type Preprocessing, scaledSides } from './preprocessing.ts'
import type { Rows } from './resample.ts'

/** `cover`: keep the aspect and cut the overhang off the longer sides; `stretch`: fill the size, whatever the aspect. */
export type Fit = 'cover' | 'stretch'

/** The picture that a network wants. */
export interface PictureSize extends Volume {
  /** In place of what `preprocessing` says about scaling. */
  readonly fit?: Fit | undefined
  /** Of the model: `model.info.preprocessing`. Default: `cover`, bilinear. */
  readonly preprocessing?: Preprocessing | undefined
}

/**
 * A photo as a network wants it: scaled, cropped or padded, in 1 or 3 channels.
 *
 * @returns [height, width, channels], and whether it is in color, also where it becomes gray
 */
export async function prepare(
  photo: Rows,
  size: PictureSize,
): Promise<{ readonly pixels: Uint8Array; readonly colored: boolean }> {
  const { height, width, channels, fit, preprocessing = {} } = size
  const { resize = { kind: 'cover' }, interpolation = 'bilinear', fill } = preprocessing
  const to = scaledSides(photo, size, fit === undefined ? resize : { kind: fit === 'stretch' ? 'both' : fit })
  const [top, left] = [centered(to.height, height), centered(to.width, width)]
  const window = {
    top: Math.max(0, top),
    left: Math.max(0, left),
    height: Math.min(height, to.height),
    width: Math.min(width, to.width),
  }
  const { resample } = await loadResample()
  const part = resample(photo, to, window, interpolation)
  const step = photo.step === 1 ? 1 : 3
  const colored = step === 3 && isColored(part)
  const pixels = toChannels(part, step, channels)
  if (pixels.length === height * width * channels) return { pixels, colored }
  const color = toChannels(Uint8Array.from(fill ?? [0, 0, 0]), 3, channels)
  const padded = new Uint8Array(height * width * channels).map((_, i) => color[i % channels] as number)
  const row = window.width * channels
  for (let y = 0; y < window.height; y++)
    padded.set(
      pixels.subarray(y * row, (y + 1) * row),
      ((y + Math.max(0, -top)) * width + Math.max(0, -left)) * channels,
    )
  return { pixels: padded, colored }
}

/** Scaling is a part that pages load when they need it. */
export const loadResample = () => loadPart('lenslet.images.js', () => import('./resample.ts'))

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
 * Luma of Rec. 601 in the fixed-point form that Pillow's `convert('L')` uses: (0.299, 0.587, 0.114) × 2¹⁶, summing to
 * exactly 2¹⁶, so that a gray picture stays what it is.
 *
 * @param pixels [pixels, step]: gray, or red, green, blue
 * @returns [pixels, channels]
 */
function toChannels(pixels: Uint8Array | Uint8ClampedArray, step: 1 | 3, channels: number): Uint8Array {
  if (step === channels) return new Uint8Array(pixels.buffer, pixels.byteOffset, pixels.length)
  const out = new Uint8Array((pixels.length / step) * channels)
  if (step === 1) for (let i = 0; i < out.length; i++) out[i] = pixels[Math.floor(i / 3)] as number
  else
    for (let p = 0; p < out.length; p++) {
      const red = pixels[3 * p] as number
      const green = pixels[3 * p + 1] as number
      const blue = pixels[3 * p + 2] as number
      out[p] = (red * 19595 + green * 38470 + blue * 7471 + 0x8000) >> 16
    }
  return out
}

/** Gray pictures saved in color come back from a JPEG with channels that differ by rounding; more than this is color. */
const grayTolerance = 8

/**
 * Whether any pixel is in color.
 *
 * @param pixels [pixels, 3]
 */
function isColored(pixels: Uint8Array | Uint8ClampedArray): boolean {
  for (let at = 0; at < pixels.length; at += 3) {
    const red = pixels[at] as number
    const green = pixels[at + 1] as number
    const blue = pixels[at + 2] as number
    if (Math.max(red, green, blue) - Math.min(red, green, blue) > grayTolerance) return true
  }
  return false
}
