/** Archives as tar writes them (POSIX 1003.1, ustar), and as it never would: every field can be another, the checksum is right. */

import { gzipSync } from 'node:zlib'
import type { Random } from '../../../src/core/random.ts'
import { mutateBytes } from './bytes.ts'
import { encode, pick } from './format.ts'

const block = 512
const names = [
  'cifar-10-batches-bin/data_batch_1.bin',
  'test_batch.bin',
  '../outside.bin',
  '/etc/passwd.bin',
  'C:\\x.bin',
  'a\u0000b.bin',
  '\u001b[2J.bin',
  '',
  '.',
  `${'d/'.repeat(48)}x.bin`,
]
/** File, links, devices, folder, FIFO; pax headers; GNU's long names, sparse files and volumes; what nobody defined. */
const types = '0 0 0 0 1 2 3 4 5 6 7 x g L K S V D M N ~'.split(' ')

const octal = (value: number, width: number) => `${value.toString(8).padStart(width - 1, '0')}\0`

function sizeField(random: Random, size: number): Uint8Array {
  if (random.integer(3) > 0) return encode(octal(size, 12))
  const field = new Uint8Array(12)
  switch (random.integer(6)) {
    case 0:
      // GNU's binary numbers; 0x81 and a large byte before the last eight are beyond any integer.
      field[0] = pick(random, [0x80, 0x81, 0xff, 0xc0])
      field[pick(random, [1, 3, 4, 8, 11])] = pick(random, [0, 1, 127, 255])
      return field
    case 1:
      return encode('-00000000001')
    case 2:
      return encode('77777777777\0')
    case 3:
      return encode('          \0\0')
    case 4:
      return field
    default:
      return encode(octal(pick(random, [size + 1, size - 1, 0, 513, 2 ** 31, 30_730_001]), 12).slice(-12))
  }
}

function entry(random: Random, odd: boolean): Uint8Array {
  const content = new Uint8Array(pick(random, [0, 1, 511, 512, 513, 3073]))
  const type = odd ? pick(random, types) : '0'
  if (type === 'x' || type === 'g') content.set(encode('99 size=99999999999\n').subarray(0, content.length))
  const header = new Uint8Array(block)
  const put = (text: string | Uint8Array, at: number) => {
    const bytes = typeof text === 'string' ? encode(text) : text
    header.set(bytes.subarray(0, block - at), at)
  }
  put(encode(odd ? pick(random, names) : (names[0] as string)).subarray(0, 100), 0)
  put(octal(0o644, 8), 100)
  put(odd ? sizeField(random, content.length) : octal(content.length, 12), 124)
  put(octal(0, 12), 136)
  put(type, 156)
  if ('12K'.includes(type)) put('/etc/passwd', 157)
  put('ustar\u000000', 257)
  if (odd && random.integer(6) === 0) header[random.integer(block)] = random.integer(256)
  put(' '.repeat(8), 148)
  if (!odd || random.integer(12) > 0)
    put(
      octal(
        header.reduce((sum, byte) => sum + byte, 0),
        7,
      ),
      148,
    )
  const padded = new Uint8Array(block * (1 + Math.ceil(content.length / block)))
  padded.set(header)
  padded.set(content, block)
  return padded
}

/** An archive of one entry that is as it should be. */
export function honestTar(random: Random): Uint8Array {
  return gzipSync(Buffer.concat([entry(random, false), new Uint8Array(2 * block)]), { level: 1 })
}

export function drawTar(random: Random): Uint8Array {
  const entries = Array.from({ length: 1 + random.integer(3) }, () => entry(random, random.integer(4) > 0))
  const tar = Buffer.concat([...entries, new Uint8Array(block * random.integer(4))])
  const cut = random.integer(6) === 0 ? tar.subarray(0, random.integer(tar.length)) : tar
  const packed = gzipSync(cut, { level: 1 })
  switch (random.integer(8)) {
    case 0:
      return mutateBytes(random, [packed])
    case 1:
      return Buffer.concat([packed, packed])
    case 2:
      return Buffer.concat([packed, encode('trailing garbage')])
    default:
      return packed
  }
}
