/** .npy files as files of one array, and .npz files: ZIP archives of .npy files. */

import { ArgumentError } from '../../core/errors.ts'
import { counted, listed, printable } from '../../core/text.ts'
import type { StoredTensor } from '../../model/safetensors.ts'
import { openFile } from '../openFile.ts'
import type { ModelFiles, TensorFile } from '../types.ts'
import { readZip, type ZipEntry } from '../zip.ts'
import { lazyParts, zipParts } from '../zipWrite.ts'
import { checkNpy, headBytes, npyParts, readNpy } from './npy.ts'

/** The array has no name of its own: it gets that of the file. */
export async function readNpyFile(files: ModelFiles): Promise<TensorFile> {
  const name = (files.name.split(/[\\/]/).at(-1) ?? '').replace(/\.npy$/i, '') || 'array'
  return { tensors: new Map([[name, readNpy(await openFile(files), name)]]), notes: [] }
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

/** Entries that are no arrays are left out. */
export async function readNpzFile(files: ModelFiles): Promise<TensorFile> {
  const tensors = new Map<string, StoredTensor>()
  const others: string[] = []
  const archive = readZip(await openFile(files), files.name)
  const arrays = [...archive.values()].filter((entry) => entry.name.endsWith('.npy') || !others.push(entry.name))
  const nameOf = (entry: ZipEntry) => entry.name.slice(0, -'.npy'.length)
  // All are checked before any is unpacked.
  for (const entry of arrays) checkNpy(entry.head(headBytes), entry.size, printable(nameOf(entry)))
  for (const entry of arrays) tensors.set(nameOf(entry), readNpy(entry.range(), printable(nameOf(entry))))
  return { tensors, notes: others.length === 0 ? [] : [`left out, as they are no arrays: ${listed(others)}`] }
}

export function writeNpzFile(tensors: ReadonlyMap<string, StoredTensor>): Iterable<Uint8Array> {
  return zipParts(
    [...tensors].map(([name, tensor]) => ({ name: `${name}.npy`, parts: lazyParts(() => npyParts(tensor)) })),
  )
}
