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
/** Copies of these rows: each step of decoding, conversion and scaling has its own. Measured: 7.2 for the widest pictures. */
const copies = 8

/**
 * An upper bound, in bytes, of what decoding to `size` takes for a while. Two parts: the picture as a whole, where its format
 * or its orientation needs that, and the rows that are being scaled, which count for wide pictures.
 *
 * Measured with sharp 0.35 (libvips 8.18) on 30 pictures of 4 to 262 million pixels; in MB, this bound and what the process
 * took. PNG 4456488×30 scaled to 28×28: 3,060 and 2,708; of 16 bits, 1456488×30: 2,667 and 2,401; PNG 9000×7000: 53 and 41,
 * interlaced 323 and 207; JPEG 9000×7000: 7 and 5, progressive 413 and 186; GIF 551 and 288; AVIF 1,495 and 1,105.
 */
export function decodingBytes(found: Metadata, size: PictureSize): number {
  const { width = 0, height = 0, channels = 4, depth = 'dpcomplex', orientation = 1, format } = found
  const shrink = format === 'jpeg' && found.isProgressive !== true ? jpegShrink(width, height, orientation, size) : 1
  const [across, down] = [Math.ceil(width / shrink), Math.ceil(height / shrink)]
  // Gray becomes red, green and blue.
  const pixel = Math.max(channels, 3) * (sampleBytes[depth] ?? 16)
  // To turn a picture, all of it is needed, before and after.
  const turned = orientation > 1 ? 2 * pixel : 0
  const whole = across * down * (wholeBytes(found, pixel) + turned)
  // On its side, its columns become rows.
  const [row, count] = orientation > 1 ? [Math.max(across, down), rowsAtOnce] : [across, down]
  const rows = copies * row * Math.min(count, rowsAtOnce) * pixel
  return Math.ceil(whole + rows) + size.width * size.height * 4
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
      return 5
    case 'gif':
      return 8
    case 'tiff':
      // A strip can be all of it.
      return 2 * pixel
    default:
      return 24
  }
}

/** libjpeg's own scaling: by 8, 4 or 2, as far as the picture stays larger than it is wanted. */
function jpegShrink(width: number, height: number, orientation: number, size: PictureSize): number {
  const [across, down] = isOnItsSide(orientation) ? [height, width] : [width, height]
  const ratio = Math.min(across / size.width, down / size.height)
  return [8, 4, 2].find((factor) => ratio >= factor) ?? 1
}
