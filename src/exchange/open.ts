/** `readModel` and `readTensors` for programs: of bytes, and of files with others beside them. */

import { checkOptions, type OptionNames } from '../core/options.ts'
import { readModel as readModelFiles, readTensors as readTensorFiles } from './read.ts'
import { filesOf, type ModelSource, type SourceOptions } from './source.ts'
import type { ImportedModel, TensorFile } from './types.ts'

const names: OptionNames<SourceOptions> = { name: true, files: true }

/**
 * A network with its weights, from a file of any format that Lenslet reads: `Model.create(network, { weights, info })` makes
 * a model of it. The format is that of the name's ending (`{ name: 'net.onnx' }`), or is recognized by the first bytes.
 * Throws `ForeignFileError` for a file that is damaged or no model, `WeightsOnlyError` for weights without a network, and
 * `UnsupportedModelError`, which lists all that a network of layers does not have.
 */
export async function readModel(source: ModelSource, options: SourceOptions = {}): Promise<ImportedModel> {
  checkOptions<SourceOptions>('readModel', options, names)
  return readModelFiles(filesOf(source, options))
}

/** All arrays of a file by name, as they are stored. Throws `ForeignFileError`. */
export async function readTensors(source: ModelSource, options: SourceOptions = {}): Promise<TensorFile> {
  checkOptions<SourceOptions>('readTensors', options, names)
  return readTensorFiles(filesOf(source, options))
}
