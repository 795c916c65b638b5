/**
 * Writes files that are complete at every moment: under a temporary name in the same folder, flushed to the disk, then renamed.
 * A file that is replaced keeps its permissions and, where the system allows it, its owner.
 */

import { copyFile, type FileHandle, link, open, readdir, realpath, rename, rm, stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { FileError } from './errors.ts'

export type CheckWritten = (written: string) => Promise<void>

export async function replaceFile(
  path: string,
  parts: Uint8Array | Iterable<Uint8Array>,
  check?: CheckWritten,
): Promise<void> {
  // Renaming onto a symbolic link would replace the link.
  const target = await realpath(path).catch(() => path)
  const former = await formerOf(path, target)
  const part = partOf(target)
  try {
    // What only the owner may read is at no moment readable for others.
    const file = await open(part, 'wx', former === undefined ? 0o666 : 0o600)
    try {
      // Each call writes its part completely, after the one before. Views of shared memory need no copy (Node 20, 22, 24).
      for (const bytes of ArrayBuffer.isView(parts) ? [parts] : parts) await file.writeFile(bytes)
      if (former !== undefined) await keepAccess(file, former)
      await file.sync()
    } finally {
      await file.close()
    }
    await check?.(part)
    await rename(part, target)
  } catch (error) {
    await rm(part, { force: true })
    throw error
  }
  await syncFolder(dirname(target))
  await removeRemains(target, oldRemains)
}

/**
 * Gives the file `from` a second name, under which another file may have been: whole at every moment, without a copy where
 * the file system has hard links. What replaces `from` afterwards does not change it, and makes the name durable.
 */
export async function keepFile(from: string, to: string): Promise<void> {
  const part = partOf(to)
  try {
    await link(from, part).catch(() => copyFile(from, part))
    await rename(part, to)
  } finally {
    // Where both names are of one file already, renaming does nothing and leaves the part.
    await rm(part, { force: true })
  }
}

interface Former {
  readonly mode: number
  readonly uid: number
  readonly gid: number
}

async function formerOf(path: string, target: string): Promise<Former | undefined> {
  const found = await stat(target).catch(() => undefined)
  if (found === undefined) return undefined
  if (found.isFile()) return found
  const kind = found.isDirectory() ? 'a folder' : 'a device, a pipe or a socket'
  throw new FileError(`cannot write ${path}`, {
    received: kind,
    expected: 'the path of a regular file, or a new one',
    advice: found.isDirectory() ? 'name a file, not a folder' : 'write to a file, and copy it from there',
  })
}

/** Only root can give a file to another owner; others can give it to one of their groups. The mode comes last: chown clears bits. */
async function keepAccess(file: FileHandle, { mode, uid, gid }: Former): Promise<void> {
  const made = await file.stat()
  if (made.uid !== uid || made.gid !== gid)
    await file.chown(uid, gid).catch(() => file.chown(made.uid, gid).catch(() => {}))
  // Some file systems have no permissions.
  await file.chmod(mode & 0o777).catch(() => {})
}

/** Ten random digits distinguish the temporary files of two writers. */
function partOf(target: string): string {
  const unique = crypto.randomUUID().replaceAll('-', '').slice(0, 10)
  return join(dirname(target), `.${stemOf(basename(target))}.${unique}.part`)
}

/** A file system allows 255 bytes, eCryptfs 143: with what is added to a name, it still fits. */
const mostBytes = 100

/** What stands for a file's name in the names of its parts and of its lock. Of a long one, a checksum and its end. */
export function stemOf(name: string): string {
  const encoder = new TextEncoder()
  const kept = [...name]
  const fits = (most: number) => encoder.encode(kept.join('')).length <= most
  if (fits(mostBytes)) return name
  const sum = sumOf(name)
  while (!fits(mostBytes - sum.length)) kept.shift()
  return sum + kept.join('')
}

/** Keeps long names with the same end apart (FNV-1a, 32 bits). */
function sumOf(name: string): string {
  let sum = 0x811c9dc5
  for (const byte of new TextEncoder().encode(name)) sum = Math.imul(sum ^ byte, 0x01000193)
  return (sum >>> 0).toString(16).padStart(8, '0')
}

/**
 * Removes what a process that was killed while it wrote this file has left behind.
 *
 * @param age milliseconds since its last byte after which nobody is writing it; 0 for the holder of the file's lock
 */
export async function removeRemains(target: string, age: number): Promise<void> {
  const folder = dirname(target)
  const start = `.${stemOf(basename(target))}.`
  const names = await readdir(folder).catch(() => [])
  for (const name of names.filter((each) => each.startsWith(start) && isPart.test(each.slice(start.length)))) {
    const part = join(folder, name)
    const silent = await stat(part).then(
      ({ mtimeMs }) => Date.now() - mtimeMs,
      () => -1,
    )
    if (age === 0 ? silent !== -1 : silent > age) await rm(part, { force: true })
  }
}

const isPart = /^[0-9a-f]{4,10}\.part$/

/** Milliseconds. A large file on a slow disk takes its time to be flushed, without a further byte. */
const oldRemains = 600_000

/** Makes the new name durable, too. Windows and some file systems cannot; the file is complete anyway. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r').catch(() => undefined)
  await handle?.sync().catch(() => {})
  await handle?.close()
}
