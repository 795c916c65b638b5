/**
 * What the weights of a model look like in numbers: distributions, norms, filters that do nothing or the same as another,
 * and how far training has moved them.
 */

import { ArgumentError } from '../core/errors.ts'
import { checkWhole } from '../core/numbers.ts'
import { checkOptions } from '../core/options.ts'
import { printShape, type Shape, sameShape } from '../core/shapes.ts'
import type { ParameterSpec } from '../layers/types.ts'
import type { Model } from '../model/model.ts'
import type { Tensor } from '../model/safetensors.ts'
import { inferVolumes } from '../network/volumes.ts'
import { type Histogram, histogramOf } from './histogramOf.ts'
import { layersNamed } from './layerStream.ts'
import { type SimilarPairs, similarFilters } from './similarFilters.ts'
import { jointRange, type ValueStatistics, valueStatistics } from './valueStatistics.ts'

export interface FilterStatistics {
  /** K: how many; the last axis of the weight. */
  readonly count: number
  /** [K]: L2 norms. */
  readonly norms: Float64Array
  /** Filters whose norm is less than a thousandth of the median: they do next to nothing. */
  readonly dead: readonly number[]
  /** Filters that point in nearly the same direction. */
  readonly similar: SimilarPairs
}

/** How far weights are from where they were. */
export interface Movement {
  /** ‖w − w₀‖, and that divided by ‖w₀‖ (Infinity where w₀ is 0). */
  readonly distance: number
  readonly relative: number
  /** Cosine of the angle between w and w₀; NaN where either is 0. */
  readonly cosine: number
  /** [K]: the relative distance of each filter. */
  readonly filters?: Float64Array
  /** Of w₀, in the same bins. */
  readonly histogram: Histogram
}

export interface WeightStatistics extends ValueStatistics {
  /** `conv1.filters` */
  readonly name: string
  readonly layer: string
  readonly role: ParameterSpec['role']
  readonly shape: Shape
  readonly count: number
  readonly histogram: Histogram
  /** Of learned weights with at least two axes: filters, templates of FC layers. */
  readonly filters?: FilterStatistics
  /** Where `since` was given and has this weight in this shape. */
  readonly moved?: Movement
}

export interface WeightStatisticsOptions {
  /** Layers by name or pattern. Default: all that have weights. */
  readonly layers?: readonly string[] | undefined
  /** The weights to compare with, by name, such as those at the start of a run (`snapshot()` of that model). */
  readonly since?: ReadonlyMap<string, Tensor> | undefined
  /** Of the histograms. Default 40. */
  readonly bins?: number | undefined
  /** Filters count as the same from this cosine on (0.9 to 1), regardless of sign. Default 0.99. */
  readonly similarity?: number | undefined
}

/**
 * A row for each weight, in the network's order. Reads the weights where they are; nothing is copied.
 * Throws `ArgumentError` for a layer that does not exist or options that are invalid, and `ModelBusyError` within a step of a
 * training.
 */
export function weightStatistics(model: Model, options: WeightStatisticsOptions = {}): readonly WeightStatistics[] {
  checkOptions<WeightStatisticsOptions>('weightStatistics', options, {
    layers: true,
    since: true,
    bins: true,
    similarity: true,
  })
  const { bins = 40, similarity = 0.99, since } = options
  checkWhole('bins', bins, 1, 10_000)
  if (!(similarity >= 0.9 && similarity <= 1))
    throw new ArgumentError('similarity is invalid', { received: `${similarity}`, expected: 'from 0.9 to 1' })
  const layers = new Set(layersNamed(model, options.layers ?? ['*'], 'weightStatistics'))
  return inferVolumes(model.network).flatMap(({ node, parameters }) => {
    if (!layers.has(node.name)) return []
    return parameters.map((spec) => {
      const name = `${node.name}.${spec.name}`
      const values = model.weights.get(name)
      return {
        name,
        layer: node.name,
        role: spec.role,
        ...statisticsOf(values, spec, startOf(since, name, spec.shape), bins, similarity),
      }
    })
  })
}

function startOf(since: ReadonlyMap<string, Tensor> | undefined, name: string, shape: Shape): Float32Array | undefined {
  const start = since?.get(name)
  if (start === undefined) return undefined
  if (sameShape(start.shape, shape)) return start.values
  throw new ArgumentError(`${name}: the weights to compare with are another network's`, {
    received: printShape(start.shape),
    expected: printShape(shape),
  })
}

function statisticsOf(
  values: Float32Array,
  { shape, role }: ParameterSpec,
  start: Float32Array | undefined,
  bins: number,
  similarity: number,
): Omit<WeightStatistics, 'name' | 'layer' | 'role'> {
  const statistics = valueStatistics(values)
  const range = jointRange(statistics, ...(start === undefined ? [] : [valueStatistics(start)]))
  const hasFilters = role === 'learned' && shape.length >= 2
  return {
    shape,
    count: values.length,
    ...statistics,
    histogram: histogramOf(values, range, bins),
    ...(hasFilters && { filters: filterStatistics(values, shape, similarity) }),
    ...(start !== undefined && { moved: movement(values, start, hasFilters ? shape : undefined, range, bins) }),
  }
}

function filterStatistics(values: Float32Array, shape: Shape, similarity: number): FilterStatistics {
  const count = shape.at(-1) as number
  const norms = normsOf(values, count)
  const sorted = norms.toSorted()
  const median = sorted[Math.floor(count / 2)] as number
  const dead = [...norms.keys()].filter((filter) => (norms[filter] as number) <= 1e-3 * median)
  return { count, norms, dead, similar: similarFilters(values, norms, similarity) }
}

/** L2 norm of each filter, of values [length, K]. */
function normsOf(values: Float32Array, count: number): Float64Array {
  const norms = new Float64Array(count)
  for (let i = 0; i < values.length; i++) {
    const filter = i % count
    norms[filter] = (norms[filter] as number) + (values[i] as number) * (values[i] as number)
  }
  return norms.map(Math.sqrt)
}

function movement(
  values: Float32Array,
  start: Float32Array,
  shape: Shape | undefined,
  range: readonly [number, number],
  bins: number,
): Movement {
  const count = shape?.at(-1) ?? 1
  const moved = new Float64Array(count)
  const before = new Float64Array(count)
  let [product, now] = [0, 0]
  for (let i = 0; i < values.length; i++) {
    const [value, old] = [values[i] as number, start[i] as number]
    const filter = i % count
    moved[filter] = (moved[filter] as number) + (value - old) * (value - old)
    before[filter] = (before[filter] as number) + old * old
    product += value * old
    now += value * value
  }
  const distance = Math.sqrt(moved.reduce((a, b) => a + b, 0))
  const norm = Math.sqrt(before.reduce((a, b) => a + b, 0))
  const share = (part: number, whole: number) => (part === 0 ? 0 : part / whole)
  return {
    distance,
    relative: share(distance, norm),
    cosine: product / (norm * Math.sqrt(now)),
    ...(shape !== undefined && {
      filters: moved.map((square, filter) => share(Math.sqrt(square), Math.sqrt(before[filter] as number))),
    }),
    histogram: histogramOf(start, range, bins),
  }
}
