/**
 * Checks that network, weights and info of a model are valid and consistent: when a model file is read, and before one is
 * written, so that every written file can be read.
 */

import { findNotFinite } from '../core/finite.ts'
import { printShape, sameShape, sizeOf } from '../core/shapes.ts'
import { counted, listed } from '../core/text.ts'
import type { ParameterSpec } from '../layers/types.ts'
import type { Network } from '../network/network.ts'
import { inferVolumes } from '../network/volumes.ts'
import { ModelFileError } from './errors.ts'
import { infoFault, type ModelInfo } from './info.ts'
import { portionsOf, type Tensor } from './safetensors/tensor.ts'

interface Contents {
  readonly network: Network
  readonly info: ModelInfo
  readonly tensors: ReadonlyMap<string, Tensor>
}

/**
 * @throws {ModelFileError} an array is missing, has another shape, has no layer, or holds an invalid value; or the classes or
 *   the normalization are not those of the network
 */
export function checkFit({ network, info, tensors }: Contents): void {
  const fault = infoFault(network, info)
  if (fault !== undefined) throw new ModelFileError(fault.message, fault)
  const known = new Set<string>()
  for (const { node, parameters } of inferVolumes(network)) {
    for (const spec of parameters) {
      const name = `${node.name}.${spec.name}`
      const tensor = tensors.get(name)
      known.add(name)
      if (tensor === undefined || !sameShape(tensor.shape, spec.shape)) {
        throw new ModelFileError(`${name} does not fit the network`, {
          received: tensor === undefined ? 'no such weight in the file' : printShape(tensor.shape),
          expected: printShape(spec.shape),
        })
      }
      checkValues(name, portionsOf(tensor), spec)
    }
  }
  const extra = [...tensors.keys()].filter((name) => !known.has(name))
  if (extra.length === 0) return
  throw new ModelFileError('the file has weights that the network does not have', {
    received: listed(extra),
    expected: counted(known.size, 'array'),
    advice: 'leave them out of the file',
  })
}

/** @param portions the values part by part @throws {ModelFileError} a value is not finite, or lower than it may be */
export function checkValues(name: string, portions: Iterable<Float32Array>, { shape, least }: ParameterSpec): void {
  let before = 0
  for (const values of portions) {
    const low = least === undefined ? -1 : values.findIndex((value) => value < least)
    const at = low === -1 ? findNotFinite(values) : low
    if (at !== -1) {
      throw new ModelFileError(`${name} has an invalid value`, {
        received: `${values[at]}, value ${before + at} of ${sizeOf(shape)}`,
        expected: `finite numbers${least === undefined ? '' : ` of at least ${least}`}`,
        advice: 'the model is damaged, or its training diverged: use another copy, or train it again',
      })
    }
    before += values.length
  }
}
