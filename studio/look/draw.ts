/** Values and images as pixels. */

import type { Volume } from 'lenslet/core'
import { upscale } from 'lenslet/insight'
import type { Rgb } from 'lenslet/inspect'
import { colorOf, type Scale, type Theme } from './colors.ts'

export interface Pixels {
  readonly width: number
  readonly height: number
  /** Red, green, blue, alpha. */
  readonly data: Uint8ClampedArray<ArrayBuffer>
}

function pixelsOf(width: number, height: number, color: (pixel: number) => readonly [...Rgb, number?]): Pixels {
  const data = new Uint8ClampedArray(4 * width * height)
  for (let pixel = 0; pixel < width * height; pixel++) {
    const [red, green, blue, alpha = 255] = color(pixel)
    data.set([red, green, blue, alpha], 4 * pixel)
  }
  return { width, height, data }
}

/** A map of values in colours. */
export function mapPixels(
  { rows, columns, values }: { readonly rows: number; readonly columns: number; readonly values: ArrayLike<number> },
  scale: Scale,
  theme: Theme,
): Pixels {
  return pixelsOf(columns, rows, (pixel) => colorOf(values[pixel] as number, scale, theme))
}

/** An image as it is: its first three channels as colours, otherwise the first as gray. */
export function imagePixels(bytes: Uint8Array, { height, width, channels }: Volume): Pixels {
  const at = (pixel: number, channel: number) => bytes[pixel * channels + (channels < 3 ? 0 : channel)] as number
  return pixelsOf(width, height, (pixel) => [at(pixel, 0), at(pixel, 1), at(pixel, 2)])
}

/** Three channels of a filter as colours: each −largest to largest, gray is 0. */
export function colorPixels(
  values: ArrayLike<number>,
  side: readonly [rows: number, columns: number],
  from: number,
  largest: number,
  bgr: boolean,
): Pixels {
  const area = side[0] * side[1]
  const at = (channel: number, tap: number) =>
    127.5 + (127.5 * (values[from + channel * area + tap] as number)) / (largest || 1)
  const [first, last] = bgr ? [2, 0] : [0, 2]
  return pixelsOf(side[1], side[0], (tap) => [at(first, tap), at(1, tap), at(last, tap)])
}

/** The channels of a filter side by side, with a gap between them. */
export function rowPixels(
  values: ArrayLike<number>,
  [rows, columns]: readonly [rows: number, columns: number],
  channels: number,
  scale: Scale,
  theme: Theme,
): Pixels {
  const gap = rows * columns === 1 ? 0 : 1
  const width = channels * (columns + gap) - gap
  return pixelsOf(width, rows, (pixel) => {
    const [row, at] = [Math.floor(pixel / width), pixel % width]
    const [channel, column] = [Math.floor(at / (columns + gap)), at % (columns + gap)]
    if (column === columns) return [0, 0, 0, 0]
    return colorOf(values[(channel * rows + row) * columns + column] as number, scale, theme)
  })
}

/** A map of the image with one value for each pixel: of several channels the largest magnitude, or with a sign their sum. */
export function perPixel(map: ArrayLike<number>, shape: readonly number[], signed: boolean): Float32Array {
  const [height = 1, width = 1, channels = 1] = shape
  return Float32Array.from({ length: height * width }, (_, pixel) => {
    let value = 0
    for (let channel = 0; channel < channels; channel++) {
      const each = map[pixel * channels + channel] as number
      value = signed ? value + each : channels === 1 ? each : Math.max(value, Math.abs(each))
    }
    return value
  })
}

/** A map of three channels in colours: middle gray is 0 (Springenberg et al. 2015). */
export function colorMapPixels(
  map: ArrayLike<number>,
  [rows, columns]: readonly [rows: number, columns: number],
  largest: number,
  bgr: boolean,
): Pixels {
  const at = (pixel: number, channel: number) => 127.5 + (127.5 * (map[3 * pixel + channel] as number)) / (largest || 1)
  const [first, last] = bgr ? [2, 0] : [0, 2]
  return pixelsOf(columns, rows, (pixel) => [at(pixel, first), at(pixel, 1), at(pixel, last)])
}

/** A map over the image in gray: the stronger a value, the more its colour covers. */
export function overlayPixels(
  image: Pixels,
  map: Float32Array,
  shape: readonly number[],
  scale: Scale,
  theme: Theme,
): Pixels {
  const [height = 1, width = 1] = shape
  const isSame = height === image.height && width === image.width
  const values = isSame ? map : upscale(map, { height, width }, image)
  return pixelsOf(image.width, image.height, (pixel) => {
    const value = values[pixel] as number
    const [red = 0, green = 0, blue = 0] = image.data.subarray(4 * pixel, 4 * pixel + 3)
    // Luma (ITU-R BT.601), lightened so that the colours of the map stand out.
    const gray = 0.7 * (0.299 * red + 0.587 * green + 0.114 * blue) + 45
    const cover = Math.min(1, Math.abs(value) / (scale.end || 1)) ** 0.8 * 0.85
    const color = colorOf(value, scale, theme)
    return color.map((part) => (1 - cover) * gray + cover * part) as unknown as Rgb
  })
}

/** The magnitude that few exceed: a few outliers would leave the rest pale. */
export function usualEnd(values: Float32Array, share = 0.995): number {
  const sorted = values.map(Math.abs).filter(Number.isFinite).sort()
  const found = sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0
  return found > 0 ? found : (sorted.at(-1) ?? 0)
}

/** Draws pixels as they are; the style enlarges them. */
export function paint(canvas: HTMLCanvasElement, { width, height, data }: Pixels): void {
  canvas.width = width
  canvas.height = height
  canvas.getContext('2d')?.putImageData(new ImageData(data, width, height), 0, 0)
}
