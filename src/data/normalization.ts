/**
 * Per-channel mean and standard deviation of the training pictures (CS231n, "Setting up the data": subtract the mean,
 * divide by the deviation, statistics from the training data only). In 0..1 units, so byte b becomes (b/255 − mean)/std.
 *
 * Other conventions are the same formula: 0..255 as they are is mean 0, std 1/255; b − 104 is mean 104/255, std 1/255;
 * b/256 is mean 0, std 256/255; −1..1 is mean 0.5, std 0.5. Bytes are whole numbers, so float32 has the exact result of each.
 */
import type { PictureStore } from './store.ts'

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
  const measured = new ValueCounts(channels)
  measured.add(images)
  return measured.normalization()
}

/** How many pictures are read at a time. */
const portion = 64

/**
 * The same of pictures in a store, which are all read once.
 *
 * @param onProgress called with the number of pictures that have been read
 */
export async function measureStore(
  store: PictureStore,
  channels: number,
  onProgress?: (read: number) => void,
): Promise<Normalization> {
  const measured = new ValueCounts(channels)
  const bytes = new Uint8Array(portion * store.bytesEach)
  for (let from = 0; from < store.count; from += portion) {
    const count = Math.min(portion, store.count - from)
    const some = bytes.subarray(0, count * store.bytesEach)
    await store.read(
      Array.from({ length: count }, (_, i) => from + i),
      some,
    )
    measured.add(some)
    onProgress?.(from + count)
  }
  return measured.normalization()
}

/** How often each value occurs in each channel: counts are exact, so the order of the pictures does not matter. */
class ValueCounts {
  readonly #counts: Float64Array
  readonly #channels: number

  constructor(channels: number) {
    this.#channels = channels
    this.#counts = new Float64Array(256 * channels)
  }

  /** @param images [n, h, w, channels] */
  add(images: Uint8Array): void {
    const [counts, channels] = [this.#counts, this.#channels]
    for (let i = 0; i < images.length; i += channels)
      for (let c = 0; c < channels; c++) {
        const cell = c * 256 + (images[i + c] as number)
        counts[cell] = (counts[cell] as number) + 1
      }
  }

  normalization(): Normalization {
    const mean: number[] = []
    const std: number[] = []
    for (let c = 0; c < this.#channels; c++) {
      const histogram = this.#counts.subarray(c * 256, c * 256 + 256)
      const total = histogram.reduce((sum, count) => sum + count, 0)
      const average = histogram.reduce((sum, count, value) => sum + count * value, 0) / total
      // A product: engines may round `**` as they like, and the statistics decide bits of a training.
      const square = (value: number) => (value - average) * (value - average)
      const variance = histogram.reduce((sum, count, value) => sum + count * square(value), 0) / total
      mean.push(average / 255)
      std.push(variance > 0 ? Math.sqrt(variance) / 255 : 1)
    }
    return { mean, std }
  }
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
