/** Reads a `.lenslet` file as a model for other formats, and as an array by name. */

import { decodeModel } from '../../model/file.ts'
import { readSafetensors } from '../../model/safetensors.ts'
import { openFile } from '../openFile.ts'
import type { ImportedModel, ModelFiles, TensorFile } from '../types.ts'

export async function readLenslet(files: ModelFiles): Promise<ImportedModel> {
  const { network, info, tensors } = decodeModel(await openFile(files))
  const weights = new Map(
    [...tensors].map(([name, tensor]) => [
      name,
      { shape: tensor.shape, fill: (into: Float32Array) => tensor.fill(into) },
    ]),
  )
  return { network, weights, info, notes: [] }
}

export async function readLensletTensors(files: ModelFiles): Promise<TensorFile> {
  return { tensors: readSafetensors(await openFile(files)).tensors, notes: [] }
}
