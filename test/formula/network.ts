// Runs a network of the zoo with weights by formula, and compares its scores with published ones.

import { fromPytorch, stateDictRows } from '../../src/exchange/stateDict.ts'
import { Model } from '../../src/model/model.ts'
import type { Network } from '../../src/network/network.ts'
import { withoutHeads } from '../../src/network/training.ts'
import { inferVolumes } from '../../src/network/volumes.ts'
import type { PytorchNames } from '../../src/zoo/types.ts'
import { zoo } from '../../src/zoo/zoo.ts'
import { imageByFormula, weightByFormula } from './values.ts'

export interface Published {
  readonly input: readonly [number, number, number, number]
  /** Name → shape, in PyTorch's layout. */
  readonly keys: Readonly<Record<string, readonly number[]>>
  readonly logits: readonly number[]
}

/** Whether a layer needs an array of a state dict: counters of batches have none. */
export function isNeeded(key: string): boolean {
  return !key.endsWith('num_batches_tracked')
}

/** The rows of a network that a library has: timm's Inception v3 has no auxiliary head. */
export function rowsOf(network: Network, modules: readonly string[], keys: Readonly<Record<string, unknown>> = {}) {
  const needed = new Set(withoutHeads(inferVolumes(network)).map(({ node }) => node.name))
  return stateDictRows(network, modules).filter(
    ({ weight, key }) => needed.has(weight.slice(0, weight.lastIndexOf('.'))) || Object.hasOwn(keys, key),
  )
}

/** Our scores of the first image. Without `keys`, arrays have the shape that our layers say. */
export async function scoresByFormula(
  name: string,
  { modules }: PytorchNames,
  { input, keys }: Pick<Published, 'input'> & Partial<Published>,
): Promise<Float32Array> {
  const network = zoo.network(name)
  const model = await Model.create(network, { batch: 1 })
  try {
    for (const row of rowsOf(network, modules(), keys)) {
      const shape = keys === undefined ? row.axes.map((axis) => row.shape[axis] ?? 1) : keys[row.key]
      if (shape === undefined) throw new Error(`${row.key} is not in the state dict`)
      model.weights.set(row.weight, fromPytorch(weightByFormula(row.key, shape), row))
    }
    return await model.predict(imageByFormula(input))
  } finally {
    await model.dispose()
  }
}

/** Root mean square. */
export function rms(values: readonly number[]): number {
  return Math.sqrt(values.reduce((sum, value) => sum + value * value, 0) / values.length)
}

/** Largest difference from what is expected, in units of `scale`. */
export function relativeError(scores: ArrayLike<number>, expected: readonly number[], scale = rms(expected)): number {
  return Math.max(...expected.map((value, i) => Math.abs((scores[i] ?? Number.NaN) - value))) / scale
}
