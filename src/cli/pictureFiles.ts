/** The argument <picture...>: files, folders with pictures at any depth, and `-` for standard input. */

import { realpath, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { LensletError } from '../core/errors.ts'
import { printable } from '../core/text.ts'
import { DatasetError, PictureError } from '../data/errors.ts'
import { fileKind, pictureEndings } from '../data/node/endings.ts'
import { readFolder } from '../data/node/folder.ts'
import { LeftOut } from '../data/node/leftOut.ts'
import { pictureByteLimit } from '../data/source.ts'
import { systemCode, systemError, systemReason } from '../platform/systemErrors.ts'
import { UsageError } from './errors.ts'

/** A picture to predict, or the reason why there is none. */
export interface PictureFile {
  /** As given, or a path in the folder as given; `-` is standard input. */
  readonly file: string
  readonly error?: LensletError
}

export interface FoundPictures {
  readonly pictures: readonly PictureFile[]
  /** What is left out of the folders. */
  readonly notices: readonly string[]
}

export const standardInput = '-'

/**
 * All pictures in the order of the paths, those of a folder in the order of their names. A path without a picture is an
 * entry with an error, so that it does not cost the others. Throws `UsageError` where no path leads to a picture.
 */
export async function findPictures(paths: readonly string[]): Promise<FoundPictures> {
  if (paths.filter((path) => path === standardInput).length > 1)
    throw new UsageError('standard input is given twice', { received: paths.join(' '), expected: 'one -' })
  const leftOut = new LeftOut()
  const found: PictureFile[] = []
  for (const path of paths) found.push(...(path === standardInput ? [{ file: path }] : await findAt(path, leftOut)))
  const errors = found.flatMap(({ error }) => error ?? [])
  if (errors.length === found.length) throw noPictures(errors)
  return { pictures: found, notices: leftOut.notices().map(({ message }) => message) }
}

async function findAt(path: string, leftOut: LeftOut): Promise<PictureFile[]> {
  try {
    if (!(await stat(path)).isDirectory()) return [{ file: path }]
  } catch (cause) {
    return [{ file: path, error: missing(path, cause as NodeJS.ErrnoException) }]
  }
  const here = new LeftOut()
  const found: PictureFile[] = []
  await visit(path, [], here, found)
  leftOut.merge(here)
  if (found.length > 0) return found
  const error = new UsageError(`the folder ${printable(path)} holds no images`, {
    received: here.says() || 'an empty folder',
    expected: `files ending in ${pictureEndings.join(', ')}`,
    advice: 'check the path',
  })
  return [{ file: path, error }]
}

/** Depth first, in the order of names. A folder that cannot be read is an entry, too. */
async function visit(path: string, above: readonly string[], leftOut: LeftOut, found: PictureFile[]): Promise<void> {
  try {
    const real = await realpath(path)
    if (above.includes(real)) {
      throw new DatasetError(`the folder ${printable(path)} contains itself`, {
        received: `a symbolic link to ${printable(real)}`,
        expected: 'folders that end',
        advice: 'remove the link',
      })
    }
    const entries = await readFolder(path)
    if (entries.isRun) return leftOut.addRun(path)
    leftOut.addFiles(entries)
    found.push(
      ...entries.files.filter((name) => fileKind(name) === 'picture').map((name) => ({ file: join(path, name) })),
    )
    for (const name of entries.folders) await visit(join(path, name), [...above, real], leftOut, found)
  } catch (error) {
    const named = systemCode(error) === undefined ? error : systemError('reading', path, error)
    if (!(named instanceof LensletError)) throw named
    found.push({ file: path, error: named })
  }
}

function missing(path: string, cause: NodeJS.ErrnoException): UsageError {
  const isPattern = /[*?]/.test(path)
  return new UsageError(`there is no image ${printable(path)}`, {
    received: cause.code === 'ENOENT' ? 'no such file' : systemReason(cause).received,
    expected: 'an image, a folder of images, or - for standard input',
    advice: isPattern ? 'name the folder; a pattern such as *.png is for the shell to replace' : 'check the path',
    cause,
  })
}

function noPictures(errors: readonly LensletError[]): LensletError {
  const [first] = errors
  if (first !== undefined && errors.length === 1) return first
  return new UsageError('there are no images to predict', {
    received: errors.slice(0, 20).map(reasonOf).join('; '),
    expected: 'images, folders of images, or - for standard input',
    advice: 'check the paths',
  })
}

/** One line: what is wrong, and what was found. */
export function reasonOf(error: LensletError): string {
  const [message = ''] = error.message.split('\n')
  return `${message}${error.received === undefined ? '' : `: ${error.received}`}`.replace(/\s+/g, ' ').trim()
}

export function onStandardInput(reason: string, cause?: unknown): PictureError {
  return new PictureError('on standard input', reason, 'lenslet predict <model> - < picture.png', cause)
}

/** The bytes of a picture on standard input. Throws `PictureError`. */
export async function readStandardInput(): Promise<Uint8Array> {
  const chunks: Uint8Array[] = []
  let length = 0
  try {
    for await (const chunk of process.stdin as AsyncIterable<Uint8Array>) {
      chunks.push(chunk)
      length += chunk.length
      if (length > pictureByteLimit) throw onStandardInput(`more than ${pictureByteLimit} bytes`)
    }
  } catch (error) {
    throw systemCode(error) === undefined ? error : onStandardInput(systemReason(error).received, error)
  }
  if (length === 0) throw onStandardInput('0 bytes')
  return Buffer.concat(chunks)
}
