/** A folder that appears whole or not at all, in place of none, of an empty one, or with --force of a former one of its kind. */

import { existsSync } from 'node:fs'
import { chmod, type FileHandle, open, readdir, realpath, rename, rm, rmdir, stat } from 'node:fs/promises'
import { basename, dirname, isAbsolute, join, relative, resolve, sep } from 'node:path'
import { platform } from '#platform'
import { counted, listed, printable } from '../core/text.ts'
import { makeFolder, unfinishedFolder } from '../data/node/files.ts'
import { FileError } from '../platform/errors.ts'
import { systemReason } from '../platform/systemErrors.ts'
import { readCall, UsageError } from './errors.ts'

export interface NewFolder {
  readonly folder: string
  /** As typed in front of the folder: `--torch`. */
  readonly option: string
  readonly force: boolean
  /** What a folder must be to be replaced, in words: `an export`. */
  readonly kind: string
  isOfKind(folder: string): Promise<boolean>
}

/** Throws `UsageError` where the folder cannot be written to, or holds what must not be replaced. */
export async function checkNewFolder({ folder, option, force, kind, isOfKind }: NewFolder): Promise<void> {
  const refuse = (received: string, advice: string) =>
    new UsageError(`${printable(folder)} is not empty`, {
      received,
      expected: 'a new or an empty folder',
      advice,
    })
  if (folder.trim() === '') {
    throw new UsageError(`${option} is empty`, { received: `${option} ''`, expected: 'a folder' })
  }
  const found = await stat(folder).catch(() => undefined)
  if (found === undefined) return
  const inside = relative(await realpath(folder), process.cwd())
  if (!isAbsolute(inside) && inside.split(sep)[0] !== '..') {
    // The folder is replaced as a whole, and who is in it would be nowhere.
    throw new UsageError(`${printable(folder)} is the folder that you are in, or holds it`, {
      received: `${option} ${folder}`,
      expected: 'a new folder, which may be in it',
      advice: `${option} NAME`,
    })
  }
  if (!found.isDirectory()) {
    throw new UsageError(`${printable(folder)} is not a folder`, { received: 'a file', expected: 'a folder' })
  }
  const names = await readdir(folder)
  if (names.length === 0) return
  const holds = `${counted(names.length, 'entry', 'entries')}: ${listed(names.toSorted())}`
  if (!(await isOfKind(folder))) throw refuse(holds, `${option} another folder; --force replaces only ${kind}`)
  if (!force) throw refuse(`${kind}, with ${holds}`, `another folder, or --force to replace it with all that it holds`)
}

/** Writes a file of the new folder, in parts, to the disk. */
export type WriteFile = (name: string, parts: Iterable<Uint8Array> | AsyncIterable<Uint8Array>) => Promise<void>

/**
 * Fills the folder under another name beside it. What was there before is replaced in the last moment.
 * @param fill gets the place that later has the folder's name
 * @throws {UsageError | FileError | LockedError} and then nothing has changed
 */
export async function writeFolder(
  request: NewFolder,
  fill: (write: WriteFile, place: string) => Promise<void>,
): Promise<void> {
  // Of a symbolic link, what it leads to.
  const folder = await realpath(request.folder).catch(() => resolve(request.folder))
  const parent = dirname(folder)
  // A place that cannot be written to, or another process there, is wrong with the call; a full disk is not.
  const lock = await readCall(async () => {
    await makeFolder(parent).catch((cause: unknown) => {
      throw cannotWrite(request, cause)
    })
    return platform.lockFile(folder)
  })
  try {
    await checkNewFolder(request)
    const place = await unfinishedFolder(parent, basename(folder))
    try {
      // A folder for temporary files is its owner's alone.
      await chmod(place, 0o777 & ~process.umask())
      await fill((name, parts) => writeWhole(join(place, name), parts), place)
      await lock.check()
      await checkNewFolder(request)
      await putInPlace(place, folder)
    } catch (error) {
      await rm(place, { recursive: true, force: true })
      throw error
    }
  } catch (error) {
    if (error instanceof Error && 'syscall' in error) throw cannotWrite(request, error)
    throw error
  } finally {
    await lock.release()
  }
}

async function writeWhole(path: string, parts: Iterable<Uint8Array> | AsyncIterable<Uint8Array>): Promise<void> {
  await makeFolder(dirname(path))
  const file: FileHandle = await open(path, 'wx')
  try {
    for await (const part of parts) await file.writeFile(part)
    await file.sync()
  } finally {
    await file.close()
  }
}

async function putInPlace(place: string, folder: string): Promise<void> {
  if (!existsSync(folder)) return rename(place, folder)
  const former = `${place}-former`
  await rename(folder, former)
  try {
    await rename(place, folder)
  } catch (error) {
    await rename(former, folder)
    throw error
  }
  // An empty one, or with --force all that it holds.
  await rmdir(former).catch(() => rm(former, { recursive: true, force: true }))
}

function cannotWrite({ folder, option }: NewFolder, cause: unknown): FileError {
  const { received, advice } = systemReason(cause)
  return new FileError(`cannot write the folder ${printable(folder)}`, {
    received,
    expected: 'a place with room that can be written to',
    advice: `${advice}; or ${option} another folder`,
    cause,
  })
}
