// The geometry of augmentation, against a slow reading of its definition, on pictures small enough to see.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Augmentation } from '../augmentation.ts'
import type { Split } from '../dataset.ts'
import { drawInteger } from '../draws.ts'
import { normalizationTable } from '../normalization.ts'
import { writeAugmented, writePlain } from './picture.ts'

const canary = 12345

function makeSplit(height: number, width: number, channels: number, count = 1): Split {
  // Byte i + 1: no pixel is 0, so that border and cutout can be told from the picture.
  const images = Uint8Array.from({ length: count * height * width * channels }, (_, i) => (i % 255) + 1)
  return { count, height, width, channels, images, labels: new Uint8Array(count) }
}

/** A table that leaves bytes as they are, another offset for each channel. */
const plainTable = (channels: number) =>
  Float32Array.from({ length: 256 * channels }, (_, i) => (i % 256) + 1000 * (i >> 8))

function write(split: Split, augmentation: Augmentation, key: number, position = 0): number[] {
  const size = split.height * split.width * split.channels
  const out = new Float32Array(size + 2).fill(canary)
  writeAugmented(split, plainTable(split.channels), 0, augmentation, key, position, 0, out, 1)
  expect(out[0]).toBe(canary)
  expect(out[size + 1]).toBe(canary)
  return [...out.subarray(1, size + 1)]
}

/** The definition, value by value: crop out of the padded picture, then mirror, then cut out. */
function define(split: Split, a: Augmentation, key: number, position: number): number[] {
  const { height, width, channels, images } = split
  const crop = a.crop ?? 0
  const flip = a.flip === true && drawInteger(key, position, 0, 2) === 1
  const top = drawInteger(key, position, 1, 2 * crop + 1) - crop
  const left = drawInteger(key, position, 2, 2 * crop + 1) - crop
  const side = a.cutout ?? 0
  const cutY = drawInteger(key, position, 3, height) - Math.floor(side / 2)
  const cutX = drawInteger(key, position, 4, width) - Math.floor(side / 2)
  const values: number[] = []
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++)
      for (let c = 0; c < channels; c++) {
        let sourceY = y + top
        let sourceX = (flip ? width - 1 - x : x) + left
        if (a.border === 'reflect') {
          sourceY = height - 1 - Math.abs(height - 1 - Math.abs(sourceY))
          sourceX = width - 1 - Math.abs(width - 1 - Math.abs(sourceX))
        }
        const inside = sourceY >= 0 && sourceY < height && sourceX >= 0 && sourceX < width
        const cut = y >= cutY && y < cutY + side && x >= cutX && x < cutX + side
        const byte = images[(sourceY * width + sourceX) * channels + c] as number
        values.push(inside && !cut ? byte + 1000 * c : 0)
      }
  return values
}

describe('writeAugmented', () => {
  it('does what the definition says, whatever the size, and writes nowhere else', () => {
    const cases = fc
      .record({
        height: fc.integer({ min: 1, max: 7 }),
        width: fc.integer({ min: 1, max: 7 }),
        channels: fc.integer({ min: 1, max: 4 }),
        key: fc.integer({ min: 0, max: 2 ** 32 - 1 }),
        position: fc.nat(),
        flip: fc.boolean(),
        border: fc.constantFrom('zero' as const, 'reflect' as const),
      })
      .chain((row) =>
        fc.record({
          row: fc.constant(row),
          crop: fc.nat(Math.min(row.height, row.width) - 1),
          cutout: fc.nat(Math.min(row.height, row.width)),
        }),
      )
    fc.assert(
      fc.property(cases, ({ row, crop, cutout }) => {
        const split = makeSplit(row.height, row.width, row.channels)
        const augmentation = { flip: row.flip, border: row.border, crop, cutout }
        expect(write(split, augmentation, row.key, row.position)).toEqual(
          define(split, augmentation, row.key, row.position),
        )
      }),
      { numRuns: 500 },
    )
  })

  it('mirrors left to right', () => {
    const split = makeSplit(2, 3, 1)
    const seen = new Set(Array.from({ length: 20 }, (_, key) => write(split, { flip: true }, key).join()))
    expect(seen).toEqual(new Set(['1,2,3,4,5,6', '3,2,1,6,5,4']))
  })

  it('reaches every offset of a crop, and pads by mirroring without repeating the edge', () => {
    const split = makeSplit(1, 3, 1)
    const rows = new Set<string>()
    // Height 1 allows no vertical padding, so a picture of 3×3 is looked at through its middle row.
    const square = makeSplit(3, 3, 1)
    for (let key = 0; key < 200; key++) rows.add(write(square, { crop: 1, border: 'reflect' }, key).slice(3, 6).join())
    expect(rows).toContain('2,1,2')
    expect(rows).toContain('4,5,6')
    expect(rows).toContain('8,9,8')
    expect(rows.size).toBe(9)
    expect(write(split, {}, 1)).toEqual([1, 2, 3])
  })
})

describe('drawInteger', () => {
  it('is even over its range: χ² of 16 cells stays below its 99.99 % point', () => {
    for (const key of [0, 1, 0xdeadbeef]) {
      const cells = new Array<number>(16).fill(0)
      for (let i = 0; i < 16_000; i++) {
        const cell = drawInteger(key, i, i % 5, 16)
        cells[cell] = (cells[cell] as number) + 1
      }
      const chi = cells.reduce((sum, count) => sum + (count - 1000) ** 2 / 1000, 0)
      expect(chi).toBeLessThan(44.26)
    }
  })

  it.each([
    ['positions', (i: number) => [drawInteger(7, i, 0, 2), drawInteger(7, i + 1, 0, 2)]],
    ['draws', (i: number) => [drawInteger(7, i, 0, 2), drawInteger(7, i, 1, 2)]],
    ['keys', (i: number) => [drawInteger(7, i, 0, 2), drawInteger(8, i, 0, 2)]],
  ] as const)('gives neighboring %s values of their own', (_, pair) => {
    const pairs = Array.from({ length: 4000 }, (_, i) => pair(i))
    const same = pairs.filter(([a, b]) => a === b).length
    // Binomial, n = 4000, p = ½: deviation 31.6; five of them.
    expect(Math.abs(same - 2000)).toBeLessThan(158)
  })
})

describe('writePlain', () => {
  it('normalizes an image from the middle of a split', () => {
    const split = makeSplit(1, 2, 3, 3)
    const table = normalizationTable({ mean: [0, 0.5, 1], std: [1, 0.5, 2] })
    const out = new Float32Array(8).fill(canary)
    writePlain(split, table, 0, 6, out, 1)
    const bytes = [7, 8, 9, 10, 11, 12].map((byte) => byte / 255)
    const wanted = bytes.map((v, i) => [v, (v - 0.5) / 0.5, (v - 1) / 2][i % 3] as number)
    expect([...out]).toEqual([canary, ...wanted.map(Math.fround), canary])
  })
})
