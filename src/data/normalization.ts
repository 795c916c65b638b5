/**
 * Per-channel mean and standard deviation of the training pictures (CS231n, "Setting up the data": subtract the mean,
 * divide by the deviation, statistics from the training data only). In 0..1 units, so byte b becomes (b/255 − mean)/std.
 *
 * Other conventions are the same formula: 0..255 as they are is mean 0, std 1/255; b − 104 is mean 104/255, std 1/255;
 * b/256 is mean 0, std 256/255; −1..1 is mean 0.5, std 0.5. Bytes are whole numbers, so float32 has the exact result of each.
 */

export interface Normalization {
  /** One a channel, 0..1. */
  readonly mean: readonly number[]
  /** One a channel, 0..1; never 0. */
  readonly std: readonly number[]
  /**
   * The order in which the network takes the channels of an image, and that of `mean` and `std`: `bgr` for many networks of
   * Caffe. Images themselves are red, green, blue. Default: `rgb`.
   */
  readonly colors?: 'rgb' | 'bgr' | undefined
}

/** The channel of an image that becomes channel `c` of the network is |offset − c|. */
export function channelOffset({ mean, colors }: Normalization): number {
  return colors === 'bgr' && mean.length === 3 ? 2 : 0
}

/**
 * Measures bytes whose channels alternate (NHWC). A byte has 256 values, so a histogram holds the exact sums, and only
 * the last 256 terms are floating point. A channel that never changes gets the deviation 1, so that it becomes 0.
 *
 * @param images [n, h, w, channels]
 */
export function measureNormalization(images: Uint8Array, channels: number): Normalization {
  const counts = new Float64Array(256 * channels)
  for (let i = 0; i < images.length; i += channels)
    for (let c = 0; c < channels; c++) {
      const cell = c * 256 + (images[i + c] as number)
      counts[cell] = (counts[cell] as number) + 1
    }
  const mean: number[] = []
  const std: number[] = []
  const total = images.length / channels
  for (let c = 0; c < channels; c++) {
    const histogram = counts.subarray(c * 256, c * 256 + 256)
    const average = histogram.reduce((sum, count, value) => sum + count * value, 0) / total
    // A product: engines may round `**` as they like, and the statistics decide bits of a training.
    const square = (value: number) => (value - average) * (value - average)
    const variance = histogram.reduce((sum, count, value) => sum + count * square(value), 0) / total
    mean.push(average / 255)
    std.push(variance > 0 ? Math.sqrt(variance) / 255 : 1)
  }
  return { mean, std }
}

/**
 * What each byte becomes: entry `channel · 256 + byte`, by the network's channel. One look-up a value instead of a division, and the same bits
 * on every machine.
 */
export function normalizationTable(normalization: Normalization): Float32Array {
  const table = new Float32Array(256 * normalization.mean.length)
  normalization.mean.forEach((mean, channel) => {
    const std = normalization.std[channel] as number
    for (let byte = 0; byte < 256; byte++) table[channel * 256 + byte] = (byte / 255 - mean) / std
  })
  return table
}
