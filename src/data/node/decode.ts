/** Decodes pictures in Node by sharp, which is loaded only when the first picture comes. */
import { stat } from 'node:fs/promises'
import { DatasetError, PictureError } from '../errors.ts'
import { background, checkPictureSize, type PictureSize, toChannels } from '../resize.ts'

/** Endings that sharp's bundled decoders know. */
export const pictureEndings: readonly string[] = ['.png', '.jpg', '.jpeg', '.webp', '.gif', '.tif', '.tiff', '.avif']

/** A file larger than this is no picture that anyone trains on. */
const fileLimit = 2 ** 28

/**
 * Scaling differs a little from a page's: by 1 of 255 on average from 1280×720 to 224×224, by 6 to 32×32 (Chromium).
 * What is not scaled is the same to the bit.
 *
 * @param source the path of a picture, or its bytes
 * @returns [height, width, channels], 0..255; EXIF orientation applied
 * @throws {PictureError} not a picture, or a damaged one
 * @throws {ArgumentError} a size that no picture can have
 */
export async function decodeImage(source: string | Uint8Array, size: PictureSize): Promise<Uint8Array> {
  checkPictureSize(size)
  const name = typeof source === 'string' ? source : 'given as bytes'
  if (typeof source === 'string') await checkFile(source)
  const sharp = await loadSharp()
  try {
    const pixels = await sharp(source, { failOn: 'error' })
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
