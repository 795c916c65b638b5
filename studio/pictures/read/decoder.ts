/**
 * A worker that decodes. It takes an image as it was given, makes the copy that is kept (the file itself where it is small), and
 * the pixels for the network; or pixels, or a small picture to look at, from the copy. Pixels are always of the copy, so they are
 * the same whenever they are decoded.
 */

import { imageSize } from 'image-size'
import { decodeImage, type PictureSize, sumOf } from 'lenslet/data'
import type { DecodeAsk, DecodeReply, Taken } from './decode.ts'
import { damageOf } from './whole.ts'

/** Bytes and pixels on a side from which a smaller copy is kept: networks take 224 to 480. */
const keptBytes = 400_000
const keptSide = 800
const keptQuality = 0.92
/** A bitmap takes four bytes a pixel. */
const mostMegapixels = 120

const scope = self as unknown as {
  postMessage(message: DecodeReply, transfer: Transferable[]): void
  onmessage: (event: MessageEvent<DecodeAsk>) => void
}

scope.onmessage = async ({ data }) => {
  try {
    await answer(data)
  } catch (error) {
    scope.postMessage({ kind: 'broken', reason: reasonOf(error) }, [])
  }
}

async function answer(ask: DecodeAsk): Promise<void> {
  switch (ask.kind) {
    case 'take': {
      const bytes = new Uint8Array(ask.from instanceof Blob ? await ask.from.arrayBuffer() : ask.from)
      const taken = await take(bytes, ask.size)
      const { kept, pixels } = taken
      return scope.postMessage({ kind: 'taken', ...taken }, [kept.buffer, ...(pixels ? [pixels.buffer] : [])])
    }
    case 'pixels': {
      const pixels = await decodeImage(ask.bytes, ask.size)
      return scope.postMessage({ kind: 'pixels', pixels }, [pixels.buffer])
    }
    case 'thumbnail': {
      const bitmap = await thumbnail(ask.bytes, ask.side)
      return scope.postMessage({ kind: 'thumbnail', bitmap }, [bitmap])
    }
    default:
      ask satisfies never
  }
}

async function take(bytes: Uint8Array<ArrayBuffer>, size: PictureSize | undefined): Promise<Taken> {
  const damage = damageOf(bytes)
  if (damage !== undefined) throw new Error(damage)
  const { width, height } = sidesOf(bytes)
  if (width * height > mostMegapixels * 1e6)
    throw new Error(`${width} × ${height} pixels; ${mostMegapixels} megapixels at most are decoded in a page`)
  const isSmall = bytes.length <= keptBytes
  const kept = isSmall ? bytes : await copyOf(bytes)
  // Also finds what only a decoder finds.
  const pixels = await decodeImage(kept, size ?? { height: 8, width: 8, channels: 3 })
  const found = { kept, sum: sumOf(kept), width, height }
  return size === undefined ? found : { ...found, pixels: pixels as Uint8Array<ArrayBuffer> }
}

/** What the header says; 0 where it is not understood, and the decoder decides. */
function sidesOf(bytes: Uint8Array): { readonly width: number; readonly height: number } {
  try {
    const { width, height } = imageSize(bytes)
    return { width, height }
  } catch {
    return { width: 0, height: 0 }
  }
}

const asStored: ImageBitmapOptions = {
  colorSpaceConversion: 'none',
  premultiplyAlpha: 'none',
  imageOrientation: 'from-image',
}

/** A JPEG that is large enough for any usual network. */
async function copyOf(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
  const bitmap = await createImageBitmap(new Blob([bytes]), asStored)
  try {
    const scale = Math.min(1, keptSide / Math.max(bitmap.width, bitmap.height))
    const canvas = new OffscreenCanvas(
      Math.max(1, Math.round(bitmap.width * scale)),
      Math.max(1, Math.round(bitmap.height * scale)),
    )
    const context = canvas.getContext('2d')
    if (context === null) throw new Error('this browser gives no canvas to a worker')
    // Transparent parts are seen on white.
    context.fillStyle = 'white'
    context.fillRect(0, 0, canvas.width, canvas.height)
    context.imageSmoothingQuality = 'high'
    context.drawImage(bitmap, 0, 0, canvas.width, canvas.height)
    const blob = await canvas.convertToBlob({ type: 'image/jpeg', quality: keptQuality })
    return new Uint8Array(await blob.arrayBuffer())
  } finally {
    bitmap.close()
  }
}

/** The square in the middle. */
async function thumbnail(bytes: Uint8Array<ArrayBuffer>, side: number): Promise<ImageBitmap> {
  const bitmap = await createImageBitmap(new Blob([bytes]), asStored)
  try {
    const canvas = new OffscreenCanvas(side, side)
    const context = canvas.getContext('2d')
    if (context === null) throw new Error('this browser gives no canvas to a worker')
    const short = Math.min(bitmap.width, bitmap.height)
    const [left, top] = [(bitmap.width - short) / 2, (bitmap.height - short) / 2]
    context.imageSmoothingQuality = 'medium'
    context.drawImage(bitmap, left, top, short, short, 0, 0, side, side)
    return canvas.transferToImageBitmap()
  } finally {
    bitmap.close()
  }
}

function reasonOf(error: unknown): string {
  const received = (error as { received?: unknown }).received
  return typeof received === 'string' ? received : error instanceof Error ? error.message : String(error)
}
