/** The first training pictures, as files have them and as the network sees them: augmented. */

import { volumeSize } from '../core/shapes.ts'
import { type Augmentation, mixesTargets } from '../data/augmentation.ts'
import { Batches } from '../data/batches.ts'
import type { Split } from '../data/dataset.ts'
import { channelOffset, type Normalization } from '../data/normalization.ts'

export interface TrainingSamples {
  /** [n]: which pictures of the split these are, in the order of the first epoch. */
  readonly indices: readonly number[]
  /** [n, height, width, channels], 0..255: after augmentation, normalization undone. */
  readonly images: Uint8Array
}

export interface TrainingSamplesOptions {
  readonly augment: Augmentation
  readonly normalization: Normalization
  /** Of the training: order and augmentation follow from it. */
  readonly seed: number
  /** How many at most. */
  readonly most: number
}

/** The beginning of the first batch of the first epoch: what stands at a place of an epoch does not depend on the batch size. */
export async function trainingSamples(split: Split, options: TrainingSamplesOptions): Promise<TrainingSamples> {
  const { augment, normalization, seed, most } = options
  const batch = Math.min(most, split.count)
  const isShared = mixesTargets(augment) && split.targets === undefined
  const scores = isShared ? Array.from(split.labels).reduce((most, label) => Math.max(most, label + 1), 1) : undefined
  const batches = new Batches(split, { batch, normalization, seed, augment, scores })
  const values = new Float32Array(batch * volumeSize(split))
  await batches.ready(0, 0)
  const targets = scores ?? (split.targets === undefined ? 1 : split.targets.length / split.count)
  batches.fill(0, 0, values, new Float32Array(batch * targets))
  const { mean, std } = normalization
  const offset = channelOffset(normalization)
  const images = Uint8Array.from(values, (_, index) => {
    const position = index % split.channels
    const channel = Math.abs(offset - position)
    const value = values[index - position + channel] as number
    return Math.max(0, Math.min(255, Math.round(255 * (value * (std[channel] ?? 1) + (mean[channel] ?? 0)))))
  })
  return { indices: [...batches.pictures(0, 0)], images }
}
