/** Decodes pictures in Node by sharp, which is loaded only when the first picture comes. */
import { stat } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import type { SharpOptions } from 'sharp'
import { DatasetError, PictureError } from '../errors.ts'
import { background, checkPictureSize, type PictureSize, toChannels } from '../resize.ts'
import type { SortedSource } from '../source.ts'

/** Endings that sharp's bundled decoders know. */
export const pictureEndings: readonly string[] = ['.png', '.jpg', '.jpeg', '.webp', '.gif', '.tif', '.tiff', '.avif']

/** A file larger than this is no picture that anyone trains on. */
const fileLimit = 2 ** 28

/**
 * For files and bytes; what else a picture can be given as: decode.ts.
 *
 * Scaling differs a little from a page's: by 1 of 255 on average from 1280×720 to 224×224, by 6 to 32×32 (Chromium).
 * What is not scaled is the same to the bit.
 *
 * @param source the path of a picture, or its bytes
 * @returns [height, width, channels], 0..255; EXIF orientation applied
 * @throws {PictureError} not a picture, or a damaged one
 * @throws {ArgumentError} a size that no picture can have
 */
export async function decodeImage(source: string | Uint8Array, size: PictureSize): Promise<Uint8Array> {
  if (typeof source === 'string') {
    checkPictureSize(size)
    await checkFile(source)
    return scaled(source, {}, size, source)
  }
  return decodeSource({ kind: 'bytes', bytes: source }, size)
}

/** Node's side of decode.ts: `name` is the picture's, for errors. */
export async function decodeSource(source: SortedSource, size: PictureSize, name?: string): Promise<Uint8Array> {
  checkPictureSize(size)
  switch (source.kind) {
    case 'text':
      return decodeImage(/^file:/i.test(source.text) ? fileURLToPath(source.text) : source.text, size)
    case 'bytes':
      return scaled(source.bytes, {}, size, name ?? 'given as bytes')
    case 'blob':
      return scaled(new Uint8Array(await source.blob.arrayBuffer()), {}, size, name ?? 'given as a Blob')
    case 'raw': {
      const { data, width, height, channels } = source.raw
      return scaled(data, { raw: { width, height, channels: channels as 1 | 3 | 4 } }, size, 'given as raw values')
    }
    case 'drawable':
      throw new PictureError(
        'that a page can draw',
        'a canvas, bitmap, video frame or element, which only a page can read',
        'pass the bytes of the picture, or { data, width, height, channels }',
      )
  }
}

async function scaled(
  source: string | Uint8Array | Uint8ClampedArray,
  options: SharpOptions,
  size: PictureSize,
  name: string,
): Promise<Uint8Array> {
  const sharp = await loadSharp()
  try {
    const pixels = await sharp(source, { failOn: 'error', ...options })
      .autoOrient()
      .toColourspace('srgb')
      .flatten({ background })
      .resize(size.width, size.height, {
        fit: size.fit === 'stretch' ? 'fill' : 'cover',
        // Antialiased bilinear: what torchvision does, and the nearest to what a canvas does.
        kernel: 'linear',
      })
      .raw()
      .toBuffer({ resolveWithObject: true })
    return asColor(pixels.data, pixels.info.channels, size.channels)
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new PictureError(name, reason, 'open it in a viewer; save it again, or leave it out', cause)
  }
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
      pixels: info.channels === 3 ? data : asColor(data, info.channels, 3),
    }
  } catch (cause) {
    throw new PictureError(name, cause instanceof Error ? cause.message : String(cause), 'fetch the file again', cause)
  }
}

/** sharp gives one channel for pictures without color. */
function asColor(pixels: Uint8Array, has: number, wants: number): Uint8Array {
  if (has === wants) return pixels
  if (has >= 3) return toChannels(pixels, has as 3 | 4, wants)
  const out = new Uint8Array((pixels.length / has) * wants)
  for (let i = 0; i < out.length; i++) out[i] = pixels[Math.floor(i / wants) * has] as number
  return out
}

async function checkFile(file: string): Promise<void> {
  const found = await stat(file).catch((cause: unknown) => {
    throw new PictureError(file, 'no such file', 'check the path', cause)
  })
  if (!found.isFile()) throw new PictureError(file, 'not a file', 'name the pictures one by one, or use images:FOLDER')
  if (found.size > fileLimit)
    throw new PictureError(file, `${found.size} bytes`, `use files of at most ${fileLimit} bytes`)
}

async function loadSharp() {
  try {
    return (await import('sharp')).default
  } catch (cause) {
    throw new DatasetError('pictures cannot be decoded here', {
      received: 'the package "sharp" is not installed for this system',
      expected: 'sharp, an optional dependency',
      advice: 'npm install sharp',
      cause,
    })
  }
}
