/** Reads a folder's entries, and says in words why a file or a folder cannot be read. */
import type { Dirent } from 'node:fs'
import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { printable, sameForm } from '../../core/text.ts'
import { DatasetError } from '../errors.ts'
import { isIgnored } from './endings.ts'

export interface FolderEntries {
  readonly path: string
  /** Names as the file system has them, sorted by code unit of their NFC form: the same order on every machine. */
  readonly folders: readonly string[]
  readonly files: readonly string[]
  /** Neither file nor folder: pipes, sockets, devices. */
  readonly others: readonly string[]
  /** Whether `lenslet train` made it. */
  readonly isRun: boolean
}

/**
 * The entries of a folder without hidden names and what systems leave there. Symbolic links are followed; a link to nothing
 * counts as a file, so that whoever reads it says what is wrong.
 *
 * @throws {DatasetError} it cannot be read
 */
export async function readFolder(path: string): Promise<FolderEntries> {
  const entries = await readdir(path, { withFileTypes: true }).catch((cause: unknown) => {
    throw new DatasetError(`cannot read the folder ${printable(path)}`, { ...whyUnreadable(path, cause), cause })
  })
  const seen = entries.filter(({ name }) => !isIgnored(name))
  const kinds = await Promise.all(seen.map((entry) => kindOf(path, entry)))
  const names = (kind: Kind) =>
    seen
      .filter((_, index) => kinds[index] === kind)
      .map(({ name }) => name)
      .sort(byName)
  const files = names('file')
  return { path, folders: names('folder'), files, others: names('other'), isRun: files.includes('run.json') }
}

type Kind = 'file' | 'folder' | 'other'

async function kindOf(path: string, entry: Dirent): Promise<Kind> {
  if (entry.isFile()) return 'file'
  if (entry.isDirectory()) return 'folder'
  // A link, or a file system that does not say.
  const found = await stat(join(path, entry.name)).catch(() => undefined)
  if (found === undefined || found.isFile()) return 'file'
  return found.isDirectory() ? 'folder' : 'other'
}

/** By code unit in NFC, so that labels do not depend on the language or the file system. */
export function byName(a: string, b: string): number {
  const [first, second] = [sameForm(a), sameForm(b)]
  return first < second ? -1 : first > second ? 1 : 0
}

const reasons: Readonly<Record<string, readonly [received: string, advice: string]>> = {
  ENOENT: ['it does not exist', 'check the path'],
  EACCES: ['permission denied', 'check its permissions'],
  EPERM: ['permission denied', 'check its permissions'],
  ENOTDIR: ['it is not a folder', 'check the path'],
  EISDIR: ['it is a folder', 'check the path'],
  ELOOP: ['its symbolic links lead in a circle', 'remove the link'],
  ENAMETOOLONG: ['the path is too long', 'move the folder to a shorter path'],
  EMFILE: ['too many files are open', 'raise the limit: ulimit -n'],
  EIO: ['the disk reports an error', 'check the disk'],
}

/** What is wrong and what to do, for an error of the file system. */
export function whyUnreadable(path: string, cause: unknown): { readonly received: string; readonly advice: string } {
  const code = (cause as NodeJS.ErrnoException | undefined)?.code ?? ''
  if (code === 'ENOENT' && path.includes('\ufffd'))
    return { received: 'its name is not valid UTF-8', advice: 'rename it' }
  const [received, advice] = reasons[code] ?? [cause instanceof Error ? cause.message : String(cause), 'check the path']
  return { received, advice }
}
