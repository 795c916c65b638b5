/**
 * Models in Node's file system: a file, and the files in its folder that it may name. A model that comes from strangers
 * must not be able to name others, so a path that leaves the folder is refused, also by way of a symbolic link.
 */

import { readdir, realpath } from 'node:fs/promises'
import { basename, dirname, isAbsolute, join, relative, sep } from 'node:path'
import type { Bytes } from '../../core/bytes.ts'
import { printable } from '../../core/text.ts'
import { openBytes } from '../../platform/openBytes.ts'
import { openRegularFile, readRegularFile } from '../../platform/regularFile.ts'
import { systemCode } from '../../platform/systemErrors.ts'
import { ForeignFileError } from '../errors.ts'
import type { ModelFiles } from '../types.ts'

/** The file is read when it is needed: a large one part by part, each when a weight in it is used. Throws `FileError` where that is impossible. */
export function modelFiles(path: string): ModelFiles {
  let bytes: Promise<Uint8Array> | undefined
  let opened: Promise<Bytes> | undefined
  return {
    name: path,
    read() {
      bytes ??= readRegularFile(path)
      return bytes
    },
    open() {
      opened ??= openBytes(path)
      return opened
    },
    beside: (name) => readBeside(path, name, readRegularFile),
    openBeside: (name) => readBeside(path, name, openBytes),
    names: () => readdir(dirname(path)),
  }
}

/** The first bytes of a regular file, at most `count`. Throws `FileError`. */
export async function startOfFile(path: string, count: number): Promise<Uint8Array> {
  const { handle } = await openRegularFile(path)
  try {
    const bytes = new Uint8Array(count)
    let at = 0
    while (at < count) {
      const { bytesRead } = await handle.read(bytes, at, count - at, at)
      if (bytesRead === 0) break
      at += bytesRead
    }
    return bytes.subarray(0, at)
  } finally {
    await handle.close()
  }
}

/** @param name as the model says: `/` between folders, on every system; a leading `./` and blanks are part of what is found */
async function readBeside<T>(path: string, name: string, read: (path: string) => Promise<T>): Promise<T | undefined> {
  const folder = dirname(path)
  const local = join(...name.split('/'))
  if (name === '' || name.includes('\0') || isAbsolute(name) || isAbsolute(local) || leaves(local) || hasDrive(name))
    throw outside(path, name, 'a path that leaves the folder of the model')
  try {
    const [home, target] = await Promise.all([realpath(folder), realpath(join(folder, local))])
    if (leaves(relative(home, target))) throw outside(path, name, 'a symbolic link that leaves the folder of the model')
    return await read(target)
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes(systemCode(error) ?? '')) return undefined
    throw error
  }
}

const leaves = (path: string) => path === '..' || path.startsWith(`..${sep}`) || isAbsolute(path)
/** On Windows `C:x` is relative to the current folder of another drive, and `\` separates folders. */
const hasDrive = (name: string) => sep === '\\' && /[:\\]/.test(name)

function outside(path: string, name: string, received: string): ForeignFileError {
  return new ForeignFileError(`${printable(basename(path))} names a file that it must not read`, {
    received: `${received}: ${printable(name.slice(0, 200))}`,
    expected: 'a file in the folder of the model or below it',
    advice:
      'use the model only if you trust its source; copy the file into the folder and correct the name in the model',
  })
}
