/** Reads a folder's entries, and says in words why a file or a folder cannot be read. */
import type { Dirent } from 'node:fs'
import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { printable, sameForm } from '../../core/text.ts'
import { systemCode, systemReason } from '../../platform/systemErrors.ts'
import { DatasetError } from '../errors.ts'
import { isIgnored } from './endings.ts'
import { isRun } from './runMark.ts'

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
 * counts as a file, so that its reader says what is wrong.
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
  return {
    path,
    folders: names('folder'),
    files,
    others: names('other'),
    isRun: files.includes('run.json') && (await isRun(path)),
  }
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

/** What is wrong and what to do, for an error of the file system. */
export function whyUnreadable(path: string, cause: unknown): { readonly received: string; readonly advice: string } {
  if (systemCode(cause) === 'ENOENT' && path.includes('\ufffd'))
    return { received: 'its name is not valid UTF-8', advice: 'rename it' }
  return systemReason(cause)
}
