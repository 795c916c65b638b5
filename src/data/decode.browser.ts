/** Decodes a picture in a page or a worker: `createImageBitmap` reads it (EXIF orientation applied), a canvas scales it. */
import { PictureError } from './errors.ts'
import { background, checkPictureSize, type PictureSize, toChannels } from './resize.ts'

/**
 * @param source a file, a blob, or the bytes of a picture
 * @returns [height, width, channels], 0..255
 * @throws {PictureError} not a picture, or a damaged one
 * @throws {ArgumentError} a size that no picture can have
 */
export async function decodeImage(source: Blob | Uint8Array, size: PictureSize): Promise<Uint8Array> {
  checkPictureSize(size)
  const blob = source instanceof Blob ? source : new Blob([source as Uint8Array<ArrayBuffer>])
  const name = blob instanceof File ? blob.name : 'given as bytes'
  let bitmap: ImageBitmap
  try {
    bitmap = await createImageBitmap(blob, { imageOrientation: 'from-image' })
  } catch (cause) {
    throw new PictureError(name, cause instanceof Error ? cause.message : String(cause), 'open it in a viewer', cause)
  }
  try {
    return draw(bitmap, size)
  } finally {
    bitmap.close()
  }
}

function draw(bitmap: ImageBitmap, { height, width, channels, fit = 'cover' }: PictureSize): Uint8Array {
  const context = new OffscreenCanvas(width, height).getContext('2d', { willReadFrequently: true })
  if (context === null) throw new PictureError('of this page', 'no 2D canvas', 'use a browser with OffscreenCanvas')
  context.fillStyle = background
  context.fillRect(0, 0, width, height)
  context.imageSmoothingQuality = 'high'
  const scale = Math.max(width / bitmap.width, height / bitmap.height)
  const seenWidth = fit === 'cover' ? width / scale : bitmap.width
  const seenHeight = fit === 'cover' ? height / scale : bitmap.height
  const left = (bitmap.width - seenWidth) / 2
  const top = (bitmap.height - seenHeight) / 2
  context.drawImage(bitmap, left, top, seenWidth, seenHeight, 0, 0, width, height)
  return toChannels(context.getImageData(0, 0, width, height).data, 4, channels)
}
