/** A model file as versions before the checksum wrote it, with whatever weights: what a damaged or foreign file can hold. */

import type { Model } from '../model.ts'
import { writeSafetensors } from '../safetensors/write.ts'

/** @param changes values for weights, by name; any values */
export function oldFile({ network, info, weights }: Model, changes: Readonly<Record<string, readonly number[]>> = {}) {
  const tensors = new Map(weights.tensors())
  for (const [name, values] of Object.entries(changes)) {
    tensors.set(name, { shape: weights.get(name).shape, values: Float32Array.from(values) })
  }
  const texts = { format: 'lenslet.model', version: '1', network: JSON.stringify(network), info: JSON.stringify(info) }
  return writeSafetensors(tensors, texts)
}
