/**
 * Features in two dimensions, to look at: PCA keeps large distances, UMAP (McInnes, Healy and Melville 2018) keeps
 * neighborhoods, as t-SNE does. UMAP is umap-js, which is loaded when it is asked for.
 */

import { ArgumentError } from '../core/errors.ts'
import { findNotFinite } from '../core/finite.ts'
import { checkWhole } from '../core/numbers.ts'
import { checkOptions } from '../core/options.ts'
import { Random } from '../core/random.ts'
import type { Features } from './featureSpace.ts'
import { principalComponents } from './pca.ts'

export interface EmbedOptions {
  /** Default `umap`. */
  readonly method?: 'pca' | 'umap' | undefined
  /** The same seed gives the same points. Default 0. */
  readonly seed?: number | undefined
  /** Of UMAP: how many neighbors count as close. Default 15. */
  readonly neighbors?: number | undefined
  readonly signal?: AbortSignal | undefined
  readonly progress?: ((done: number, all: number) => void) | undefined
}

export interface Embedding {
  readonly method: 'pca' | 'umap'
  /** [n, 2] */
  readonly points: Float64Array
  /** Of PCA: the share of the variance that each axis shows. */
  readonly explained?: readonly [number, number]
}

/** UMAP takes some 5 seconds for 2,000 images and grows a little faster than their number. */
const mostPoints = 20_000
/** UMAP gets this many principal components: distances hardly change, and each takes less time. */
const umapDimensions = 50

/**
 * Throws `ArgumentError` for features that are not finite, for fewer than 3 images, and for more than 20,000 by UMAP.
 * `signal` ends it between rounds.
 */
export async function embed(
  { values, count, length }: Pick<Features, 'values' | 'count' | 'length'>,
  options: EmbedOptions = {},
): Promise<Embedding> {
  checkOptions<EmbedOptions>('embed', options, {
    method: true,
    seed: true,
    neighbors: true,
    signal: true,
    progress: true,
  })
  const { method = 'umap', seed = 0, neighbors = 15, signal, progress } = options
  if (method !== 'pca' && method !== 'umap')
    throw new ArgumentError('no such method', { received: String(method), expected: 'pca or umap' })
  checkWhole('seed', seed, -(2 ** 53), 2 ** 53)
  checkWhole('neighbors', neighbors, 2, 200)
  checkFeatures(values, count, length, method)
  if (method === 'pca') {
    const { scores, variances, variance } = principalComponents(values, count, length, 2, { seed })
    const k = scores.length / count
    const points = Float64Array.from({ length: 2 * count }, (_, i) =>
      i % 2 < k ? (scores[Math.floor(i / 2) * k + (i % 2)] as number) : 0,
    )
    const share = (axis: number) => (variance > 0 ? (variances[axis] ?? 0) / variance : 0)
    return { method, points, explained: [share(0), share(1)] }
  }
  const points = await umap(values, count, length, { seed, neighbors, signal, progress })
  return { method, points }
}

async function umap(
  values: Float32Array,
  count: number,
  length: number,
  {
    seed,
    neighbors,
    signal,
    progress,
  }: Pick<EmbedOptions, 'signal' | 'progress'> & { seed: number; neighbors: number },
): Promise<Float64Array> {
  const { UMAP } = await import('umap-js')
  const reduced =
    length > umapDimensions
      ? principalComponents(values, count, length, umapDimensions, { seed, rounds: 4 }).scores
      : values
  const width = reduced.length / count
  const rows = Array.from({ length: count }, (_, i) => [...reduced.subarray(i * width, (i + 1) * width)])
  const random = Random.seeded(seed, 'umap')
  const map = new UMAP({ nComponents: 2, nNeighbors: Math.min(neighbors, count - 1), random: () => random.next() })
  const rounds = map.initializeFit(rows)
  for (let round = 0; round < rounds; round++) {
    map.step()
    if (round % 20 !== 0) continue
    await new Promise<void>((resolve) => setTimeout(resolve))
    signal?.throwIfAborted()
    progress?.(round, rounds)
  }
  progress?.(rounds, rounds)
  return Float64Array.from(map.getEmbedding().flat())
}

function checkFeatures(values: Float32Array, count: number, length: number, method: 'pca' | 'umap'): void {
  if (values.length !== count * length || length < 1)
    throw new ArgumentError('these are no features', {
      received: `${values.length} values`,
      expected: `${count} × ${length}`,
    })
  if (count < 3) throw new ArgumentError('too few images for a map', { received: `${count}`, expected: 'at least 3' })
  if (method === 'umap' && count > mostPoints)
    throw new ArgumentError('too many images for UMAP', {
      received: `${count}`,
      expected: `at most ${mostPoints}`,
      advice: "take fewer, or method: 'pca'",
    })
  const at = findNotFinite(values)
  if (at === -1) return
  throw new ArgumentError('the features are not finite numbers', {
    received: `${values[at]}, of image ${Math.floor(at / length)}`,
    expected: 'finite numbers',
    advice: 'the weights of the model have diverged: train it again with a lower learning rate',
  })
}
