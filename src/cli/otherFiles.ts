/** Tells a model's file from others by its first bytes, and names what the others are. */

import { printable } from '../core/text.ts'
import { otherFile } from '../exchange/otherFile.ts'

/** The order of a call's arguments, for a picture in the model's place. */
export const order = 'the model comes first: lenslet predict <model> <picture...>'

/** Eight bytes with the length of the header, then the header: a JSON object. */
export function isSafetensors(start: Uint8Array, size: number): boolean {
  if (start.length < 9 || start[8] !== 0x7b) return false
  return new DataView(start.buffer, start.byteOffset, 8).getBigUint64(0, true) <= BigInt(size - 8)
}

/** What other files are, by their first bytes or their endings. */
const kinds: readonly (readonly [what: string, advice: string, sign: RegExp | undefined, endings?: RegExp])[] = [
  ['an image', order, /^(\x89PNG|\xff\xd8\xff|GIF8|II\*\0|MM\0\*|BM|RIFF....WEBP)/s],
  [
    'a network without weights',
    'train it first: lenslet train <net> --data <data>',
    /^\s*INPUT\b|^\{\s*"format"/i,
    /\.net$/i,
  ],
]

export function describeOther(path: string, start: Uint8Array): { readonly what: string; readonly advice: string } {
  const text = String.fromCharCode(...start.subarray(0, 64))
  const found = kinds.find(([, , sign, endings]) => sign?.test(text) || endings?.test(path))
  if (found !== undefined) return { what: found[0], advice: found[1] }
  const other = otherFile(start)
  if (other !== undefined) return other
  const words = printable(new TextDecoder().decode(start.subarray(0, 64)).split('\n', 1)[0] ?? '').slice(0, 40)
  return {
    what: `a file that begins with "${words}"`,
    advice: 'check the path; lenslet train makes a model',
  }
}
