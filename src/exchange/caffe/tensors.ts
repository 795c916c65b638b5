/** The arrays of a `.caffemodel` by name, as they are stored: `conv1.0` is the first array of layer conv1. */

import type { Bytes } from '../../core/bytes.ts'
import { printable } from '../../core/text.ts'
import { type StoredTensor, storedTensor } from '../../model/safetensors/tensor.ts'
import { ForeignFileError } from '../errors.ts'
import { openFile } from '../openFile.ts'
import type { ModelFiles, TensorFile } from '../types.ts'
import { decodeNet } from './binary.ts'
import { besideModel } from './files.ts'
import { readNet } from './net.ts'

/** @throws {ForeignFileError} */
export async function readCaffeTensors(files: ModelFiles): Promise<TensorFile> {
  const { layers } = readNet(decodeNet(await weightBytes(files)), 'stored')
  const tensors = new Map<string, StoredTensor>()
  for (const [place, { name, blobs }] of layers.entries()) {
    for (const [index, blob] of blobs.entries()) {
      const key = `${name === '' ? place : name}.${index}`
      const { dtype, bytes } = blob.stored()
      tensors.set(key, storedTensor(key, { dtype, shape: blob.shape, from: 0, to: bytes.length }, bytes))
    }
  }
  return { tensors, notes: [] }
}

async function weightBytes(files: ModelFiles): Promise<Bytes> {
  if (/\.caffemodel$/i.test(files.name)) return openFile(files)
  const beside = await besideModel(files)
  if (beside !== undefined) return beside.bytes
  throw new ForeignFileError(`${printable(files.name)} has no weights`, {
    received: 'no .caffemodel beside it',
    expected: 'a .caffemodel of the same name, or the only one in the folder',
  })
}
