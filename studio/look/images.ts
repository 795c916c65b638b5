/** The image that is looked at: as bytes, which are shown, and as values, which the network takes. */

import { sameVolume, type Volume, volumeSize } from 'lenslet/core'
import { Batches, type Dataset, decodeImage, readPictures, type Split } from 'lenslet/data'
import type { Model } from 'lenslet/model'
import type { ImageChoice } from './messages.ts'
import type { Subject } from './twin.ts'

export interface ImageOf {
  readonly from: ImageChoice['from']
  readonly index: number
  readonly bytes: Uint8Array
  /** Normalized, as the model takes it. */
  readonly values: Float32Array
  readonly label?: string
}

/** The chosen image, or the pattern where the network takes images of another size than the data has. */
export async function imageOf({ model, data }: Subject, choice: ImageChoice): Promise<ImageOf> {
  const { input } = model
  if (choice.from === 'tried') {
    const { height, width, pixels } = choice.pixels
    const bytes = await decodeImage({ data: pixels, height, width, channels: 4 }, input)
    return { from: 'tried', index: 0, bytes, values: await valuesOf(model, bytes) }
  }
  const split = choice.from === 'pattern' ? undefined : fitting(data, choice.from, input)
  if (split === undefined || choice.from === 'pattern') {
    const bytes = pattern(input)
    return { from: 'pattern', index: 0, bytes, values: await valuesOf(model, bytes) }
  }
  const index = Math.min(Math.max(0, choice.index), split.count - 1)
  const { images } = await readPictures(split, [index])
  const label = split.targets === undefined ? data?.classes[split.labels[index] as number] : undefined
  return {
    ...{ from: choice.from, index, bytes: images, values: await valuesOf(model, images) },
    ...(label !== undefined && { label }),
  }
}

/** A split of the data whose images the network takes; undefined where it has none. */
export function fitting(data: Dataset | undefined, name: 'train' | 'test', input: Volume): Split | undefined {
  const split = data?.[name]
  return split !== undefined && split.count > 0 && sameVolume(split, input) ? split : undefined
}

/** Images [n, height, width, channels] as the model takes them. */
export async function valuesOf({ input, info }: Model, images: Uint8Array): Promise<Float32Array> {
  const each = volumeSize(input)
  const count = images.length / each
  // What no data has said how to normalize goes from −1 to 1.
  const half = Array.from({ length: input.channels }, () => 0.5)
  const normalization = info.normalization ?? { mean: half, std: half }
  const split: Split = { ...input, count, images, labels: new Uint8Array(count) }
  const batches = new Batches(split, { batch: count, normalization, shuffle: false })
  const values = new Float32Array(images.length)
  await batches.ready(0, 0)
  batches.fill(0, 0, values, new Int32Array(count))
  return values
}

/** A disc and stripes: edges in every direction, in every channel. */
export function pattern({ height, width, channels }: Volume): Uint8Array {
  const bytes = new Uint8Array(height * width * channels)
  const side = Math.max(2, Math.round(Math.min(height, width) / 8))
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const [down, across] = [(y + 0.5) / height - 0.42, (x + 0.5) / width - 0.4]
      const isDisc = down * down + across * across < 0.07
      const isStripe = Math.floor((x + y) / side) % 4 === 0
      for (let c = 0; c < channels; c++) {
        const shade = (255 * (c + 1)) / channels
        bytes[(y * width + x) * channels + c] = isDisc
          ? 255 - 0.3 * (shade - 255 / channels)
          : isStripe
            ? 0.7 * shade
            : 24
      }
    }
  return bytes
}
