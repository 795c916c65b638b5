import { compress } from 'lzma1'
import { expect, it } from 'vitest'
import { Random } from '../../core/random.ts'
import { expand } from './lzma.ts'

const packed = (bytes: Uint8Array) => Uint8Array.from(compress(bytes, 9))
const random = Random.seeded(1, 'lzma')
const noise = (length: number, values = 256) => Uint8Array.from({ length }, () => random.integer(values))
const joined = (...parts: readonly Uint8Array[]) => Uint8Array.from(parts.flatMap((part) => [...part]))
const far = noise(300)

/** Each kind of symbol that the format has. */
it.each<[what: string, bytes: Uint8Array]>([
  ['nothing', new Uint8Array(0)],
  ['one byte', Uint8Array.of(7)],
  ['literals alone', noise(5000)],
  ['one byte again and again: a match that goes on into what it makes', new Uint8Array(3000).fill(9)],
  [
    'a match at each of the four last distances',
    joined(...Array.from({ length: 400 }, () => noise(1 + random.integer(40), 3))),
  ],
  ['matches of all lengths', joined(...Array.from({ length: 300 }, (_, i) => joined(far.subarray(0, i), noise(2))))],
  ['a distance whose low bits are in a tree of their own', joined(far, noise(200_000, 2), far)],
])('expands %s', (_, bytes) => {
  expect(Buffer.compare(expand(packed(bytes), bytes.length), bytes)).toBe(0)
})

it('expands the beginning alone', () => {
  const bytes = joined(far, new Uint8Array(1000).fill(1), far)
  // In the middle of a literal run, and of a match.
  for (const length of [1, 299, 800, 1400]) {
    expect([...expand(packed(bytes), length)]).toEqual([...bytes.subarray(0, length)])
  }
})
