/** NumPy's .npz: a zip archive of .npy arrays. */

import { ArgumentError } from '../../core/errors.ts'
import { storedTensor } from '../../model/safetensors/tensor.ts'
import type { StoredTensor } from '../../model/safetensors.ts'
import { ForeignFileError } from '../errors.ts'
import type { ModelFiles, TensorFile } from '../types.ts'
import { type ZipPart, zipParts } from '../writeZip.ts'
import { readZip } from '../zip.ts'
import { descrOf } from './dtypes.ts'
import { npyParts, readNpy } from './npy.ts'

/** @throws {ForeignFileError} */
export async function readNpz(files: ModelFiles): Promise<TensorFile> {
  const tensors = new Map<string, StoredTensor>()
  const notes: string[] = []
  for (const [name, entry] of readZip(await files.read())) {
    const key = name.replace(/\.npy$/, '')
    try {
      tensors.set(key, readNpy(entry.read(), key))
    } catch (error) {
      // Objects and text are left out by name; a damaged archive is refused.
      if (!(error instanceof ForeignFileError) || !/type/.test(error.message)) throw error
      notes.push(`${key} is left out: ${error.received}`)
    }
  }
  return { tensors, notes }
}

/** Types that NumPy does not have are written as float32. @throws {ArgumentError} a type that cannot be decoded */
export function writeNpz(tensors: ReadonlyMap<string, StoredTensor>): Iterable<Uint8Array> {
  const entries = [...tensors].map(([name, tensor]): ZipPart => {
    const known = descrOf(tensor.dtype) === undefined ? asFloats(name, tensor) : tensor
    return { name: `${name}.npy`, parts: [...npyParts(known)] }
  })
  const names = new Set(entries.map(({ name }) => name))
  if (names.size === entries.length) return zipParts(entries)
  throw new ArgumentError('two arrays have the same name', { received: 'names that differ in nothing', expected: 'a name for each' })
}

function asFloats(name: string, { shape, values }: StoredTensor): StoredTensor {
  const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength)
  return storedTensor(name, { dtype: 'F32', shape, from: 0, to: bytes.length }, bytes)
}
