/** How steps that treat every value (or row) alike are divided: ranges of equal length, one per tile. */

/** Below this a tile costs more to fetch than to share (16 KiB of f32). */
const leastValues = 4096
/** Enough for eight workers to end together. */
const mostTiles = 64

export interface Ranges {
  /** Items a tile; the last tile may have fewer. */
  readonly chunk: number
  readonly tiles: number
}

/**
 * Ranges over `items` of `valuesEach` values. Chunks are multiples of `multiple` items: 16 values are a cache line, so
 * that two workers never write the same one. Depends on shapes only, never on the number of threads.
 */
export function rangesOf(items: number, valuesEach = 1, multiple = valuesEach === 1 ? 16 : 1): Ranges {
  const least = Math.max(leastValues / valuesEach, items / mostTiles, 1)
  const chunk = Math.ceil(least / multiple) * multiple
  return { chunk, tiles: Math.ceil(items / chunk) }
}
