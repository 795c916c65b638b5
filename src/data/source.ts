/**
 * What a picture can be given as: encoded, raw values, or what a page can draw. Told apart by their structure, so that no
 * type of a page is needed in Node and a canvas of any make will do.
 */

import { ArgumentError } from '../core/errors.ts'
import { printKind } from '../core/options.ts'

/** Most bytes of an encoded picture, wherever it comes from: 256 MiB. */
export const pictureByteLimit = 2 ** 28

/** A Blob or File. */
export interface BlobLike {
  readonly size: number
  readonly type: string
  arrayBuffer(): Promise<ArrayBuffer>
}

/** A URL object. */
export interface UrlLike {
  readonly href: string
}

/**
 * A PNG, JPEG, WebP, …: its path (Node) or URL, or its bytes. Of strings, `file:`, `http:`, `https:`, `data:` and `blob:`
 * begin a URL; in a page every string is one.
 */
export type EncodedPicture = string | UrlLike | Uint8Array | ArrayBuffer | BlobLike

/** Values side by side, [height, width, channels], 0 to 255: ImageData, and what sharp's `raw()` gives. */
export interface RawPicture {
  readonly data: Uint8Array | Uint8ClampedArray
  readonly width: number
  readonly height: number
  /** 1 (grey), 3 (red, green, blue) or 4 (with alpha). Default: what the number of values says. */
  readonly channels?: number | undefined
}

/** `await sharp(…).raw().toBuffer({ resolveWithObject: true })` */
export interface SharpOutput {
  readonly data: Uint8Array
  readonly info: { readonly width: number; readonly height: number; readonly channels: number }
}

/** Only in a page: a canvas, ImageBitmap, VideoFrame, `<img>` or `<video>`. */
export type DrawablePicture =
  | { readonly width: number; readonly height: number; getContext: unknown }
  | { readonly width: number; readonly height: number; close(): void }
  | { readonly displayWidth: number; readonly displayHeight: number; close(): void }
  | { readonly naturalWidth: number; readonly naturalHeight: number }
  | { readonly videoWidth: number; readonly videoHeight: number }

export type PictureSource = EncodedPicture | RawPicture | SharpOutput | DrawablePicture

/** Its channels are known. */
export interface SizedPicture extends RawPicture {
  readonly channels: number
}

/** A source, sorted. */
export type SortedSource =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'bytes'; readonly bytes: Uint8Array }
  | { readonly kind: 'blob'; readonly blob: BlobLike }
  | { readonly kind: 'raw'; readonly raw: SizedPicture }
  | { readonly kind: 'drawable'; readonly drawable: DrawablePicture; readonly width: number; readonly height: number }

const expected =
  'a path or URL, the bytes of an image, a Blob, ImageData, a canvas, ImageBitmap, video frame, <img> or <video>, ' +
  'or { data, width, height, channels }'

/** Throws `ArgumentError` for what is no picture. */
export function sortSource(source: unknown): SortedSource {
  if (typeof source === 'string') return { kind: 'text', text: source }
  if (typeof source !== 'object' || source === null) throw noPicture(source)
  if (source instanceof Uint8Array) return { kind: 'bytes', bytes: source }
  if (source instanceof ArrayBuffer) return { kind: 'bytes', bytes: new Uint8Array(source) }
  if (ArrayBuffer.isView(source) || Array.isArray(source)) throw noPicture(source)
  const given = source as Readonly<Record<string, unknown>>
  if (typeof given.href === 'string' && !('naturalWidth' in given)) return { kind: 'text', text: given.href }
  if (typeof given.arrayBuffer === 'function') return { kind: 'blob', blob: source as BlobLike }
  if ('data' in given) return { kind: 'raw', raw: rawOf(given) }
  for (const [width, height] of sides) {
    if (typeof given[width] !== 'number' || typeof given[height] !== 'number') continue
    return { kind: 'drawable', drawable: source as DrawablePicture, width: given[width], height: given[height] }
  }
  throw noPicture(source)
}

/** An <img> has a width, too: that of its box. */
const sides = [
  ['naturalWidth', 'naturalHeight'],
  ['videoWidth', 'videoHeight'],
  ['displayWidth', 'displayHeight'],
  ['width', 'height'],
] as const

function rawOf(given: Readonly<Record<string, unknown>>): SizedPicture {
  const { data } = given
  const { width, height, channels } = (given.info ?? given) as Partial<Record<keyof RawPicture, unknown>>
  if (!(data instanceof Uint8Array || data instanceof Uint8ClampedArray)) {
    throw new ArgumentError('raw values of an image must be bytes', {
      received: `data: ${printKind(data)}`,
      expected: 'data: a Uint8Array or Uint8ClampedArray of values from 0 to 255',
    })
  }
  const isSide = (side: unknown): side is number => Number.isInteger(side) && (side as number) >= 1
  const depth = channels ?? (isSide(width) && isSide(height) ? data.length / (width * height) : undefined)
  const fits = isSide(width) && isSide(height) && [1, 3, 4].includes(depth as number)
  if (fits && data.length === width * height * (depth as number)) {
    return { data, width, height, channels: depth as number }
  }
  throw new ArgumentError('the values of an image do not fit its size', {
    received: `${data.length} values, width ${width}, height ${height}, channels ${channels ?? 'not given'}`,
    expected: 'width × height × channels values, with 1, 3 or 4 channels',
  })
}

function noPicture(source: unknown): ArgumentError {
  return new ArgumentError('not an image', { received: printKind(source), expected })
}
