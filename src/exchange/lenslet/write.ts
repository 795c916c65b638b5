/** Writes a model as a `.lenslet` file; with 16-bit floats, as version 2 of the format. */

import { modelParts } from '../../model/file.ts'
import { halfTensor } from '../half.ts'
import type { ExportedModel, WriteOptions } from '../types.ts'

export function writeLenslet({ network, info, weights }: ExportedModel, { half }: WriteOptions): Iterable<Uint8Array> {
  const tensors =
    half === true
      ? new Map([...weights].map(([name, weight]) => [name, halfTensor(name, weight.shape, () => weight.values)]))
      : weights
  return modelParts({ network, info, tensors })
}
