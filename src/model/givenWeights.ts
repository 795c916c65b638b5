/** The weights that a new model is given: checked against its network, and read where they are needed. */

import { printShape, sameShape } from '../core/shapes.ts'
import { counted, listed } from '../core/text.ts'
import type { ParameterSpec } from '../layers/types.ts'
import type { Network } from '../network/network.ts'
import { inferVolumes } from '../network/volumes.ts'
import { WeightError } from './errors.ts'
import { checkValues } from './fit.ts'
import type { Tensor } from './safetensors.ts'
import type { WeightSource } from './weightSource.ts'
import type { InitialValues } from './weights.ts'

/** By full name, `conv1.filters`: values, or what writes them when they are first needed. */
export type GivenWeights = ReadonlyMap<string, Tensor | WeightSource>

/**
 * The weight of each spec. Values are checked when they are written, as those of a model file are (`ModelFileError`).
 * @throws {WeightError} a weight is missing, has another shape, or is not the network's
 */
export function givenValues(
  network: Network,
  given: GivenWeights,
): (spec: ParameterSpec, name: string) => InitialValues {
  const known = new Set<string>()
  for (const { node, parameters } of inferVolumes(network)) {
    for (const { name, shape } of parameters) {
      const found = given.get(`${node.name}.${name}`)
      known.add(`${node.name}.${name}`)
      if (found !== undefined && sameShape(found.shape, shape)) continue
      throw new WeightError(`${node.name}.${name} does not fit the network`, {
        received: found === undefined ? 'no such weight' : printShape(found.shape),
        expected: printShape(shape),
      })
    }
  }
  const extra = [...given.keys()].filter((name) => !known.has(name))
  if (extra.length > 0) {
    throw new WeightError('the network does not have all of these weights', {
      received: listed(extra),
      expected: counted(known.size, 'weight'),
      advice: 'leave them out',
    })
  }
  return (spec, name) => {
    const source = given.get(name) as Tensor | WeightSource
    return (into) => {
      if ('fill' in source) source.fill(into)
      else into.set(source.values)
      checkValues(name, [into], spec)
    }
  }
}
