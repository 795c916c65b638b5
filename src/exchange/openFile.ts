/** The bytes of a model's files: still in the file where the source can read parts of it, and otherwise in memory. */

import { asBytes, type Bytes } from '../core/bytes.ts'
import type { ModelFiles } from './types.ts'

export async function openFile(files: ModelFiles): Promise<Bytes> {
  return files.open === undefined ? asBytes(await files.read()) : files.open()
}

/** As `ModelFiles.beside`. */
export async function openBeside(files: ModelFiles, path: string): Promise<Bytes | undefined> {
  if (files.openBeside !== undefined) return files.openBeside(path)
  const bytes = await files.beside(path)
  return bytes && asBytes(bytes)
}
