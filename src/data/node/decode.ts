/** Decodes pictures in Node by sharp, which is loaded only when the first picture comes. They are scaled as in a page. */
import { fileURLToPath } from 'node:url'
import type { Metadata, SharpOptions } from 'sharp'
import { DatasetError, PictureError } from '../errors.ts'
import type { Rows } from '../resample.ts'
import { checkPictureSize, type PictureSize, prepare } from '../resize.ts'
import type { SortedSource } from '../source.ts'
import { cmykToRgb, ontoWhite } from './colors.ts'
import { decodingMemory, type MemoryBudget } from './memory.ts'
import { pictureBytes, readPicture, whatElse } from './pictureFile.ts'
import { decodingBytes, formatOf, isOnItsSide, isWhatItSays } from './pictureFormat.ts'

/** Settings of decoding other than the size. */
export interface DecodeSettings {
  /** What the memory is taken from; default: the budget of the process. */
  readonly memory?: MemoryBudget | undefined
}

/**
 * For files and bytes; what else a picture can be given as: decode.ts.
 *
 * Color profiles are ignored, as Pillow does and the programs that networks come from. Of an animation, the first image is
 * decoded.
 *
 * @param source the path of a picture, or its bytes
 * @returns [height, width, channels], 0..255; EXIF orientation applied
 * @throws {PictureError} not a picture, a damaged one, or one that needs more memory than there is
 * @throws {ArgumentError} a size that no picture can have
 */
export async function decodeImage(
  source: string | Uint8Array,
  size: PictureSize,
  settings: DecodeSettings = {},
): Promise<Uint8Array> {
  return (await decodePicture(source, size, settings)).pixels
}

/** Node's side of decode.ts: `name` is the picture's, for errors. */
export async function decodeSource(source: SortedSource, size: PictureSize, name?: string): Promise<Uint8Array> {
  checkPictureSize(size)
  switch (source.kind) {
    case 'text':
      return decodeImage(/^file:/i.test(source.text) ? fileURLToPath(source.text) : source.text, size)
    case 'bytes':
      return (await decodeBytes(source.bytes, size, name ?? 'given as bytes', decodingMemory)).pixels
    case 'blob': {
      const bytes = new Uint8Array(await source.blob.arrayBuffer())
      const label = 'name' in source.blob ? `${source.blob.name}` : 'given as a Blob'
      return (await decodeBytes(bytes, size, name ?? label, decodingMemory)).pixels
    }
    case 'raw': {
      const { data, width, height, channels } = source.raw
      const raw = { width, height, channels: channels as 1 | 3 | 4 }
      const photo = await decoded(new Uint8Array(data), 'given as raw values', undefined, { raw })
      return (await prepare(photo, size)).pixels
    }
    case 'drawable':
      throw new PictureError(
        'that a page can draw',
        'a canvas, bitmap, video frame or element, which only a page can read',
        'pass the bytes of the image, or { data, width, height, channels }',
      )
  }
}

export interface DecodedPicture {
  /** [height, width, channels], 0..255 */
  readonly pixels: Uint8Array
  /** Whether it is in color, also where the pixels are gray. */
  readonly colored: boolean
}

/** An image from outside, with its own size. */
interface DecodedFile extends DecodedPicture {
  /** As it is seen, EXIF orientation applied. */
  readonly sides: { readonly height: number; readonly width: number }
}

/** As `decodeImage`, with the picture's colors and its own sides. */
export async function decodePicture(
  source: string | Uint8Array,
  size: PictureSize,
  { memory = decodingMemory }: DecodeSettings = {},
): Promise<DecodedFile> {
  checkPictureSize(size)
  return typeof source === 'string'
    ? decodeFile(source, size, memory)
    : decodeBytes(source, size, 'given as bytes', memory)
}

/** The bytes of the file count as well, as long as they are in memory. */
async function decodeFile(file: string, size: PictureSize, memory: MemoryBudget): Promise<DecodedFile> {
  const fileBytes = await pictureBytes(file)
  checkFits(file, fileBytes, 'to be read', memory)
  await memory.take(fileBytes)
  let taken = fileBytes
  try {
    let bytes = await readPicture(file, fileBytes)
    const found = await look(bytes, file)
    const needed = decodingBytes(found, size)
    checkFits(file, needed + fileBytes, decodingOf(found), memory)
    if (memory.tryTake(needed)) taken += needed
    else {
      // A decoding that waits holds no memory, so no two wait for each other. The file is read again afterwards.
      bytes = new Uint8Array()
      memory.free(taken)
      taken = 0
      await memory.take(fileBytes + needed)
      taken = fileBytes + needed
      bytes = await readPicture(file, fileBytes)
      if (decodingBytes(await look(bytes, file), size) > needed)
        throw new PictureError(file, 'it changed while it was read', 'wait until it is completely written')
    }
    return { ...(await prepare(await decoded(bytes, file, found), size)), sides: sidesOf(found) }
  } finally {
    memory.free(taken)
  }
}

async function decodeBytes(
  bytes: Uint8Array,
  size: PictureSize,
  name: string,
  memory: MemoryBudget,
): Promise<DecodedFile> {
  const found = await look(bytes, name)
  const needed = decodingBytes(found, size)
  checkFits(name, needed, decodingOf(found), memory)
  await memory.take(needed)
  try {
    return { ...(await prepare(await decoded(bytes, name, found), size)), sides: sidesOf(found) }
  } finally {
    memory.free(needed)
  }
}

const megabytes = (bytes: number) =>
  bytes < 2 ** 20 ? `${bytes} bytes` : `${Math.ceil(bytes / 2 ** 20).toLocaleString('en-US')} MB`
const decodingOf = ({ width, height }: Metadata) => `for ${width}×${height} pixels to be decoded`

function checkFits(name: string, bytes: number, what: string, { most }: MemoryBudget): void {
  if (bytes <= most) return
  throw new PictureError(
    name,
    `up to ${megabytes(bytes)} of memory ${what}; the limit for decoding is ${megabytes(most)}`,
    `scale it down or leave it out; or raise the limit: --memory-limit ${Math.ceil((2 * bytes) / 2 ** 20)}MB (for a data set in a program: memoryLimit)`,
  )
}

/** Reads the header. Refuses formats that are not decoded here. */
async function look(bytes: Uint8Array, name: string): Promise<Metadata> {
  const format = formatOf(bytes)
  if (format === undefined) throw unreadable(name, bytes, 'Input buffer contains unsupported image format')
  const sharp = await loadSharp()
  const found = await sharp(bytes, { failOn: 'error' })
    .metadata()
    .catch((cause: unknown) => {
      throw unreadable(name, bytes, cause)
    })
  if (isWhatItSays(format, found)) return found
  const reason = whatElse(bytes) ?? `its first bytes are those of ${format.toUpperCase()}, but it holds ${found.format}`
  throw new PictureError(name, reason, 'convert it to PNG or JPEG, or leave it out')
}

function sidesOf({ width, height, orientation = 1 }: Metadata): { readonly height: number; readonly width: number } {
  return isOnItsSide(orientation) ? { height: width, width: height } : { height, width }
}

/** In its own size and upright. Everything on the way is exact, or rounds as Pillow does. */
async function decoded(bytes: Uint8Array, name: string, found?: Metadata, options: SharpOptions = {}): Promise<Rows> {
  const sharp = await loadSharp()
  const isCmyk = found?.space === 'cmyk'
  try {
    const upright = sharp(bytes, { failOn: 'error', ignoreIcc: true, ...options }).autoOrient()
    const { data, info } = await (isCmyk
      ? upright.pipelineColourspace('cmyk').toColourspace('cmyk')
      : upright.toColourspace('srgb')
    )
      .raw()
      .toBuffer({ resolveWithObject: true })
    const { height, width, channels } = info
    const step = isCmyk ? 3 : channels > 2 ? 3 : 1
    if (isCmyk) cmykToRgb(data, channels)
    else if (channels === 2 || channels === 4) ontoWhite(data, channels)
    const row = width * step
    return { height, width, step, atOnce: height, read: (y, rows) => data.subarray(y * row, (y + rows) * row) }
  } catch (cause) {
    throw unreadable(name, bytes, cause)
  }
}

/** What sharp says, as an error that names the file. */
function unreadable(name: string, bytes: Uint8Array, cause: unknown): PictureError {
  const message = cause instanceof Error ? cause.message : String(cause)
  const other = whatElse(bytes)
  if (other !== undefined || /unsupported image format/i.test(message)) {
    const reason = other ?? 'its format is unknown'
    return new PictureError(name, reason, 'convert it to PNG or JPEG, or leave it out', cause)
  }
  if (/pixel limit/i.test(message))
    return new PictureError(name, 'more than 268,402,689 pixels', 'scale it down, or leave it out', cause)
  // What libvips adds can be of another picture, decoded at the same time; the cause keeps it.
  return new PictureError(name, 'damaged or cut short', 'open it in a viewer; save it again, or leave it out', cause)
}

/**
 * A lossless picture in its own size.
 *
 * @returns [height, width, 3]
 */
export async function decodeFull(
  bytes: Uint8Array,
  name: string,
): Promise<{ height: number; width: number; pixels: Uint8Array }> {
  const sharp = await loadSharp()
  try {
    const { data, info } = await sharp(bytes)
      .toColourspace('srgb')
      .removeAlpha()
      .raw()
      .toBuffer({ resolveWithObject: true })
    return {
      height: info.height,
      width: info.width,
      // sharp gives one channel for pictures without color.
      pixels:
        info.channels === 3 ? data : new Uint8Array(3 * data.length).map((_, i) => data[Math.floor(i / 3)] as number),
    }
  } catch (cause) {
    throw new PictureError(name, cause instanceof Error ? cause.message : String(cause), 'fetch the file again', cause)
  }
}

/**
 * By a name that bundlers do not see: sharp is native, so a program that is bundled finds it at run time, if it decodes
 * pictures at all.
 */
function load<T>(name: string): Promise<T> {
  return import(/* @vite-ignore */ /* webpackIgnore: true */ name)
}

let cacheOff = false

async function loadSharp() {
  try {
    const { default: sharp } = await load<typeof import('sharp')>('sharp')
    // libvips caches the last hundred operations with the memory of their decoders. That memory is not counted, and grew by
    // 380 MB with each large progressive JPEG. Nothing is decoded twice here.
    if (!cacheOff) sharp.cache(false)
    cacheOff = true
    return sharp
  } catch (cause) {
    throw new DatasetError('images cannot be decoded here', {
      received: 'the package "sharp" is not installed for this system',
      expected: 'sharp, an optional dependency',
      advice: 'npm install sharp',
      cause,
    })
  }
}
