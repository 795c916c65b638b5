/** `--split`: which pictures of a data set are evaluated. */

import { allPictures } from '../data/all.ts'
import type { Dataset, Split } from '../data/dataset.ts'
import { UsageError } from './errors.ts'

export const splitNames = ['test', 'validation', 'train', 'all'] as const
export type SplitName = (typeof splitNames)[number]

/** Throws `UsageError` for a split without pictures. */
export function splitOf(dataset: Dataset, name: SplitName): Split {
  const split = name === 'all' ? allPictures(dataset) : dataset[name]
  if (split !== undefined && split.count > 0) return split
  const others = (['test', 'validation', 'train'] as const).filter((other) => (dataset[other]?.count ?? 0) > 0)
  throw new UsageError(`${dataset.name} has no ${name} images`, {
    received: `--split ${name}`,
    expected: [...others, 'all'].join(', '),
    advice: '--split all',
  })
}
