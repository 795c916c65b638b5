/**
 * Which images are for training and which for the test: the same part of each class. Each image draws its rank by the seed and
 * its own contents, and the first ranks of a class are its test images, so images that are added or removed leave the others
 * almost all where they are, and copies of an image are on one side.
 */

import { Random } from 'lenslet/core'
import type { Part, Settings } from './store/journal.ts'

export interface Ranked {
  readonly classId: number
  /** What the folders say. */
  readonly part: Part | undefined
  /** Of the image: its checksum, or its path where it has not been read. */
  readonly key: string
}

/** @returns a part for each image; every class keeps at least one for training */
export function splitOf(images: readonly Ranked[], { testFraction, seed }: Settings): readonly Part[] {
  const parts = images.map(({ part }) => part ?? 'train')
  // Folders that have a test split of their own have decided.
  if (images.some(({ part }) => part === 'test' || part === 'validation') || testFraction === 0) return parts
  const byClass = new Map<number, { readonly index: number; readonly key: string; readonly rank: number }[]>()
  images.forEach(({ classId, key }, index) => {
    const rank = Random.seeded(seed, 'split', key).uint32()
    const ranked = byClass.get(classId) ?? []
    byClass.set(classId, ranked)
    ranked.push({ index, key, rank })
  })
  for (const ranked of byClass.values()) {
    ranked.sort((a, b) => a.rank - b.rank || a.index - b.index)
    const wanted = Math.min(ranked.length - 1, Math.max(1, Math.round(ranked.length * testFraction)))
    let count = 0
    while (count < wanted) count = copiesFrom(ranked, count)
    // A class that is one image many times has no test image.
    if (count < ranked.length) for (const { index } of ranked.slice(0, count)) parts[index] = 'test'
  }
  return parts
}

/** Where the copies of the image at `from` end. */
function copiesFrom(ranked: readonly { readonly key: string }[], from: number): number {
  let to = from + 1
  while (ranked[to]?.key === ranked[from]?.key && to < ranked.length) to += 1
  return to
}
