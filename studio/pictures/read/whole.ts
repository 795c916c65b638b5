/**
 * Whether an encoded image is all there. Browsers show what they have of a file that was cut short and leave the rest gray,
 * which a network would learn; so the formats' own ends are looked for.
 */

const text = (bytes: Uint8Array, from: number, to: number) => String.fromCharCode(...bytes.subarray(from, to))

/** What is wrong, in words that follow "cannot be read: "; undefined where nothing is. */
export function damageOf(bytes: Uint8Array): string | undefined {
  if (bytes.length === 0) return 'the file is empty'
  if (bytes[0] === 0xff && bytes[1] === 0xd8) return isWholeJpeg(bytes) ? undefined : cut(bytes)
  if (text(bytes, 0, 8) === '\x89PNG\r\n\x1a\n') return isWholePng(bytes) ? undefined : cut(bytes)
  if (text(bytes, 0, 4) === 'RIFF' && text(bytes, 8, 12) === 'WEBP') {
    const size = new DataView(bytes.buffer, bytes.byteOffset).getUint32(4, true)
    return size + 8 <= bytes.length ? undefined : cut(bytes)
  }
  if (/^GIF8[79]a/.test(text(bytes, 0, 6))) return undefined
  const brand = text(bytes, 4, 12)
  if (brand.startsWith('ftyp'))
    return heic.test(brand.slice(4)) ? 'HEIC images need a decoder that browsers lack' : undefined
  if (/^(II\*\0|MM\0\*)/.test(text(bytes, 0, 4))) return 'TIFF images need a decoder that browsers lack'
  if (text(bytes, 0, 2) === 'BM' || text(bytes, 0, 4) === '\0\0\x01\0') return undefined
  const start = text(bytes, 0, Math.min(bytes.length, 512))
  if (/^\s*(<\?xml|<svg)/.test(start)) return 'it is a drawing (SVG), not an image of pixels'
  if (/^\s*<(!doctype|html)/i.test(start)) return 'it is a web page, as a failed download leaves it'
  return 'its contents are no image'
}

const heic = /^(heic|heix|hevc|hevx|heim|heis|mif1|msf1)/

const cut = (bytes: Uint8Array) => `the file ends early, after ${bytes.length.toLocaleString('en-US')} bytes`

/** The end mark (ITU T.81, B.1.1.3) behind the first scan: within a scan, FF is never followed by D9. */
function isWholeJpeg(bytes: Uint8Array): boolean {
  let at = 2
  while (at + 4 <= bytes.length) {
    if (bytes[at] !== 0xff) return false
    const mark = bytes[at + 1] as number
    // Fill bytes, and marks without a segment.
    if (mark === 0xff) at += 1
    else if (mark === 0x01 || (mark >= 0xd0 && mark <= 0xd7)) at += 2
    else if (mark === 0xda) break
    else at += 2 + (((bytes[at + 2] as number) << 8) | (bytes[at + 3] as number))
  }
  for (at = bytes.indexOf(0xff, at + 2); at !== -1; at = bytes.indexOf(0xff, at + 1))
    if (bytes[at + 1] === 0xd9) return true
  return false
}

/** Chunk after chunk to IEND (PNG specification, 5.3). */
function isWholePng(bytes: Uint8Array): boolean {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  for (let at = 8; at + 12 <= bytes.length; at += 12 + view.getUint32(at))
    if (text(bytes, at + 4, at + 8) === 'IEND') return true
  return false
}
