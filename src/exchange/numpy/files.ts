/** .npy files as files of one array. */

import { ArgumentError } from '../../core/errors.ts'
import { counted, listed } from '../../core/text.ts'
import type { StoredTensor } from '../../model/safetensors.ts'
import type { ModelFiles, TensorFile } from '../types.ts'
import { npyParts, readNpy } from './npy.ts'

/** The array has no name of its own: it gets that of the file. */
export async function readNpyFile(files: ModelFiles): Promise<TensorFile> {
  const name = (files.name.split(/[\\/]/).at(-1) ?? '').replace(/\.npy$/i, '') || 'array'
  return { tensors: new Map([[name, readNpy(await files.read(), name)]]), notes: [] }
}

/** @throws {ArgumentError} there are several arrays */
export function writeNpyFile(tensors: ReadonlyMap<string, StoredTensor>): Iterable<Uint8Array> {
  const [only] = tensors.values()
  if (tensors.size === 1 && only !== undefined) return npyParts(only)
  throw new ArgumentError('an .npy file holds one array', {
    received: `${counted(tensors.size, 'array')}: ${listed([...tensors.keys()])}`,
    expected: 'one array',
    advice: 'write an .npz file',
  })
}
