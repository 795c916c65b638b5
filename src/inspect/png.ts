/** PNG, written: eight bits, red, green, blue, alpha (W3C, Portable Network Graphics). Runs in a page as in Node. */

import { zlibSync } from 'fflate'

export interface Picture {
  readonly width: number
  readonly height: number
  /** [height, width, 4]: red, green, blue, alpha */
  readonly pixels: Uint8Array
}

const table = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? 0xedb88320 ^ (value >>> 1) : value >>> 1
  return value
})

function crc(bytes: Uint8Array): number {
  let value = 0xffffffff
  for (const byte of bytes) value = (table[(value ^ byte) & 255] as number) ^ (value >>> 8)
  return (value ^ 0xffffffff) >>> 0
}

/** Length, name, contents, checksum over name and contents. */
function chunk(name: string, contents: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(contents.length + 12)
  const view = new DataView(bytes.buffer)
  view.setUint32(0, contents.length)
  bytes.set(new TextEncoder().encode(name), 4)
  bytes.set(contents, 8)
  view.setUint32(bytes.length - 4, crc(bytes.subarray(4, bytes.length - 4)))
  return bytes
}

export function encodePng({ width, height, pixels }: Picture): Uint8Array<ArrayBuffer> {
  const header = new Uint8Array(13)
  const view = new DataView(header.buffer)
  view.setUint32(0, width)
  view.setUint32(4, height)
  header.set([8, 6, 0, 0, 0], 8)
  // A byte before each row says how it was filtered: not.
  const rows = new Uint8Array(height * (4 * width + 1))
  for (let row = 0; row < height; row++)
    rows.set(pixels.subarray(row * 4 * width, (row + 1) * 4 * width), row * (4 * width + 1) + 1)
  const parts = [
    Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a),
    chunk('IHDR', header),
    chunk('IDAT', zlibSync(rows, { level: 9 })),
    chunk('IEND', new Uint8Array(0)),
  ]
  const file = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0))
  let at = 0
  for (const part of parts) {
    file.set(part, at)
    at += part.length
  }
  return file
}

/** For the `src` of an image in a page that needs no other file. */
export function pngAddress(image: Picture): string {
  return addressOfPng(encodePng(image))
}

/** The same for an image that is encoded already. */
export function addressOfPng(bytes: Uint8Array): string {
  let text = ''
  for (const byte of bytes) text += String.fromCharCode(byte)
  return `data:image/png;base64,${btoa(text)}`
}
