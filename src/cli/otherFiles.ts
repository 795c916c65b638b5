/** Tells a model's file from others by its first bytes, and names what the others are. */

import { printable } from '../core/text.ts'
import { openRegularFile } from '../platform/regularFile.ts'

/** The order of a call's arguments, for a picture in the model's place. */
export const order = 'the model comes first: lenslet predict <model> <picture...>'

/** The first bytes; none where the file cannot be read, which loading it will say. */
export async function startOf(path: string): Promise<Uint8Array> {
  const bytes = new Uint8Array(64)
  const file = await openRegularFile(path).catch(() => undefined)
  try {
    const read = await file?.handle.read(bytes, 0, bytes.length, 0)
    return bytes.subarray(0, read?.bytesRead ?? 0)
  } catch {
    return bytes.subarray(0, 0)
  } finally {
    await file?.handle.close()
  }
}

/** Eight bytes with the length of the header, then the header: a JSON object. */
export function isSafetensors(start: Uint8Array, size: number): boolean {
  if (start.length < 9 || start[8] !== 0x7b) return false
  return new DataView(start.buffer, start.byteOffset, 8).getBigUint64(0, true) <= BigInt(size - 8)
}

const ofOtherTools = 'Lenslet reads its own models only; train one: lenslet train'

/** What other files are, by their first bytes or their endings. */
const kinds: readonly (readonly [what: string, advice: string, sign: RegExp | undefined, endings?: RegExp])[] = [
  ['an image', order, /^(\x89PNG|\xff\xd8\xff|GIF8|II\*\0|MM\0\*|BM|RIFF....WEBP)/s],
  ['an ONNX file', ofOtherTools, undefined, /\.onnx$/i],
  ['a file of PyTorch or Keras, or another ZIP archive', ofOtherTools, /^PK\W\W/, /\.(pth?|ckpt|keras)$/i],
  ['an HDF5 file, as Keras writes it', ofOtherTools, /^\x89HDF/, /\.h5$/i],
  [
    'a network without weights',
    'train it first: lenslet train <net> --data <data>',
    /^\s*INPUT\b|^\{\s*"format"/i,
    /\.net$/i,
  ],
  ['an empty file', 'check the path', /^$/],
]

export function describeOther(path: string, start: Uint8Array): { readonly what: string; readonly advice: string } {
  const text = String.fromCharCode(...start)
  const found = kinds.find(([, , sign, endings]) => sign?.test(text) || endings?.test(path))
  if (found !== undefined) return { what: found[0], advice: found[1] }
  const words = printable(new TextDecoder().decode(start).split('\n', 1)[0] ?? '').slice(0, 40)
  return {
    what: `a file that begins with ${JSON.stringify(words)}`,
    advice: 'check the path; lenslet train makes a model',
  }
}
