/** Reads a picture's file, and reports what else it holds if it is not a picture. */
import { openRegularFile, readRegularFile } from '../../platform/regularFile.ts'
import { PictureError } from '../errors.ts'
import { pictureByteLimit } from '../source.ts'
import { whyUnreadable } from './folder.ts'

/**
 * The length of a picture's file; nothing is read.
 *
 * @throws {PictureError} it is not there, not a file, empty or too large
 */
export async function pictureBytes(file: string): Promise<number> {
  const { handle, size } = await openRegularFile(file).catch(cannotRead(file))
  await handle.close()
  if (size === 0) throw new PictureError(file, 'the file is empty (0 bytes)', 'copy the file again')
  if (size > pictureByteLimit)
    throw new PictureError(file, `${size} bytes`, `use files of at most ${pictureByteLimit} bytes`)
  return size
}

/**
 * @param limit most bytes that it may have
 * @throws {PictureError} it is not there, not a file, empty, too large or not readable
 */
export async function readPicture(file: string, limit = pictureByteLimit): Promise<Uint8Array> {
  const bytes = await readRegularFile(file, limit).catch(cannotRead(file))
  if (bytes.length === 0) throw new PictureError(file, 'the file is empty (0 bytes)', 'copy the file again')
  return bytes
}

function cannotRead(file: string) {
  return (cause: unknown): never => {
    const { received, advice } = whyUnreadable(file, cause)
    throw new PictureError(file, received === 'it does not exist' ? 'no such file' : received, advice, cause)
  }
}

const ascii = (bytes: Uint8Array, from: number, to: number) => String.fromCharCode(...bytes.subarray(from, to))

/** First bytes of what is often found under a picture's name. */
const signs: readonly [says: string, test: (bytes: Uint8Array) => boolean][] = [
  ['an SVG drawing', (bytes) => /^(\xef\xbb\xbf)?\s*<(svg[\s>]|[?!].*<svg[\s>])/is.test(ascii(bytes, 0, 1024))],
  ['a BMP file', (bytes) => ascii(bytes, 0, 2) === 'BM'],
  ['a HEIC file', (bytes) => /^ftyp(hei|hev|mif|msf)/.test(ascii(bytes, 4, 12))],
  ['a JPEG XL file', (bytes) => ascii(bytes, 4, 8) === 'JXL ' || (bytes[0] === 0xff && bytes[1] === 0x0a)],
  ['a PDF file', (bytes) => ascii(bytes, 0, 4) === '%PDF'],
  ['a ZIP archive', (bytes) => ascii(bytes, 0, 4) === 'PK\u0003\u0004'],
  ['a pointer of Git LFS: run git lfs pull', (bytes) => ascii(bytes, 0, 19) === 'version https://git'],
  ['a web page', (bytes) => /^\s*<(!doctype html|html)/i.test(ascii(bytes, 0, 64))],
  ['zero bytes only', (bytes) => bytes.every((byte) => byte === 0)],
]

/** What the bytes are, where the reader of pictures does not know them: `it is a BMP file`. */
export function whatElse(bytes: Uint8Array): string | undefined {
  const found = signs.find(([, test]) => test(bytes))
  return found && `it is ${found[0]}`
}
