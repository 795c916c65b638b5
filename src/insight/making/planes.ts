/** Images of numbers, [height, width, channels]: shifted in a circle, blurred, scaled, kept in range. */

import { upscale } from '../../core/upscale.ts'
import { channelOffset, type Normalization } from '../../data/normalization.ts'

export interface Size {
  readonly height: number
  readonly width: number
}

/** Moves down and right; what leaves at one side comes in at the other. */
export function shifted(values: Float32Array, { height, width }: Size, down: number, right: number): Float32Array {
  const channels = values.length / (height * width)
  const moved = new Float32Array(values.length)
  for (let y = 0; y < height; y++) {
    const to = ((((y + down) % height) + height) % height) * width
    for (let x = 0; x < width; x++) {
      const at = (to + ((((x + right) % width) + width) % width)) * channels
      const from = (y * width + x) * channels
      for (let c = 0; c < channels; c++) moved[at + c] = values[from + c] as number
    }
  }
  return moved
}

/** By a Gaussian of this standard deviation in pixels, cut off at three; the border is repeated. */
export function blurred(values: Float32Array, { height, width }: Size, deviation: number): Float32Array {
  const reach = Math.ceil(3 * deviation)
  const raw = Array.from({ length: 2 * reach + 1 }, (_, i) =>
    Math.exp(-((i - reach) ** 2) / (2 * deviation * deviation)),
  )
  const sum = raw.reduce((total, weight) => total + weight, 0)
  const weights = raw.map((weight) => weight / sum)
  const channels = values.length / (height * width)
  const along = (from: Float32Array, step: number, length: number, place: (index: number) => number) =>
    from.map((_, index) => {
      const at = place(index)
      return weights.reduce((total, weight, k) => {
        const other = Math.min(length - 1, Math.max(0, at + k - reach))
        return total + weight * (from[index + (other - at) * step] as number)
      }, 0)
    })
  const across = along(values, channels, width, (index) => Math.floor(index / channels) % width)
  return along(across, channels * width, height, (index) => Math.floor(index / (channels * width)))
}

/** Bilinearly. */
export function scaled(values: Float32Array, from: Size, to: Size): Float32Array {
  if (from.height === to.height && from.width === to.width) return values.slice()
  const channels = values.length / (from.height * from.width)
  const result = new Float32Array(to.height * to.width * channels)
  for (let c = 0; c < channels; c++) {
    const plane = Float32Array.from({ length: from.height * from.width }, (_, p) => values[p * channels + c] as number)
    upscale(plane, from, to).forEach((value, p) => {
      result[p * channels + c] = value
    })
  }
  return result
}

/** What a model without a normalization takes: values from −1 to 1. */
export const usualNormalization = (channels: number): Normalization => ({
  mean: Array.from({ length: channels }, () => 0.5),
  std: Array.from({ length: channels }, () => 0.5),
})

/** Cuts values to those that a byte can stand for, in place. */
export function keepInRange(values: Float32Array, { mean, std }: Normalization): void {
  for (let i = 0; i < values.length; i++) {
    const c = i % mean.length
    const [least, most] = [-(mean[c] as number) / (std[c] as number), (1 - (mean[c] as number)) / (std[c] as number)]
    values[i] = Math.max(least, Math.min(most, values[i] as number))
  }
}

/**
 * Normalized values [h, w, c] as the bytes of an image, 0..255, in the image's order of colors: the inverse of
 * `normalizePictures`. Without a normalization, values are taken to be from −1 to 1.
 */
export function imageBytes(values: Float32Array, channels: number, given?: Normalization): Uint8Array {
  const normalization = given ?? usualNormalization(channels)
  const { mean, std } = normalization
  const offset = channelOffset(normalization)
  return Uint8Array.from(values, (_, index) => {
    const c = index % channels
    const from = Math.abs(offset - c)
    const value = values[index - c + from] as number
    return Math.max(0, Math.min(255, Math.round(255 * (value * (std[from] as number) + (mean[from] as number)))))
  })
}

/**
 * A step up a gradient, both of normalized values: in bytes, the root mean square of the change is `rate` times their range,
 * whatever the gradient's length and the normalization. What leaves the range of bytes is cut off.
 */
export function stepped(
  values: Float32Array,
  gradient: Float32Array,
  rate: number,
  normalization: Normalization,
): Float32Array {
  const { std } = normalization
  const deviation = (i: number) => std[i % std.length] as number
  let squares = 0
  for (let i = 0; i < gradient.length; i++) squares += ((gradient[i] as number) / deviation(i)) ** 2
  const factor = rate / (Math.sqrt(squares / gradient.length) || 1)
  const moved = values.map((value, i) => value + (factor * (gradient[i] as number)) / deviation(i) ** 2)
  keepInRange(moved, normalization)
  return moved
}
