/**
 * What a picture is by its first bytes, and how much memory its decoding can take. Names do not count: an SVG called .png
 * would be drawn by libvips, and could name other files.
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

/**
 * An upper bound, in bytes, of what decoding to `size` takes for a while. Measured with sharp 0.35 (libvips 8.18) on pictures
 * of 6 to 134 million pixels, wide ones, rotated ones and interlaced ones, in bytes a pixel: PNG at most 3.5 (16 bits: 12),
 * progressive JPEG 8, GIF 7, float TIFF 7, AVIF 20. Most take far less; a baseline JPEG is scaled down as it is read.
 */
export function decodingBytes(found: Metadata, size: PictureSize): number {
  const { width = 0, height = 0, channels = 4, depth = 'dpcomplex', orientation = 1, format } = found
  const bytesPerPixel = 2 * Math.max(channels, 4) * (sampleBytes[depth] ?? 16) * (format === 'heif' ? 3 : 1)
  const shrink = format === 'jpeg' && found.isProgressive !== true ? jpegShrink(width, height, orientation, size) : 1
  return Math.ceil((width * height) / shrink ** 2) * bytesPerPixel + size.width * size.height * 4
}

/** libjpeg's own scaling: by 8, 4 or 2, as far as the picture stays larger than it is wanted. */
function jpegShrink(width: number, height: number, orientation: number, size: PictureSize): number {
  // Orientations 5 to 8 lie on their side.
  const [across, down] = orientation >= 5 ? [height, width] : [width, height]
  const ratio = Math.min(across / size.width, down / size.height)
  return [8, 4, 2].find((factor) => ratio >= factor) ?? 1
}
