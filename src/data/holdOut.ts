/** Takes validation pictures out of the training pictures of a data set. */
import { ArgumentError } from '../core/errors.ts'
import { Random } from '../core/random.ts'
import { volumeSize } from '../core/shapes.ts'
import { type Dataset, dataset, type Split, type SplitSource } from './dataset.ts'
import { pickFrom } from './store.ts'

export interface HoldOutOptions {
  /** Part of each class, above 0 and below 1. */
  readonly fraction: number
  /** Of the choice; default 0. */
  readonly seed?: number | undefined
}

/**
 * A data set whose validation pictures are the same part of every class, chosen by the seed; each class keeps at least one
 * for training; of images with targets instead of labels, the same part of all. Both are copied, in the order of the data; pictures in a store
 * stay there. The normalization stays what it was.
 *
 * @throws {ArgumentError} an invalid fraction, or a data set that has validation pictures already
 */
export function holdOut(data: Dataset, { fraction, seed = 0 }: HoldOutOptions): Dataset {
  if (!(fraction > 0 && fraction < 1))
    throw new ArgumentError('the validation fraction is invalid', {
      received: String(fraction),
      expected: 'a number above 0 and below 1',
    })
  if (data.validation !== undefined)
    throw new ArgumentError(`${data.name} has validation images of its own`, {
      received: `${data.validation.count} validation images`,
      expected: 'a data set without',
      advice: 'leave out the validation fraction',
    })
  const { train, classes } = data
  const byClass = classes.map((): number[] => [])
  train.labels.forEach((label, index) => {
    byClass[label]?.push(index)
  })
  const chosen = byClass.flatMap((pictures, label) => {
    const count = Math.min(pictures.length - 1, Math.max(1, Math.round(pictures.length * fraction)))
    return Random.seeded(seed, 'split', classes[label] as string)
      .shuffle([...pictures])
      .slice(0, Math.max(0, count))
  })
  const held = new Set(chosen)
  const indexes = Array.from({ length: train.count }, (_, index) => index)
  return dataset({
    ...data,
    train: pick(
      train,
      indexes.filter((index) => !held.has(index)),
    ),
    validation: pick(
      train,
      indexes.filter((index) => held.has(index)),
    ),
  })
}

function pick(split: Split, indexes: readonly number[]): SplitSource {
  const { height, width, channels, targets, store } = split
  const images = store === undefined ? copied(split, indexes) : pickFrom(store, indexes)
  const common = { height, width, channels, images }
  if (targets === undefined) return { ...common, labels: indexes.map((index) => split.labels[index] as number) }
  const each = targets.length / split.count
  return { ...common, targets: indexes.flatMap((index) => [...targets.subarray(index * each, (index + 1) * each)]) }
}

function copied(split: Split, indexes: readonly number[]): Uint8Array {
  const size = volumeSize(split)
  const images = new Uint8Array(indexes.length * size)
  indexes.forEach((from, to) => {
    images.set(split.images.subarray(from * size, (from + 1) * size), to * size)
  })
  return images
}
