/** Which pictures a training is evaluated on. */

import type { Dataset, Split } from '../data/dataset.ts'
import type { WatchedSplit } from './best.ts'

export interface Watched {
  readonly name: WatchedSplit
  readonly split: Split
}

/** What is evaluated after each epoch: the validation pictures, else the test pictures. Undefined where there are neither. */
export function watchedSplitOf({ validation, test }: Dataset): Watched | undefined {
  if (hasPictures(validation)) return { name: 'validation', split: validation }
  return hasPictures(test) ? { name: 'test', split: test } : undefined
}

/** What is evaluated once, at the end: the test pictures, where others are watched. */
export function finalSplitOf(dataset: Dataset): Split | undefined {
  return watchedSplitOf(dataset)?.name === 'validation' && hasPictures(dataset.test) ? dataset.test : undefined
}

/** What test views are made of: the test pictures, else those that are watched. */
export function viewedSplitOf(dataset: Dataset): Watched | undefined {
  return hasPictures(dataset.test) ? { name: 'test', split: dataset.test } : watchedSplitOf(dataset)
}

/** A data set made by a program may lack a split, whatever its type says. */
export function hasPictures(split: Split | undefined): split is Split {
  return split !== undefined && split.count > 0
}
