/** Reads a model, or arrays by name, from a file of any format. */

import { LensletError } from '../core/errors.ts'
import { listed, printable } from '../core/text.ts'
import { ForeignFileError, UnsupportedModelError, WeightsOnlyError } from './errors.ts'
import { endingsOf, formatOf, startBytes } from './formatOf.ts'
import { openFile } from './openFile.ts'
import { refuseOtherFile } from './otherFile.ts'
import type { Format, ImportedModel, ModelFiles, OpenSizes, TensorFile } from './types.ts'

/**
 * A network with its weights.
 * @throws {ForeignFileError} the file is damaged, or of no format that is read
 * @throws {WeightsOnlyError} it has weights, but no network
 * @throws {UnsupportedModelError} the model has more than a network of layers has
 */
export async function readModel(files: ModelFiles, open: OpenSizes = {}): Promise<ImportedModel> {
  const format = await recognize(files)
  const { readModel: read } = format
  if (read !== undefined) {
    const model = await named(files, () => read(files, open))
    return (await import('./inputValues.ts')).withInputValues(model)
  }
  // What is damaged is said first.
  const { tensors } = await readTensors(files)
  throw weightsOnly(files.name, format, [...tensors.keys()])
}

/**
 * All arrays of a file as they are stored, without a network.
 * @throws {ForeignFileError} the file is damaged, or of no format that is read
 */
export async function readTensors(files: ModelFiles): Promise<TensorFile> {
  const format = await recognize(files)
  const { readTensors: read } = format
  if (read !== undefined) return named(files, () => read(files))
  throw new ForeignFileError(`${printable(files.name)} is not a file of weights`, {
    received: `a file of ${format.name}`,
    expected: `one of ${endingsOf((each) => each.readTensors !== undefined).join(', ')}`,
  })
}

/** @throws {ForeignFileError} no format has this ending or such first bytes, or something else was saved in its place */
export async function recognize(files: ModelFiles): Promise<Format> {
  const start = (await openFile(files)).read(0, startBytes)
  refuseOtherFile(files.name, start)
  const format = formatOf(files.name, start)
  if (format !== undefined) return format
  throw new ForeignFileError(`${printable(files.name)} is not a model`, {
    received: 'a file of an unknown format',
    expected: `one of ${endingsOf((each) => (each.readModel ?? each.readTensors) !== undefined).join(', ')}`,
  })
}

function weightsOnly(name: string, { name: format }: Format, tensors: readonly string[]): WeightsOnlyError {
  return new WeightsOnlyError(`${printable(name)} holds weights, but no network`, {
    received: `a file of ${format} with ${tensors.length} arrays: ${listed(tensors)}`,
    expected: 'a model: a network with its weights',
    advice: `lenslet convert ${printable(name)} model.lenslet --network NETWORK`,
  })
}

/** Errors say which file they are about. */
async function named<T>({ name }: ModelFiles, read: () => Promise<T>): Promise<T> {
  try {
    return await read()
  } catch (error) {
    if (!(error instanceof LensletError)) throw error
    const [message = ''] = error.message.split(/\n {2}(?:received|expected|try): /)
    const type = error instanceof UnsupportedModelError ? UnsupportedModelError : ForeignFileError
    if (error instanceof type && message.includes(printable(name))) throw error
    const { received, expected, advice } = error
    throw new type(`${printable(name)}: ${message}`, {
      ...(received === undefined ? {} : { received }),
      ...(expected === undefined ? {} : { expected }),
      ...(advice === undefined ? {} : { advice }),
      cause: error,
    })
  }
}
