/** Writes a model as a `.lenslet` file. */

import { modelParts } from '../../model/file.ts'
import type { ExportedModel } from '../types.ts'

export function writeLenslet({ network, info, weights }: ExportedModel): Iterable<Uint8Array> {
  return modelParts({ network, info, tensors: weights })
}
