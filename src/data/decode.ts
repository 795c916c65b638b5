/** Pictures from anywhere, in the size of a network's input: decoded in Node by sharp, in a page by the browser. */

import { decodeSource } from '#decode'
import { platform } from '#platform'
import { fetchPicture } from './fetchPicture.ts'
import type { PictureSize } from './resize.ts'
import { type PictureSource, sortSource } from './source.ts'

/**
 * Reads a picture and brings it to a size. EXIF orientation is applied, transparent parts are seen on white. `sharp` is
 * needed in Node, and loaded with the first picture.
 *
 * Scaling is Pillow's, with the same bits in Node and in a page. Decoders of JPEG may differ by a level or two; transparent
 * parts that are neither clear nor opaque by one.
 *
 * @param source see `PictureSource`: a path or URL, bytes, a Blob, raw values; in a page also what can be drawn
 * @returns [height, width, channels], 0..255
 * @throws {PictureError} not a picture, a damaged one, or one that cannot be fetched
 * @throws {ArgumentError} not a source of a picture, or a size that no picture can have
 */
export async function decodeImage(source: PictureSource, size: PictureSize): Promise<Uint8Array> {
  return takePicture(source, size)()
}

/**
 * Takes what may change afterwards (the values of a buffer, what a canvas shows) at once, and returns what decodes it.
 * Throws `ArgumentError` for what is no source of a picture.
 */
export function takePicture(source: PictureSource, size: PictureSize): () => Promise<Uint8Array> {
  const sorted = sortSource(source)
  switch (sorted.kind) {
    case 'text':
      return async () => {
        if (!mustFetch(sorted.text)) return decodeSource(sorted, size)
        return decodeSource({ kind: 'bytes', bytes: await fetchPicture(sorted.text) }, size, sorted.text)
      }
    case 'bytes': {
      const bytes = new Uint8Array(sorted.bytes)
      return () => decodeSource({ kind: 'bytes', bytes }, size)
    }
    case 'raw': {
      const raw = { ...sorted.raw, data: new Uint8Array(sorted.raw.data) }
      return () => decodeSource({ kind: 'raw', raw }, size)
    }
    case 'blob':
      return () => decodeSource(sorted, size)
    case 'drawable': {
      const drawn = decodeSource(sorted, size)
      // The caller handles it, perhaps later.
      drawn.catch(() => {})
      return () => drawn
    }
  }
}

function mustFetch(text: string): boolean {
  return platform.name === 'browser' || /^(https?|data|blob):/i.test(text)
}
