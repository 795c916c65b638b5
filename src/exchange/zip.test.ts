// ZIP archives: ours, compressed ones of another writer, and every kind of damage.

import { crc32 as nodeCrc32 } from 'node:zlib'
import { type Zippable, zipSync } from 'fflate'
import { describe, expect, it } from 'vitest'
import { Random } from '../core/random.ts'
import { crc32 } from './crc32.ts'
import { ForeignFileError } from './errors.ts'
import { joined } from './joined.ts'
import { readZip } from './zip.ts'
import { zipParts } from './zipWrite.ts'

const random = Random.seeded(1)
const noise = Uint8Array.from({ length: 1000 }, () => random.integer(256))
const contents = new Map([
  ['data.pkl', noise],
  ['folder/Ünïcode x', new TextEncoder().encode('text '.repeat(50))],
  ['empty', new Uint8Array(0)],
])
const stored = () => joined(zipParts([...contents].map(([name, bytes]) => ({ name, parts: [bytes] }))))
const deflated = () => zipSync(Object.fromEntries(contents) as Zippable, { level: 6 })
const all = (file: Uint8Array) => new Map([...readZip(file, 'a.zip')].map(([name, entry]) => [name, entry.bytes()]))

/** A change to a field of the first entry of the directory. */
function changed(file: Uint8Array, change: (view: DataView, entry: number, end: number) => void): Uint8Array {
  const copy = file.slice()
  const view = new DataView(copy.buffer)
  const end = copy.length - 22
  change(view, view.getUint32(end + 16, true), end)
  return copy
}

it('has the checksums of zlib', () => {
  for (const length of [0, 1, 7, 8, 9, 31, 1000]) {
    const part = noise.subarray(0, length)
    // Node 20 has none.
    if (typeof nodeCrc32 === 'function') expect(crc32(part)).toBe(nodeCrc32(part))
    expect(crc32(part.subarray(5), crc32(part.subarray(0, 5)))).toBe(crc32(part))
  }
  expect(crc32(new TextEncoder().encode('123456789'))).toBe(0xcbf43926)
})

describe('readZip', () => {
  it('reads what is stored, as views at multiples of 64 bytes', () => {
    const file = stored()
    expect(all(file)).toEqual(contents)
    const bytes = readZip(file, 'a.zip').get('folder/Ünïcode x')?.bytes()
    expect(bytes?.buffer).toBe(file.buffer)
    expect(bytes?.byteOffset).toSatisfy((at: number) => at % 64 === 0)
  })

  it('reads what is compressed', () => expect(all(deflated())).toEqual(contents))

  it('reads an archive in a larger buffer, with a comment', () => {
    const file = stored()
    const larger = new Uint8Array(file.length + 20)
    larger.set(file, 10)
    larger.set([5, 0], 10 + file.length - 2)
    expect(all(larger.subarray(10, 15 + file.length))).toEqual(contents)
  })

  it.each<[what: string, file: Uint8Array, says: RegExp]>([
    ['a cut end', stored().subarray(0, -5), /cut short/],
    ['a cut middle', stored().subarray(0, 600), /cut short/],
    ['nothing', new Uint8Array(0), /cut short/],
    [
      'damaged contents',
      changed(stored(), (view) => view.setUint8(200, view.getUint8(200) ^ 1)),
      /differ from their checksum/,
    ],
    ['damaged compressed contents', changed(deflated(), (view) => view.setUint8(80, view.getUint8(80) ^ 1)), /damaged/],
    [
      'a length of gigabytes',
      changed(deflated(), (view, at) => view.setUint32(at + 24, 0x7fffffff, true)),
      /2147483647/,
    ],
    [
      'a packed length of gigabytes',
      changed(deflated(), (view, at) => view.setUint32(at + 20, 0x7fffffff, true)),
      /damaged/,
    ],
    ['a shorter length', changed(deflated(), (view, at) => view.setUint32(at + 24, 999, true)), /damaged/],
    ['a longer length', changed(deflated(), (view, at) => view.setUint32(at + 24, 1001, true)), /damaged/],
    [
      'an offset behind the end',
      changed(stored(), (view, at) => view.setUint32(at + 42, 1e9, true)),
      /no entry at byte/,
    ],
    [
      '64-bit lengths that are missing',
      changed(stored(), (view, at) => view.setUint32(at + 24, 0xffffffff, true)),
      /64-bit/,
    ],
    ['an encrypted entry', changed(stored(), (view, at) => view.setUint16(at + 8, 1, true)), /encrypted/],
    ['another method', changed(stored(), (view, at) => view.setUint16(at + 10, 14, true)), /method 14/],
    ['too many entries', changed(stored(), (view, _, end) => view.setUint16(end + 10, 60_000, true)), /60000 entries/],
    ['a directory elsewhere', changed(stored(), (view, _, end) => view.setUint32(end + 16, 7, true)), /damaged/],
    [
      'a name beyond the directory',
      changed(stored(), (view, at) => view.setUint16(at + 28, 60_000, true)),
      /behind it/,
    ],
    [
      'two entries of one name',
      joined(zipParts(['a', 'a'].map((name) => ({ name, parts: [noise] })))),
      /two entries a/,
    ],
    ['entries that overlap', overlapping(), /overlaps another/],
  ])('refuses %s', (_, file, says) => {
    expect(() => all(file)).toThrow(ForeignFileError)
    expect(() => all(file)).toThrow(says)
  })
})

/** Both entries of the directory name the contents of the first. */
function overlapping(): Uint8Array {
  const file = joined(zipParts(['a', 'b'].map((name) => ({ name, parts: [noise] }))))
  return changed(file, (view, at) => view.setUint32(at + 47 + 42, 0, true))
}

it('reads ZIP64, which archives of many gigabytes have', () => {
  const file = stored()
  const view = new DataView(file.buffer)
  const end = file.length - 22
  const [size, offset] = [view.getUint32(end + 12, true), view.getUint32(end + 16, true)]
  const record = new DataView(new ArrayBuffer(56 + 20))
  record.setUint32(0, 0x06064b50, true)
  for (const [at, value] of [
    [4, 44],
    [24, 3],
    [32, 3],
    [40, size],
    [48, offset],
  ] as const)
    record.setBigUint64(at, BigInt(value), true)
  record.setUint32(56, 0x07064b50, true)
  record.setBigUint64(64, BigInt(end), true)
  const last = file.slice(end)
  last.fill(0xff, 8, 20)
  expect(all(joined([file.subarray(0, end), new Uint8Array(record.buffer), last]))).toEqual(contents)
  record.setBigUint64(40, 2n ** 60n, true)
  expect(() => all(joined([file.subarray(0, end), new Uint8Array(record.buffer), last]))).toThrow(ForeignFileError)
})
