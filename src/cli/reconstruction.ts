/** What an autoencoder gives, as bytes of an image. */

import { channelOffset, type Normalization } from '../data/normalization.ts'

/** @param values [height, width, channels], normalized @returns the same, 0..255, red first */
export function pixelsOf(values: Float32Array, normalization: Normalization): Uint8Array {
  const { mean, std } = normalization
  const offset = channelOffset(normalization)
  const channels = mean.length
  const pixels = new Uint8Array(values.length)
  values.forEach((value, at) => {
    const channel = at % channels
    const byte = 255 * (value * (std[channel] as number) + (mean[channel] as number))
    pixels[at - channel + Math.abs(offset - channel)] = Math.round(Math.min(255, Math.max(0, byte)))
  })
  return pixels
}
