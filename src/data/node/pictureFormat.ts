/**
 * The format of an image by its first bytes, and the memory that decoding can take. File names do not count: libvips would
 * render an SVG named .png, and an SVG can refer to other files.
 */
import type { Metadata } from 'sharp'
import type { PictureSize } from '../resize.ts'

/** As sharp calls them. `heif` is AVIF here: other HEIF files hold HEVC, which sharp's own build does not decode. */
type PictureFormat = 'png' | 'jpeg' | 'gif' | 'webp' | 'tiff' | 'heif'

const ascii = (bytes: Uint8Array, from: number, to: number) => String.fromCharCode(...bytes.subarray(from, to))

const signs: readonly (readonly [format: PictureFormat, test: (bytes: Uint8Array) => boolean])[] = [
  ['png', (bytes) => ascii(bytes, 0, 8) === '\x89PNG\r\n\x1a\n'],
  ['jpeg', (bytes) => ascii(bytes, 0, 3) === '\xff\xd8\xff'],
  ['gif', (bytes) => /^GIF8[79]a/.test(ascii(bytes, 0, 6))],
  ['webp', (bytes) => /^RIFF....WEBP/s.test(ascii(bytes, 0, 12))],
  ['tiff', (bytes) => ['II*\0', 'MM\0*', 'II+\0', 'MM\0+'].includes(ascii(bytes, 0, 4))],
  ['heif', (bytes) => ascii(bytes, 4, 8) === 'ftyp'],
]

/** Undefined for everything that is not decoded, SVG and PDF among them. */
export function formatOf(bytes: Uint8Array): PictureFormat | undefined {
  return signs.find(([, test]) => test(bytes))?.[0]
}

/** Whether the decoder has taken the bytes for what their beginning says: a file can be valid in two formats. */
export function isWhatItSays(format: PictureFormat, { format: decoded, compression }: Metadata): boolean {
  return decoded === format && (format !== 'heif' || compression === 'av1')
}

/** EXIF orientations 5 to 8: rows of the file are columns of the picture as it is seen. */
export function isOnItsSide(orientation: number): boolean {
  return orientation >= 5
}

/** Bytes of one value. */
const sampleBytes: Readonly<Record<string, number>> = {
  uchar: 1,
  char: 1,
  ushort: 2,
  short: 2,
  uint: 4,
  int: 4,
  float: 4,
  double: 8,
  complex: 8,
  dpcomplex: 16,
}

/** Rows that libvips asks for at a time, at most. */
const rowsAtOnce = 256
/** Copies of these rows: each step of decoding and conversion has its own. */
const copies = 8

/**
 * An upper bound, in bytes, of what decoding to `size` takes for a while: the whole photo as bytes, once more where its format
 * or its orientation needs that; the rows on their way, which count for wide photos; and the photo scaled across.
 *
 * Measured with sharp 0.35 (libvips 8.18), scaled to 224×224; in MB, this bound and what the process took, for 4000×3000: PNG 60
 * and 46, of 16 bits 83 and 54, interlaced 111 and 70; JPEG 60 and 46, progressive 129 and 77, turned by EXIF 129 and 77; GIF
 * 171 and 101; WebP 129 and 122; TIFF 129 and 48. JPEG 9000×7000: 238 and 204, progressive 598 and 378. PNG 200000×30: 155 and
 * 39.
 */
export function decodingBytes(found: Metadata, size: PictureSize): number {
  const { width = 0, height = 0, channels = 4, depth = 'dpcomplex', orientation = 1 } = found
  // Gray becomes red, green and blue.
  const values = Math.max(channels, 3)
  const pixel = values * (sampleBytes[depth] ?? 16)
  // To turn a picture, all of it is needed, before and after.
  const turned = orientation > 1 ? 2 * pixel : 0
  const whole = width * height * (wholeBytes(found, pixel) + turned + values)
  // On its side, its columns become rows.
  const [row, count] = orientation > 1 ? [Math.max(width, height), rowsAtOnce] : [width, height]
  const rows = copies * row * Math.min(count, rowsAtOnce) * pixel
  // Scaled across, and then down.
  const narrow = 3 * size.width * (isOnItsSide(orientation) ? width : height)
  return Math.ceil(whole + rows + narrow) + size.width * size.height * 4
}

/** Bytes for each pixel of a picture that its format cannot give row by row. */
function wholeBytes({ format, isProgressive }: Metadata, pixel: number): number {
  switch (format) {
    case 'jpeg':
      // Coefficients of two bytes; a progressive file has its details at the end.
      return isProgressive === true ? 6 : 0
    case 'png':
      return isProgressive === true ? 1.5 * pixel : 0
    case 'webp':
      return 6
    case 'gif':
      return 8
    case 'tiff':
      // A strip can be all of it.
      return 2 * pixel
    default:
      return 24
  }
}
