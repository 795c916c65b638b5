/**
 * Decodes a picture in a page or a worker: `createImageBitmap` reads it (EXIF orientation applied, color profiles ignored),
 * a canvas gives its pixels, in strips. It is scaled as in Node.
 */
import { PictureError } from './errors.ts'
import { checkPictureSize, type PictureSize, prepare } from './resize.ts'
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
      return drawAndClose(await createImageBitmap(imageDataOf(source.raw), plain), size)
    case 'drawable': {
      const { drawable, width, height } = source
      if (width > 0 && height > 0)
        return draw(copyOf(drawable as CanvasImageSource, width, height), width, height, size)
      throw new PictureError(
        'of this page',
        `${width}×${height} pixels`,
        'wait until it has loaded (`load`, `loadeddata`)',
      )
    }
  }
}

/** The values as they are stored: nothing is converted for this screen. */
const plain: ImageBitmapOptions = { colorSpaceConversion: 'none', premultiplyAlpha: 'none' }

async function decodeBlob(blob: Blob, size: PictureSize, name: string): Promise<Uint8Array> {
  let bitmap: ImageBitmap
  try {
    bitmap = await createImageBitmap(blob, { ...plain, imageOrientation: 'from-image' })
  } catch (cause) {
    throw new PictureError(name, cause instanceof Error ? cause.message : String(cause), 'open it in a viewer', cause)
  }
  return drawAndClose(bitmap, size)
}

async function drawAndClose(bitmap: ImageBitmap, size: PictureSize): Promise<Uint8Array> {
  try {
    return await draw(bitmap, bitmap.width, bitmap.height, size)
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

/** What it shows now: it may show something else when the code that scales has been loaded. */
function copyOf(drawable: CanvasImageSource, width: number, height: number): OffscreenCanvas {
  const copy = new OffscreenCanvas(width, height)
  const context = contextOf(copy)
  context.fillStyle = 'white'
  context.fillRect(0, 0, width, height)
  context.drawImage(drawable, 0, 0)
  return copy
}

function contextOf(canvas: OffscreenCanvas): OffscreenCanvasRenderingContext2D {
  const context = canvas.getContext('2d', { willReadFrequently: true })
  if (context === null) throw new PictureError('of this page', 'no 2D canvas', 'use a browser with OffscreenCanvas')
  return context
}

/** Sides of a canvas, in pixels: far below the limits of any browser, and 4 MB with its copy. */
const tile = 4096
const stripPixels = 2 ** 19

async function draw(picture: CanvasImageSource, width: number, height: number, size: PictureSize): Promise<Uint8Array> {
  const atOnce = Math.max(1, Math.min(height, Math.floor(stripPixels / width)))
  const columns = Math.min(width, tile)
  const context = contextOf(new OffscreenCanvas(columns, atOnce))
  context.imageSmoothingEnabled = false
  const read = (first: number, rows: number) => {
    const strip = new Uint8ClampedArray(4 * rows * width)
    for (let left = 0; left < width; left += columns) {
      const row = 4 * Math.min(columns, width - left)
      // Transparent parts are seen on white.
      context.fillStyle = 'white'
      context.fillRect(0, 0, columns, atOnce)
      context.drawImage(picture, -left, -first)
      const { data } = context.getImageData(0, 0, row / 4, rows)
      if (row === 4 * width) return data
      for (let y = 0; y < rows; y++) strip.set(data.subarray(y * row, (y + 1) * row), 4 * (y * width + left))
    }
    return strip
  }
  return (await prepare({ height, width, step: 4, atOnce, read }, size)).pixels
}
