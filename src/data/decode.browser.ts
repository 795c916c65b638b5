/** Decodes a picture in a page or a worker: `createImageBitmap` reads it (EXIF orientation applied), a canvas scales it. */
import { PictureError } from './errors.ts'
import { background, checkPictureSize, type PictureSize, toChannels } from './resize.ts'
import type { SizedPicture, SortedSource } from './source.ts'

/** A page's side of decode.ts: `name` is the picture's, for errors. */
export async function decodeSource(source: SortedSource, size: PictureSize, name?: string): Promise<Uint8Array> {
  checkPictureSize(size)
  switch (source.kind) {
    case 'text':
      throw new PictureError(source.text, 'an address that was not fetched', 'fetch it, and pass its bytes')
    case 'bytes':
      return decodeBlob(new Blob([source.bytes as Uint8Array<ArrayBuffer>]), size, name ?? 'given as bytes')
    case 'blob':
      return decodeBlob(source.blob as Blob, size, 'name' in source.blob ? `${source.blob.name}` : 'given as a Blob')
    case 'raw':
      return drawAndClose(await createImageBitmap(imageDataOf(source.raw)), size)
    case 'drawable': {
      const { drawable, width, height } = source
      if (width > 0 && height > 0) return draw(drawable as CanvasImageSource, width, height, size)
      throw new PictureError(
        'of this page',
        `${width}×${height} pixels`,
        'wait until it has loaded (`load`, `loadeddata`)',
      )
    }
  }
}

async function decodeBlob(blob: Blob, size: PictureSize, name: string): Promise<Uint8Array> {
  let bitmap: ImageBitmap
  try {
    bitmap = await createImageBitmap(blob, { imageOrientation: 'from-image' })
  } catch (cause) {
    throw new PictureError(name, cause instanceof Error ? cause.message : String(cause), 'open it in a viewer', cause)
  }
  return drawAndClose(bitmap, size)
}

function drawAndClose(bitmap: ImageBitmap, size: PictureSize): Uint8Array {
  try {
    return draw(bitmap, bitmap.width, bitmap.height, size)
  } finally {
    bitmap.close()
  }
}

/** Canvases know red, green, blue and alpha. */
function imageDataOf({ data, width, height, channels }: SizedPicture): ImageData {
  const pixels = new Uint8ClampedArray(4 * width * height)
  for (let p = 0; p < width * height; p++) {
    for (let c = 0; c < 3; c++) pixels[4 * p + c] = data[channels === 1 ? p : channels * p + c] as number
    pixels[4 * p + 3] = channels === 4 ? (data[4 * p + 3] as number) : 255
  }
  return new ImageData(pixels, width, height)
}

function draw(
  picture: CanvasImageSource,
  pictureWidth: number,
  pictureHeight: number,
  { height, width, channels, fit = 'cover' }: PictureSize,
): Uint8Array {
  const context = new OffscreenCanvas(width, height).getContext('2d', { willReadFrequently: true })
  if (context === null) throw new PictureError('of this page', 'no 2D canvas', 'use a browser with OffscreenCanvas')
  context.fillStyle = background
  context.fillRect(0, 0, width, height)
  context.imageSmoothingQuality = 'high'
  const scale = Math.max(width / pictureWidth, height / pictureHeight)
  const seenWidth = fit === 'cover' ? width / scale : pictureWidth
  const seenHeight = fit === 'cover' ? height / scale : pictureHeight
  const left = (pictureWidth - seenWidth) / 2
  const top = (pictureHeight - seenHeight) / 2
  context.drawImage(picture, left, top, seenWidth, seenHeight, 0, 0, width, height)
  return toChannels(context.getImageData(0, 0, width, height).data, 4, channels)
}
