/** Decodes pictures in Node by sharp, which is loaded only when the first picture comes. */
import { fileURLToPath } from 'node:url'
import type { SharpOptions } from 'sharp'
import { DatasetError, PictureError } from '../errors.ts'
import { background, checkPictureSize, isColored, type PictureSize, toChannels } from '../resize.ts'
import type { SortedSource } from '../source.ts'
import { readPicture, whatElse } from './pictureFile.ts'

/**
 * For files and bytes; what else a picture can be given as: decode.ts.
 *
 * Scaling differs a little from a page's: by 1 of 255 on average from 1280×720 to 224×224, by 6 to 32×32 (Chromium).
 * What is not scaled is the same to the bit. Of an animation, the first picture is decoded.
 *
 * @param source the path of a picture, or its bytes
 * @returns [height, width, channels], 0..255; EXIF orientation applied
 * @throws {PictureError} not a picture, or a damaged one
 * @throws {ArgumentError} a size that no picture can have
 */
export async function decodeImage(source: string | Uint8Array, size: PictureSize): Promise<Uint8Array> {
  return (await decodePicture(source, size)).pixels
}

/** Node's side of decode.ts: `name` is the picture's, for errors. */
export async function decodeSource(source: SortedSource, size: PictureSize, name?: string): Promise<Uint8Array> {
  checkPictureSize(size)
  switch (source.kind) {
    case 'text':
      return decodeImage(/^file:/i.test(source.text) ? fileURLToPath(source.text) : source.text, size)
    case 'bytes':
      return (await scaled(source.bytes, {}, size, name ?? 'given as bytes')).pixels
    case 'blob': {
      const bytes = new Uint8Array(await source.blob.arrayBuffer())
      return (await scaled(bytes, {}, size, 'name' in source.blob ? `${source.blob.name}` : 'given as a Blob')).pixels
    }
    case 'raw': {
      const { data, width, height, channels } = source.raw
      const raw = { width, height, channels: channels as 1 | 3 | 4 }
      return (await scaled(new Uint8Array(data), { raw }, size, 'given as raw values')).pixels
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

/** As `decodeImage`, and tells whether the picture is in color. */
export async function decodePicture(source: string | Uint8Array, size: PictureSize): Promise<DecodedPicture> {
  checkPictureSize(size)
  const bytes = typeof source === 'string' ? await readPicture(source) : source
  return scaled(bytes, {}, size, typeof source === 'string' ? source : 'given as bytes')
}

async function scaled(
  bytes: Uint8Array,
  options: SharpOptions,
  size: PictureSize,
  name: string,
): Promise<DecodedPicture> {
  const sharp = await loadSharp()
  try {
    const { data, info } = await sharp(bytes, { failOn: 'error', ...options })
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
    const colored = info.channels >= 3 && isColored(data, info.channels as 3 | 4)
    return { pixels: asColor(data, info.channels, size.channels), colored }
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
 * The sides of a picture as it is seen, EXIF orientation applied; only its header is read.
 *
 * @throws {PictureError} not a picture
 */
export async function pictureSides(file: string): Promise<{ readonly height: number; readonly width: number }> {
  const sharp = await loadSharp()
  try {
    const { width, height, orientation = 1 } = await sharp(file).metadata()
    // Orientations 5 to 8 lie on their side.
    return orientation >= 5 ? { height: width, width: height } : { height, width }
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new PictureError(file, reason, 'open it in a viewer; save it again, or leave it out', cause)
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

/**
 * By a name that bundlers do not see: sharp is native, so a program that is bundled finds it at run time, if it decodes
 * pictures at all.
 */
function load<T>(name: string): Promise<T> {
  return import(/* @vite-ignore */ /* webpackIgnore: true */ name)
}

async function loadSharp() {
  try {
    return (await load<typeof import('sharp')>('sharp')).default
  } catch (cause) {
    throw new DatasetError('images cannot be decoded here', {
      received: 'the package "sharp" is not installed for this system',
      expected: 'sharp, an optional dependency',
      advice: 'npm install sharp',
      cause,
    })
  }
}
