/**
 * Archives of images: their entries are files that are unpacked when they are read. An archive may be hostile: its directory is
 * checked by the library that reads it, and no entry is unpacked to more than it says, or than an image may have.
 */

import {
  BlobReader,
  configure,
  type FileEntry,
  Uint8ArrayWriter,
  ZipReader,
} from '@zip.js/zip.js/lib/zip-core-native.js'
import { ArgumentError, printable } from 'lenslet/core'
import { BrokenImageError } from '../read/decode.ts'
import type { Source } from '../read/source.ts'
import { settingsOf } from '../store/journal.ts'
import { type ProjectFile, projectFileName, projectFileOf } from './projectFile.ts'

configure({ useWebWorkers: false })

/** Most entries of an archive, and most bytes of one, unpacked. */
const mostEntries = 200_000
const mostBytes = 2 ** 28

export interface Archived extends Source {
  readonly path: string
  readonly bytes: number
  readonly changed: number
}

export interface Archive {
  readonly files: readonly Archived[]
  /** Of a project that was saved. */
  readonly project?: ProjectFile
}

/** Throws `ArgumentError` for what is no archive, or one that is damaged. */
export async function openArchive(name: string, blob: Blob): Promise<Archive> {
  const refused = (received: string) =>
    new ArgumentError(`${printable(name)} cannot be opened`, {
      received,
      expected: 'a ZIP archive with a folder for each class',
      advice: 'pack the folder again, or drop the folder itself',
    })
  const entries: FileEntry[] = []
  try {
    for await (const entry of new ZipReader(new BlobReader(blob)).getEntriesGenerator()) {
      if (!entry.directory) entries.push(entry)
      if (entries.length > mostEntries) break
    }
  } catch (error) {
    throw refused(error instanceof Error ? error.message : String(error))
  }
  if (entries.length > mostEntries) throw refused(`more than ${mostEntries} files`)
  const files = entries.map((entry): Archived => {
    const { filename, uncompressedSize, lastModDate } = entry
    const open = () => unpacked(entry)
    // Times of an archive have no zone and are read as local ones: the same file in another place is another one.
    return { path: filename, bytes: uncompressedSize, changed: lastModDate?.getTime() ?? 0, open }
  })
  const saved = entries.find(({ filename }) => filename === projectFileName)
  if (saved === undefined) return { files }
  const text = await unpacked(saved).catch((error) => {
    throw refused(`${projectFileName}: ${error.message}`)
  })
  const project = projectFileOf(new TextDecoder().decode(text), settingsOf)
  if (project === undefined) throw refused(`a ${projectFileName} that is damaged`)
  return { files: files.filter(({ path }) => path !== projectFileName), project }
}

async function unpacked(entry: FileEntry): Promise<ArrayBuffer> {
  if (entry.encrypted) throw new BrokenImageError('it is encrypted')
  if (entry.uncompressedSize > mostBytes)
    throw new BrokenImageError(`it has ${entry.uncompressedSize} bytes; ${mostBytes} at most are unpacked`)
  try {
    const bytes = await entry.getData(new Bounded(entry.uncompressedSize), { checkCrc32: true })
    return bytes.buffer
  } catch (error) {
    throw new BrokenImageError(`the archive is damaged there: ${error instanceof Error ? error.message : error}`)
  }
}

/** Deflate can make a thousand bytes of one, whatever the directory says. */
class Bounded extends Uint8ArrayWriter {
  #left: number

  constructor(bytes: number) {
    super()
    this.#left = bytes
  }

  override async writeUint8Array(array: Uint8Array): Promise<void> {
    this.#left -= array.length
    if (this.#left < 0) throw new Error('more bytes than its directory says')
    await super.writeUint8Array(array)
  }
}
