/**
 * Whether picture files are complete, without decoding them: by their first bytes and their last ones. Copies that broke off
 * are the most frequent damage, and in a large folder they are found in seconds. What is suspected here is decoded, so nothing
 * is refused that could be read; what is not suspected is decoded later, with the others.
 */
import type { FileHandle } from 'node:fs/promises'
import { openRegularFile } from '../../platform/regularFile.ts'
import { PictureError } from '../errors.ts'
import { decodePicture } from './decode.ts'
import { byName } from './folder.ts'
import { formatOf } from './pictureFormat.ts'
import type { Entry } from './splitting.ts'

/** Files that are looked at at a time. */
const concurrency = 16
/** Bytes at the end in which the mark of the end is looked for: programs write their own data behind it. */
const tailBytes = 4096
const thumbnail = { height: 8, width: 8, channels: 3 }

export interface CompletenessOptions {
  readonly signal?: AbortSignal | undefined
  readonly onProgress?: ((progress: { readonly checked: number; readonly total: number }) => void) | undefined
}

/** Of files that are cut short, empty or no pictures at all: the entry and what is wrong. */
export async function findIncomplete(
  entries: readonly Entry[],
  { signal, onProgress }: CompletenessOptions = {},
): Promise<ReadonlyMap<Entry, PictureError>> {
  const found = new Map<Entry, PictureError>()
  let next = 0
  let checked = 0
  const worker = async () => {
    for (let i = next++; i < entries.length; i = next++) {
      signal?.throwIfAborted()
      const entry = entries[i] as Entry
      const error = await faultOf(entry.file)
      if (error !== undefined) found.set(entry, error)
      onProgress?.({ checked: ++checked, total: entries.length })
    }
  }
  await Promise.all(Array.from({ length: concurrency }, worker))
  return new Map([...found].sort(([a], [b]) => byName(a.file, b.file)))
}

async function faultOf(file: string): Promise<PictureError | undefined> {
  try {
    // What cannot be opened, or is empty, is named by the decoder.
    if (await looksComplete(file).catch(() => false)) return undefined
    await decodePicture(file, thumbnail)
    return undefined
  } catch (error) {
    if (error instanceof PictureError) return error
    throw error
  }
}

async function looksComplete(file: string): Promise<boolean> {
  const { handle, size } = await openRegularFile(file)
  try {
    const head = await bytesAt(handle, 0, 32)
    const tail = await bytesAt(handle, Math.max(0, size - tailBytes), tailBytes)
    const has = (...mark: readonly number[]) => tail.lastIndexOf(String.fromCharCode(...mark)) >= 0
    switch (formatOf(Buffer.from(head, 'latin1'))) {
      case undefined:
        return false
      case 'jpeg':
        return has(0xff, 0xd9)
      case 'png':
        return has(0x49, 0x45, 0x4e, 0x44)
      case 'gif':
        // A block of no bytes, and the trailer; padding may follow.
        return /\0;\0*$/.test(tail)
      case 'webp':
        return Buffer.from(head, 'latin1').readUInt32LE(4) + 8 <= size
      case 'heif':
        return await hasWholeBoxes(handle, size)
      // A TIFF has its parts anywhere.
      default:
        return true
    }
  } finally {
    await handle.close()
  }
}

/** As text of one character a byte. */
async function bytesAt(handle: FileHandle, from: number, length: number): Promise<string> {
  const { buffer, bytesRead } = await handle.read(Buffer.alloc(length), 0, length, from)
  return buffer.toString('latin1', 0, bytesRead)
}

/** ISO 14496-12: a file is a row of boxes, each of which begins with its length. */
async function hasWholeBoxes(handle: FileHandle, size: number): Promise<boolean> {
  let at = 0
  for (let boxes = 0; at < size && boxes < 1000; boxes++) {
    const head = Buffer.from(await bytesAt(handle, at, 16), 'latin1')
    if (head.length < 8) return false
    const length = head.readUInt32BE(0)
    // 0: to the end of the file; 1: the length has 64 bits.
    if (length === 0) return true
    if (length === 1 && head.length < 16) return false
    at += length === 1 ? Number(head.readBigUInt64BE(8)) : length
    if (length !== 1 && length < 8) return false
  }
  return at <= size
}
