/**
 * Decoded and scaled pictures on the disk: what does not fit into memory is decoded once, and read from there. Two files: the
 * pixels, side by side, and an index. Both only grow, so a process that is killed loses nothing but what it was writing. Each
 * picture is compared with its checksum whenever it is read; one that is damaged is decoded again.
 *
 * A picture is known by its path, length and time of change, as by rsync and make. The folder is named by what decides about
 * pixels: the folder of the pictures, the size, the preprocessing.
 */
import { createHash } from 'node:crypto'
import { type FileHandle, open, realpath, rm, stat, statfs } from 'node:fs/promises'
import { join, relative, sep } from 'node:path'
import { sumOf } from '../../core/checksum.ts'
import { volumeSize } from '../../core/shapes.ts'
import { printable } from '../../core/text.ts'
import { systemReason } from '../../platform/systemErrors.ts'
import { DatasetError, PictureError } from '../errors.ts'
import type { PictureSize } from '../resize.ts'
import { isSame, type PictureStore } from '../store.ts'
import { cacheFolder } from './cache.ts'
import { decodePicture } from './decode.ts'
import type { DecodeOptions } from './decodeAll.ts'
import { DecodedIndex, type DecodedRow } from './decodedIndex.ts'
import { exists, makeFolder, sizeOnDisk } from './files.ts'
import { byName } from './folder.ts'
import { type LockOptions, withLock } from './lock.ts'
import { pictureBytes } from './pictureFile.ts'
import type { Entry } from './splitting.ts'

export interface DecodedOptions extends DecodeOptions, Pick<LockOptions, 'onNotice'> {
  /** Where the cache is; default: the cache folder of the system. */
  readonly cache?: string | undefined
}

export interface DecodedPictures {
  /** The cache's own folder. */
  readonly folder: string
  /** The entries that could be read, in order. */
  readonly good: readonly Entry[]
  /** Their pictures, in the same order. */
  readonly store: PictureStore
  /** In the order of their names. */
  readonly broken: readonly PictureError[]
  /** Of the good ones, how many are in color. */
  readonly colored: number
}

const version = 1
const concurrency = 4
/** Files whose length and time are asked for at a time. */
const lookedAt = 32
/** Pictures of a batch that are read at a time. */
const readAtOnce = 8

/**
 * Decodes what the cache does not have yet.
 *
 * @param root the folder of the pictures
 * @throws {DatasetError} the cache cannot be written, or the disk has no room
 */
export async function decodeToDisk(
  root: string,
  entries: readonly Entry[],
  options: DecodedOptions,
): Promise<DecodedPictures> {
  const { signal, onNotice } = options
  const folder = await folderFor(root, options)
  const known = await lookAt(root, entries)
  try {
    return await withLock(`${folder}.lock`, () => fill(folder, known, options), { signal, onNotice })
  } catch (cause) {
    if (!(cause instanceof Error && 'code' in cause)) throw cause
    const { received, advice } = systemReason(cause, 'writing')
    throw new DatasetError(`the cache of decoded images ${printable(folder)} cannot be used`, {
      received,
      expected: 'a writable folder',
      advice: `${advice}; or choose another place: XDG_CACHE_HOME=/another/folder`,
      cause,
    })
  }
}

/** Those that the cache has already, as their files are now: they are known to be complete. */
export async function decodedBefore(
  root: string,
  entries: readonly Entry[],
  options: Pick<DecodedOptions, 'size' | 'cache'>,
): Promise<ReadonlySet<Entry>> {
  const { pixels, lines } = filesIn(await folderFor(root, options))
  if (!(await exists(lines))) return new Set()
  const index = await DecodedIndex.open(lines, headerOf(options.size), await rowsOf(pixels, options.size), true)
  const known = await lookAt(root, entries)
  const found = known.flatMap((each) =>
    each instanceof PictureError || index.find(each.path, each.bytes, each.changed) === undefined ? [] : [each.entry],
  )
  return new Set(found)
}

const filesIn = (folder: string) => ({ pixels: join(folder, 'pixels.bin'), lines: join(folder, 'index.jsonl') })
const headerOf = (size: PictureSize) => JSON.stringify({ format: 'lenslet.decoded', version, ...size })
const rowsOf = async (pixels: string, size: PictureSize) =>
  Math.floor(((await sizeOnDisk(pixels)) ?? 0) / volumeSize(size))

async function folderFor(root: string, { size, cache = cacheFolder() }: Pick<DecodedOptions, 'size' | 'cache'>) {
  const { height, width, channels, fit, preprocessing } = size
  const what = JSON.stringify([version, await realpath(root), height, width, channels, fit, preprocessing])
  return join(cache, 'images', createHash('sha256').update(what).digest('hex').slice(0, 24))
}

interface Known {
  readonly entry: Entry
  readonly path: string
  readonly bytes: number
  readonly changed: number
}

async function lookAt(root: string, entries: readonly Entry[]): Promise<readonly (Known | PictureError)[]> {
  const found: (Known | PictureError)[] = new Array(entries.length)
  let next = 0
  const worker = async () => {
    for (let i = next++; i < entries.length; i = next++) {
      const entry = entries[i] as Entry
      try {
        const { size, mtimeMs } = await stat(entry.file).catch(() => ({ size: 0, mtimeMs: 0 }))
        // Which says what is wrong with a file that is empty or not there.
        const bytes = size > 0 ? size : await pictureBytes(entry.file)
        found[i] = { entry, path: relative(root, entry.file).replaceAll(sep, '/'), bytes, changed: mtimeMs }
      } catch (error) {
        if (!(error instanceof PictureError)) throw error
        found[i] = error
      }
    }
  }
  await Promise.all(Array.from({ length: lookedAt }, worker))
  return found
}

async function fill(
  folder: string,
  known: readonly (Known | PictureError)[],
  options: DecodedOptions,
): Promise<DecodedPictures> {
  const { size, onNotice } = options
  const bytesEach = volumeSize(size)
  await makeFolder(folder)
  const { pixels, lines } = filesIn(folder)
  const openIndex = async () => DecodedIndex.open(lines, headerOf(size), await rowsOf(pixels, size))
  let index = await openIndex()
  const rows = known.map((each) =>
    each instanceof PictureError ? undefined : index.find(each.path, each.bytes, each.changed),
  )
  const missing = known.flatMap((each, i) => (each instanceof PictureError || rows[i] !== undefined ? [] : [i]))
  if (index.lost > known.length) {
    // Most of it is of pictures that are gone or were changed.
    onNotice?.('most of the cache of decoded images is out of date; it is made again')
    await rm(pixels, { force: true })
    await rm(lines, { force: true })
    index = await openIndex()
    rows.fill(undefined)
    missing.splice(0, missing.length, ...known.flatMap((each, i) => (each instanceof PictureError ? [] : [i])))
  }
  await checkRoom(folder, missing.length * bytesEach)
  const broken = known.filter((each) => each instanceof PictureError)
  if (missing.length > 0) {
    const file = await open(pixels, (await sizeOnDisk(pixels)) === undefined ? 'w+' : 'r+')
    try {
      await decodeMissing(missing, known, rows, { index, file, broken }, options)
    } finally {
      await index.flush()
      await file.close()
    }
  }
  const good: Entry[] = []
  const kept: DecodedRow[] = []
  known.forEach((each, i) => {
    const row = rows[i]
    if (each instanceof PictureError || row === undefined) return
    good.push(each.entry)
    kept.push(row)
  })
  return {
    folder,
    good,
    store: storeOn(pixels, kept, good, size),
    broken: broken.sort((a, b) => byName(a.file, b.file)),
    colored: kept.filter(({ colored }) => colored).length,
  }
}

interface Filling {
  readonly index: DecodedIndex
  readonly file: FileHandle
  readonly broken: PictureError[]
}

async function decodeMissing(
  missing: readonly number[],
  known: readonly (Known | PictureError)[],
  rows: (DecodedRow | undefined)[],
  { index, file, broken }: Filling,
  { size, memory, signal, onProgress }: DecodedOptions,
): Promise<void> {
  const bytesEach = volumeSize(size)
  let next = 0
  let decoded = 0
  const worker = async () => {
    for (let at = next++; at < missing.length; at = next++) {
      const i = missing[at] as number
      const { entry, path, bytes, changed } = known[i] as Known
      try {
        signal?.throwIfAborted()
        const { pixels, colored } = await decodePicture(entry.file, size, { memory })
        const row = index.reserve()
        await file.write(pixels, 0, bytesEach, row * bytesEach)
        const made = { path, bytes, changed, row, sum: sumOf(pixels), colored }
        rows[i] = made
        await index.add(made)
      } catch (error) {
        if (!(error instanceof PictureError)) {
          next = missing.length // The others stop, too.
          throw error
        }
        broken.push(error)
      }
      onProgress?.({ decoded: ++decoded, total: missing.length })
    }
  }
  const workers = await Promise.allSettled(Array.from({ length: concurrency }, worker))
  for (const result of workers) if (result.status === 'rejected') throw result.reason
}

/** Some systems do not say how much room there is. */
async function checkRoom(folder: string, bytes: number): Promise<void> {
  const found = await statfs(folder).catch(() => undefined)
  const free = found === undefined || found.bsize === 0 ? Number.POSITIVE_INFINITY : found.bavail * found.bsize
  if (bytes <= free) return
  throw new DatasetError('the disk has no room for the decoded images', {
    received: `${bytes} bytes of images, ${free} bytes free in ${printable(folder)}`,
    expected: 'room for all images at the size of the network',
    advice: 'make room, use a network with a smaller input, or choose another disk: XDG_CACHE_HOME=/another/folder',
  })
}

/** Opened for each batch, so that nothing has to be closed. */
function storeOn(
  pixels: string,
  rows: readonly DecodedRow[],
  entries: readonly Entry[],
  size: PictureSize,
): PictureStore {
  const bytesEach = volumeSize(size)
  const sums = Uint32Array.from(rows.flatMap(({ sum }) => sum))
  return {
    count: rows.length,
    bytesEach,
    sums,
    async read(indexes, out) {
      const file = await open(pixels, 'r').catch(() => undefined)
      let next = 0
      const worker = async () => {
        for (let i = next++; i < indexes.length; i = next++) {
          const index = indexes[i] as number
          const into = out.subarray(i * bytesEach, (i + 1) * bytesEach)
          const { row } = rows[index] as DecodedRow
          const read = await file?.read(into, 0, bytesEach, row * bytesEach).catch(() => undefined)
          if (read?.bytesRead === bytesEach && isSame(into, sums, index)) continue
          into.set(await repaired((entries[index] as Entry).file, size, sums, index))
          await writeBack(pixels, into, row * bytesEach)
        }
      }
      try {
        await Promise.all(Array.from({ length: readAtOnce }, worker))
      } finally {
        await file?.close()
      }
    },
  }
}

/** A picture whose pixels in the cache are damaged, decoded again. */
async function repaired(file: string, size: PictureSize, sums: Uint32Array, index: number): Promise<Uint8Array> {
  const { pixels } = await decodePicture(file, size)
  if (isSame(pixels, sums, index)) return pixels
  throw new DatasetError(`the image ${printable(file)} has changed since the training began`, {
    received: 'other pixels',
    expected: 'the image as it was',
    advice: 'start the command again: changed images are decoded anew',
  })
}

/** The same bytes, so it does no harm beside another process; where it fails, the picture is decoded again next time. */
async function writeBack(pixels: string, bytes: Uint8Array, position: number): Promise<void> {
  const file = await open(pixels, 'r+').catch(() => undefined)
  await file?.write(bytes, 0, bytes.length, position).catch(() => {})
  await file?.close()
}
