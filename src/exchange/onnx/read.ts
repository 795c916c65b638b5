/** A model in a file, with the weights that lie in files beside it. */

import { sizeOf } from '../../core/shapes.ts'
import { printable } from '../../core/text.ts'
import { dtypes } from '../../model/safetensors/dtypes.ts'
import { ForeignFileError } from '../errors.ts'
import type { ImportedModel, ModelFiles } from '../types.ts'
import { importModel, type OnnxOptions } from './import/import.ts'
import type { OnnxModel, OnnxTensor } from './proto/model.ts'
import { readOnnx } from './proto/read.ts'
import { checkedTensor, typeName } from './proto/tensor.ts'

/** @throws {ForeignFileError | UnsupportedModelError} as `importOnnx`, or for data that is not there or lies outside the folder */
export async function readOnnxFiles(files: ModelFiles, options: OnnxOptions = {}): Promise<ImportedModel> {
  return importModel(await withExternalData(readOnnx(await files.read()), files), options)
}

async function withExternalData(model: OnnxModel, files: ModelFiles): Promise<OnnxModel> {
  const initializers = new Map<string, OnnxTensor>()
  const read = new Map<string, Uint8Array>()
  for (const [name, tensor] of model.graph.initializers) {
    initializers.set(name, 'stored' in tensor ? tensor : { name, stored: await fetched(tensor, files, read) })
  }
  return { ...model, graph: { ...model.graph, initializers } }
}

/** The bytes that the entry names; without a length as many as the shape needs. */
async function fetched(
  tensor: Exclude<OnnxTensor, { readonly stored: unknown }>,
  files: ModelFiles,
  read: Map<string, Uint8Array>,
) {
  const { name, type, shape, external } = tensor
  const dtype = typeName(type)
  if (dtype === undefined) throw damaged(name, `ONNX type ${type}`, 'numbers')
  const bytes = read.get(external.location) ?? (await files.beside(external.location))
  if (bytes === undefined) throw damaged(name, `no file ${printable(external.location)}`, 'its data beside the model')
  read.set(external.location, bytes)
  const length = external.length ?? (sizeOf(shape) * (dtypes.get(dtype)?.bits ?? 0)) / 8
  const end = external.offset + length
  if (end > bytes.length)
    throw damaged(
      name,
      `bytes ${external.offset} to ${end} of ${printable(external.location)}, which has ${bytes.length}`,
      'data within the file',
    )
  return checkedTensor(name, dtype, shape, bytes.subarray(external.offset, end))
}

function damaged(name: string, received: string, expected: string): ForeignFileError {
  return new ForeignFileError(`the values of ${printable(name)} are not there`, {
    received,
    expected,
    advice: 'keep the model and the files that came with it in one folder',
  })
}
