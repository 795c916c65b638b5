/** What an error of the operating system means, and what to do about it: one table for every file that is read or written. */

import { printable } from '../core/text.ts'
import { FileError } from './errors.ts'

interface Meaning {
  readonly received: string
  readonly reading: string
  /** Where it differs. */
  readonly writing?: string
}

const permissions = 'check the permissions of the file and of its folder'

/** By the code that Node gives (errno(3)). */
const meanings: Readonly<Record<string, Meaning>> = {
  ENOENT: { received: 'it does not exist', reading: 'check the path', writing: 'check that its folder exists' },
  EISDIR: { received: 'it is a folder', reading: 'name a file, not a folder' },
  ENOTDIR: {
    received: 'it is not a folder',
    reading: 'check the path: a part of it is a file, not a folder',
  },
  EACCES: { received: 'permission denied', reading: permissions },
  EPERM: { received: 'permission denied', reading: permissions },
  EROFS: { received: 'the file system is read-only', reading: 'choose a folder that can be written to' },
  ENOSPC: { received: 'the disk is full', reading: 'free some space on the disk' },
  EDQUOT: { received: 'the disk quota is used up', reading: 'free some space, or ask for a larger quota' },
  EFBIG: {
    received: 'the file would be larger than the system allows',
    reading: 'raise the limit (ulimit -f), or choose another disk',
  },
  ELOOP: { received: 'its symbolic links lead in a circle', reading: 'remove the link' },
  ENAMETOOLONG: { received: 'the path is too long', reading: 'use a shorter path' },
  EMFILE: {
    received: 'this process has too many files open',
    reading: 'raise the limit: ulimit -n 4096',
  },
  ENFILE: { received: 'the system has too many files open', reading: 'close other programs' },
  ENOMEM: { received: 'the system is out of memory', reading: 'close other programs' },
  EIO: { received: 'the disk reports an error', reading: 'check the disk' },
  ESTALE: { received: 'the network drive has lost the file', reading: 'mount the drive again' },
  EBUSY: { received: 'another program is using it', reading: 'close the other program' },
  ETXTBSY: { received: 'another program is using it', reading: 'close the other program' },
  ENXIO: { received: 'it is a socket or a device, not a regular file', reading: 'name a regular file' },
  ENODEV: { received: 'it is a device, not a regular file', reading: 'name a regular file' },
  EAGAIN: { received: 'it would have to wait for data', reading: 'name a regular file' },
  EXDEV: { received: 'it is on another file system', reading: 'choose a folder on the same file system' },
  ENOTEMPTY: { received: 'the folder is not empty', reading: 'choose another folder' },
  EEXIST: { received: 'it exists already', reading: 'choose another name' },
}

/** The code of an error of the operating system (`ENOENT`), also of one that a FileError wraps; else undefined. */
export function systemCode(error: unknown): string | undefined {
  if (error instanceof FileError) return systemCode(error.cause)
  if (!(error instanceof Error) || !('code' in error) || typeof error.code !== 'string') return undefined
  return /^E[A-Z0-9]+$/.test(error.code) ? error.code : undefined
}

/** What is wrong and what to do, as the details of an error; of a FileError, its own. */
export function systemReason(
  error: unknown,
  doing: 'reading' | 'writing' = 'reading',
): { readonly received: string; readonly advice: string } {
  const code = systemCode(error)
  const meaning = code === undefined ? undefined : meanings[code]
  if (meaning !== undefined)
    return {
      received: meaning.received,
      advice: (doing === 'writing' ? meaning.writing : undefined) ?? meaning.reading,
    }
  const { received, advice } = error instanceof FileError ? error : { received: undefined, advice: undefined }
  const text = error instanceof Error ? error.message : String(error)
  return { received: received ?? printable(text), advice: advice ?? 'check the path' }
}

/** `cannot read photos/1.png`, with the system's reason, its code and what to do. */
export function systemError(doing: 'reading' | 'writing', path: string, cause: unknown): FileError {
  const { received, advice } = systemReason(cause, doing)
  const code = systemCode(cause)
  return new FileError(`cannot ${doing === 'reading' ? 'read' : 'write'} ${printable(path)}`, {
    received: code === undefined ? received : `${received} (${code})`,
    advice,
    cause,
  })
}
