/**
 * Reads files with paths from outside. Only regular files: with a pipe, a terminal or /dev/zero, a reader could wait or read
 * forever. Every reader in src uses it.
 */

import { closeSync, constants, fstatSync, openSync, type Stats, statSync } from 'node:fs'
import { type FileHandle, open, stat } from 'node:fs/promises'
import { printable } from '../core/text.ts'
import { FileError } from './errors.ts'
import { systemError } from './systemErrors.ts'

/** 4 GiB: what the memory of a run can hold. A reader of a specific format passes a smaller limit. */
const defaultLimit = 2 ** 32

/** Bytes of one read call: Linux reads at most 2 GiB − 4 kB at once. */
const portion = 2 ** 30

const flags = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0) | (constants.O_NOCTTY ?? 0)

export interface RegularFile {
  readonly handle: FileHandle
  /** Bytes. */
  readonly size: number
}

/**
 * Opens a regular file; symbolic links are followed. The caller closes the handle.
 *
 * The path is looked at before it is opened, because opening a device can have an effect. The open file is looked at
 * again: between the two, another program can have put something else there. Without O_NONBLOCK, opening a pipe would
 * then wait for a writer.
 *
 * @throws {FileError} nothing there, no permission, a folder, pipe, socket or device; its cause is the system's error
 */
export async function openRegularFile(path: string): Promise<RegularFile> {
  try {
    refuseOther(path, await stat(path))
    const handle = await open(path, flags)
    try {
      const found = await handle.stat()
      refuseOther(path, found)
      return { handle, size: found.size }
    } catch (error) {
      await handle.close()
      throw error
    }
  } catch (error) {
    throw error instanceof FileError ? error : systemError('reading', path, error)
  }
}

/** As `openRegularFile`: the descriptor of the file, which the caller closes. Throws as it does. */
export function openDescriptor(path: string): number {
  try {
    refuseOther(path, statSync(path))
    const descriptor = openSync(path, flags)
    try {
      refuseOther(path, fstatSync(descriptor))
      return descriptor
    } catch (error) {
      closeSync(descriptor)
      throw error
    }
  } catch (error) {
    throw error instanceof FileError ? error : systemError('reading', path, error)
  }
}

/**
 * The bytes of a regular file, in a new buffer. Nothing is allocated before the size is known and allowed.
 *
 * @param limit most bytes that the file may have; default: 4 GiB
 * @throws {FileError} as `openRegularFile`; too large; or its size is not what the system said (/proc, or it is being written)
 */
export async function readRegularFile(path: string, limit = defaultLimit): Promise<Uint8Array> {
  const { handle, size } = await openRegularFile(path)
  try {
    if (size > limit) {
      throw new FileError(`cannot read ${printable(path)}`, {
        received: `${size} bytes, more than ${limit}`,
        expected: `a file of at most ${limit} bytes`,
        advice: 'check the path',
      })
    }
    const bytes = allocate(path, size)
    let at = 0
    while (at < size) {
      const { bytesRead } = await handle.read(bytes, at, Math.min(portion, size - at), at)
      if (bytesRead === 0) break
      at += bytesRead
    }
    const { bytesRead } = await handle.read(new Uint8Array(1), 0, 1, size)
    if (at < size || bytesRead > 0) throw otherSize(path, size, at)
    return bytes
  } catch (error) {
    throw error instanceof FileError ? error : systemError('reading', path, error)
  } finally {
    await handle.close()
  }
}

function allocate(path: string, size: number): Uint8Array {
  try {
    return new Uint8Array(size)
  } catch (cause) {
    throw new FileError(`cannot read ${printable(path)}`, {
      received: `${size} bytes; there is not enough memory`,
      expected: 'a file that fits into memory',
      advice: 'close other programs, or use a smaller file',
      cause,
    })
  }
}

function otherSize(path: string, size: number, read: number): FileError {
  return new FileError(`cannot read ${printable(path)}`, {
    received:
      size === 0 ? 'a file whose size the system does not tell' : `${read < size ? read : 'more'} of ${size} bytes`,
    expected: 'a regular file that does not change while it is read',
    advice: size === 0 ? 'copy it to a regular file first' : 'wait until it is completely written',
  })
}

function refuseOther(path: string, found: Stats): void {
  if (found.isFile()) return
  const kind = kinds.find(([is]) => is(found))?.[1] ?? 'something else'
  throw new FileError(`cannot read ${printable(path)}`, {
    received: `${kind}, not a regular file`,
    expected: 'a regular file',
    advice: found.isDirectory() ? 'name a file, not a folder' : 'copy its output to a regular file, and pass that',
  })
}

const kinds: readonly (readonly [is: (found: Stats) => boolean, says: string])[] = [
  [(found) => found.isDirectory(), 'a folder'],
  [(found) => found.isFIFO(), 'a pipe'],
  [(found) => found.isSocket(), 'a socket'],
  [(found) => found.isCharacterDevice() || found.isBlockDevice(), 'a device'],
]
