/** Maps of what matters in an image as pictures: alone, and laid over the image. */

import { ArgumentError } from '../../core/errors.ts'
import { printShape, type Shape, sizeOf } from '../../core/shapes.ts'
import { upscale } from '../../core/upscale.ts'
import type { Rgb } from '../colors.ts'
import type { Picture } from '../png.ts'
import { heat, signed } from './colors.ts'

/** A map of one image: [height, width] or [height, width, channels]. */
export interface ImageMap {
  readonly shape: Shape
  readonly data: ArrayLike<number>
}

/** The values that get the strongest color: a few outliers would leave the rest dark. */
const brightest = 0.995

/** Maps whose values have a sign that means something (gradient × input) in blue and red, others by magnitude. */
export interface MapPictureOptions {
  readonly signed?: boolean
}

/**
 * One value for each pixel: with a sign, the sum over the channels; otherwise the largest magnitude (Simonyan et al. 2014).
 * [height, width]
 */
export function perPixel({ shape, data }: ImageMap, options: MapPictureOptions = {}): Float64Array {
  const [height = 0, width = 0, channels = 1] = shape
  checkMap({ shape, data })
  return Float64Array.from({ length: height * width }, (_, pixel) => {
    let value = 0
    for (let c = 0; c < channels; c++) {
      const each = data[pixel * channels + c] as number
      value = options.signed === true ? value + each : channels === 1 ? each : Math.max(value, Math.abs(each))
    }
    return value
  })
}

/** The map alone; the same value everywhere is black, or white for maps with a sign. */
export function mapPicture(map: ImageMap, options: MapPictureOptions = {}): Picture {
  const shares = sharesOf(perPixel(map, options))
  const [height = 0, width = 0] = map.shape
  const color = options.signed === true ? signed : heat
  const pixels = new Uint8Array(4 * height * width)
  shares.forEach((share, pixel) => {
    pixels.set([...color(share), 255], 4 * pixel)
  })
  return { width, height, pixels }
}

/**
 * The map over the image, whose colors become gray: the stronger a value, the more its color covers. A map of another size is
 * scaled bilinearly.
 */
export function mapOverlay(image: Picture, map: ImageMap, options: MapPictureOptions = {}): Picture {
  const [height = 0, width = 0] = map.shape
  const values = perPixel(map, options)
  const isSameSize = height === image.height && width === image.width
  const shares = sharesOf(isSameSize ? values : upscale(values, { height, width }, image))
  const pixels = new Uint8Array(image.pixels.length)
  shares.forEach((share, pixel) => {
    const [r = 0, g = 0, b = 0] = image.pixels.subarray(4 * pixel, 4 * pixel + 3)
    // Luma (ITU-R BT.601), lightened so that the colors of the map stand out.
    const gray = 0.75 * (0.299 * r + 0.587 * g + 0.114 * b) + 40
    const cover = Math.abs(share) ** (options.signed === true ? 1 : 0.7) * 0.85
    const color: Rgb = options.signed === true ? signed(Math.sign(share)) : heat(0.35 + 0.65 * share)
    pixels.set([...color.map((value) => Math.round((1 - cover) * gray + cover * value)), 255], 4 * pixel)
  })
  return { width: image.width, height: image.height, pixels }
}

/**
 * A map of three channels in the colors of the image, as guided backpropagation and deconvnets are shown: middle gray is 0
 * (Springenberg et al. 2015). A map of another number of channels is shown by its largest magnitudes.
 *
 * @param channelOffset channel c of the image is channel |offset − c| of the map, as `channelOffset` of a normalization says
 */
export function gradientPicture(map: ImageMap, channelOffset = 0): Picture {
  checkMap(map)
  const [height = 0, width = 0, channels = 1] = map.shape
  if (channels !== 3) return mapPicture(map)
  const largest = quantile(Float64Array.from(map.data, Math.abs), brightest)
  const pixels = new Uint8Array(4 * height * width)
  for (let pixel = 0; pixel < height * width; pixel++) {
    for (let c = 0; c < 3; c++) {
      const value = map.data[3 * pixel + Math.abs(channelOffset - c)] as number
      pixels[4 * pixel + c] = Math.round(
        Math.min(255, Math.max(0, 127.5 + (largest > 0 ? (127.5 * value) / largest : 0))),
      )
    }
    pixels[4 * pixel + 3] = 255
  }
  return { width, height, pixels }
}

/** Values to −1…1, by the magnitude that few exceed. */
function sharesOf(values: ArrayLike<number>): Float64Array {
  const largest = quantile(Float64Array.from(values, Math.abs), brightest)
  return Float64Array.from(values, (value) => (largest > 0 ? Math.max(-1, Math.min(1, value / largest)) : 0))
}

/** Of magnitudes; the largest where that share of them is 0. */
function quantile(magnitudes: Float64Array, share: number): number {
  const sorted = magnitudes.toSorted()
  const found = sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0
  return found > 0 ? found : (sorted.at(-1) ?? 0)
}

/** Throws `ArgumentError` for values that are not those of the shape. */
function checkMap({ shape, data }: ImageMap): void {
  if ((shape.length === 2 || shape.length === 3) && sizeOf(shape) === data.length) return
  throw new ArgumentError('this is no map of one image', {
    received: `${data.length} values of shape ${printShape(shape)}`,
    expected: '[height, width] or [height, width, channels]',
    advice: 'of the maps of several images, pass the part of one',
  })
}
