/**
 * The sanity check of maps (Adebayo et al. 2018, "Sanity Checks for Saliency Maps"): a map that explains a network must
 * change when the network's weights are replaced by random ones. Guided backpropagation is known to change little, as it
 * mostly finds edges.
 */

import { ArgumentError } from '../../core/errors.ts'
import { fillInitial } from '../../model/initialize.ts'
import type { Model } from '../../model/model.ts'
import { inferVolumes } from '../../network/volumes.ts'
import type { AttributionMaps } from './maps.ts'

export interface RandomizationOptions {
  /**
   * `all`: one comparison, with all learned weights new. `cascade`: layer by layer from the scores to the image, a comparison
   * for each, as in the paper. Default `all`.
   */
  readonly layers?: 'all' | 'cascade' | undefined
  /** Of the new weights. Default 1. */
  readonly seed?: number | undefined
}

export interface RandomizedMap {
  /** The layer whose weights were replaced last; all those behind it are new, too. */
  readonly layer: string
  /**
   * Spearman's rank correlation of the magnitudes of both maps, −1 to 1: 1 for the same order of all values, about 0 for
   * maps that have nothing in common. Undefined where one of the maps is the same everywhere.
   */
  readonly correlation: number | undefined
}

/**
 * Compares a map with that of a copy of the model whose learned weights are as before a training, running statistics as they
 * are. Give the map a target of its own: the top class of random weights is another.
 *
 * @param map `(model) => gradCam(model, images, { target: 3 })`
 * @throws {ArgumentError} an option that does not exist, or a network that learns nothing
 */
export async function randomizationCheck(
  model: Model,
  map: (model: Model) => Promise<Pick<AttributionMaps, 'data'>>,
  options: RandomizationOptions = {},
): Promise<readonly RandomizedMap[]> {
  const { layers = 'all', seed = 1 } = options
  if (layers !== 'all' && layers !== 'cascade')
    throw new ArgumentError('layers is invalid', { received: `${layers}`, expected: 'all or cascade' })
  const learned = inferVolumes(model.network).filter(({ parameters }) =>
    parameters.some(({ role }) => role === 'learned'),
  )
  if (learned.length === 0)
    throw new ArgumentError('the network has no weights to replace', { expected: 'a layer that learns' })
  const { data } = await map(model)
  const before = data.slice()
  const found: RandomizedMap[] = []
  await using other = await model.withNetwork(model.network)
  other.info = model.info
  for (const { node, parameters } of learned.toReversed()) {
    for (const spec of parameters) {
      if (spec.role !== 'learned') continue
      const name = `${node.name}.${spec.name}`
      const values = new Float32Array(other.weights.get(name).length)
      fillInitial(values, spec, name, seed)
      other.weights.set(name, values)
    }
    if (layers === 'all' && node !== learned[0]?.node) continue
    const { data: after } = await map(other)
    found.push({ layer: node.name, correlation: rankCorrelation(before, after) })
  }
  return found
}

/** Spearman's, of magnitudes: the correlation of their ranks, equal ones with their mean rank. */
function rankCorrelation(a: Float32Array, b: Float32Array): number | undefined {
  const [ranksA, ranksB] = [ranksOf(a), ranksOf(b)]
  const mean = (a.length - 1) / 2
  let [both, squareA, squareB] = [0, 0, 0]
  for (let i = 0; i < a.length; i++) {
    const [x, y] = [(ranksA[i] as number) - mean, (ranksB[i] as number) - mean]
    both += x * y
    squareA += x * x
    squareB += y * y
  }
  return squareA === 0 || squareB === 0 ? undefined : both / Math.sqrt(squareA * squareB)
}

function ranksOf(values: Float32Array): Float64Array {
  const magnitude = (index: number) => Math.abs(values[index] as number)
  const order = [...values.keys()].sort((i, j) => magnitude(i) - magnitude(j))
  const ranks = new Float64Array(values.length)
  for (let first = 0; first < order.length; ) {
    let end = first
    while (end < order.length && magnitude(order[end] as number) === magnitude(order[first] as number)) end++
    for (let i = first; i < end; i++) ranks[order[i] as number] = (first + end - 1) / 2
    first = end
  }
  return ranks
}
