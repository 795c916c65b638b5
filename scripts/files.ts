// File helpers of the build scripts: listing, hashing, and replacing a file or folder so that nobody sees half of it.

import { createHash } from 'node:crypto'
import { mkdir, readdir, readFile, rename, writeFile } from 'node:fs/promises'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The repository's root folder. */
export const root = dirname(dirname(fileURLToPath(import.meta.url)))

/** All files below a folder, sorted; none when the folder is missing. */
export async function filesUnder(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch((error) => {
    if (error.code === 'ENOENT') return []
    throw error
  })
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort()
}

/** SHA-256 over names and contents of files and any further text. */
export async function hashOf(files: readonly string[], ...more: string[]): Promise<string> {
  const hash = createHash('sha256')
  for (const text of more) hash.update(`${text}\0`)
  for (const file of files) {
    const contents = await readFile(file)
    hash.update(`${relative(root, file)}\0${contents.length}\0`).update(contents)
  }
  return hash.digest('hex')
}

/** Writes a file in one step: two builds at the same time leave one whole file. */
export async function replaceFile(file: string, contents: string | Uint8Array): Promise<void> {
  await mkdir(dirname(file), { recursive: true })
  const part = `${file}.${process.pid}.part`
  await writeFile(part, contents)
  await rename(part, file)
}

/** True for the module that Node was started with. */
export function runAsMain(moduleUrl: string): boolean {
  return process.argv[1] !== undefined && fileURLToPath(moduleUrl) === process.argv[1]
}
