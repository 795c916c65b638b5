// A checksum of the same bytes is the same wherever they lie, and another for any other byte.
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { checksum } from './checksum.ts'

it('does not depend on where the bytes lie in memory', () => {
  // Beyond the portion that is copied at a time, at each alignment.
  const bytes = Uint8Array.from({ length: 2 ** 20 + 4099 }, (_, i) => (i * 2654435761) >>> 24)
  const expected = checksum([bytes])
  for (const offset of [1, 2, 3, 4]) {
    const moved = new Uint8Array(bytes.length + offset)
    moved.set(bytes, offset)
    expect(checksum([moved.subarray(offset)]), `${offset}`).toBe(expected)
  }
})

it('changes with every byte, its length, and where one part ends', () => {
  const property = fc.property(
    fc.uint8Array({ minLength: 1, maxLength: 40 }),
    fc.nat(),
    fc.nat(7),
    (bytes, at, bit) => {
      const other = bytes.slice()
      other[at % bytes.length] = (other[at % bytes.length] as number) ^ (1 << bit)
      const sums = [[bytes], [other], [Uint8Array.of(...bytes, 0)], [bytes, new Uint8Array()]].map(checksum)
      expect(new Set(sums).size).toBe(4)
    },
  )
  fc.assert(property, { seed: 1 })
})
