/** Folders that appear whole or not at all, and files read with a bound. */
import { mkdir, mkdtemp, open, readdir, rename, rm, stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { printable } from '../../core/text.ts'
import { readRegularFile } from '../../platform/regularFile.ts'
import { systemCode } from '../../platform/systemErrors.ts'
import { DatasetError } from '../errors.ts'
import { whyUnreadable } from './folder.ts'

/**
 * Fills a folder under another name beside it and gives it its name at the end, so that a process killed at any moment
 * leaves nothing half-written under `folder`. Where another process was faster, its folder stays. The caller holds a lock.
 */
export async function createFolder(
  folder: string,
  fill: (write: (name: string, bytes: Uint8Array) => Promise<void>) => Promise<void>,
): Promise<void> {
  await makeFolder(dirname(folder))
  const unfinished = await unfinishedFolder(dirname(folder), basename(folder))
  try {
    await fill(async (name, bytes) => {
      const file = await open(join(unfinished, name), 'wx')
      try {
        await file.writeFile(bytes)
        await file.sync()
      } finally {
        await file.close()
      }
    })
    await rename(unfinished, folder)
  } catch (error) {
    await rm(unfinished, { recursive: true, force: true })
    if (!(await exists(folder))) throw error
  }
}

/**
 * A folder and those above it. One after the other: where a folder cannot be made (`/proc/x`), Node's `mkdir` with
 * `recursive` may not end. Throws the system's errors.
 */
export async function makeFolder(path: string): Promise<void> {
  if (await isFolder(path)) return
  if (dirname(path) !== path) await makeFolder(dirname(path))
  await mkdir(path).catch(async (error: unknown) => {
    // Another process was faster.
    if (systemCode(error) !== 'EEXIST' || !(await isFolder(path))) throw error
  })
}

/** A new folder for what is not finished yet, instead of those that killed processes left. */
export async function unfinishedFolder(parent: string, name: string): Promise<string> {
  const prefix = `${name}.unfinished-`
  for (const left of await readdir(parent))
    if (left.startsWith(prefix)) await rm(join(parent, left), { recursive: true, force: true })
  return mkdtemp(join(parent, prefix))
}

export async function exists(path: string): Promise<boolean> {
  return (await sizeOnDisk(path)) !== undefined
}

/** Bytes of a file; undefined where there is none. */
export async function sizeOnDisk(path: string): Promise<number | undefined> {
  try {
    return (await stat(path)).size
  } catch {
    return undefined
  }
}

export async function isFolder(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory()
  } catch {
    return false
  }
}

/** @throws {DatasetError} no such file, no regular file, or one larger than it may be */
export async function readBounded(path: string, limit: number): Promise<Uint8Array> {
  try {
    return await readRegularFile(path, limit)
  } catch (cause) {
    throw new DatasetError(`cannot read ${printable(path)}`, { ...whyUnreadable(path, cause), cause })
  }
}
