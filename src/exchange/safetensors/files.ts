/** safetensors files among the other files of arrays. */

import { readSafetensors, type StoredTensor, safetensorsParts } from '../../model/safetensors.ts'
import { openFile } from '../openFile.ts'
import type { ModelFiles, TensorFile } from '../types.ts'

export async function readSafetensorsFile(files: ModelFiles): Promise<TensorFile> {
  return { tensors: readSafetensors(await openFile(files)).tensors, notes: [] }
}

/** Each array is written as it is stored. What reads such files asks for the metadata `format`, and knows `pt` everywhere. */
export function writeSafetensorsFile(tensors: ReadonlyMap<string, StoredTensor>): Iterable<Uint8Array> {
  return safetensorsParts(tensors, { format: 'pt' })
}
