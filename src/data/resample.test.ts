// Scaling against its definition in floating point, and against Pillow's own results where they are beside the repository.

import { existsSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import sharp from 'sharp'
import { describe, expect, it } from 'vitest'
import { type Interpolation, interpolations } from './interpolation.ts'
import { decodeImage } from './node/decode.ts'
import { resample } from './resample.ts'

const shared = new URL('../../../shared/', import.meta.url)
const golden = [shared, new URL('../../../../shared/', import.meta.url)]
  .map((folder) => new URL('golden/photos/', folder))
  .find((folder) => existsSync(folder))

const noise = (count: number) => Uint8Array.from({ length: count }, (_, i) => Math.imul(i + 7, 0x9e3779b9) >>> 24)
const rows = (pixels: Uint8Array, height: number, width: number, step: 1 | 3 | 4, atOnce = height) => ({
  height,
  width,
  step,
  atOnce,
  read: (y: number, n: number) => pixels.subarray(y * width * step, (y + n) * width * step),
})
const whole = (height: number, width: number) => ({ top: 0, left: 0, height, width })

describe('resample', () => {
  it.each(interpolations)('leaves an image of the right size as it is: %s', (interpolation) => {
    const pixels = noise(5 * 7 * 3)
    const to = { height: 5, width: 7 }
    expect([...resample(rows(pixels, 5, 7, 3), to, whole(5, 7), interpolation)]).toEqual([...pixels])
  })

  it.each(interpolations)('keeps a plain color, since weights add up to 1: %s', (interpolation) => {
    const pixels = new Uint8Array(31 * 17).fill(200)
    // Weights are rounded to 2⁻²², some 30 of them, so their sum is off by less than a level.
    for (const to of [
      { height: 4, width: 9 },
      { height: 40, width: 50 },
    ])
      for (const value of resample(rows(pixels, 31, 17, 1), to, whole(to.height, to.width), interpolation))
        expect(Math.abs(value - 200)).toBe(0)
  })

  it('averages by weights 1, 3, 3, 1 where an image becomes half as large', () => {
    const out = resample(
      rows(Uint8Array.of(70, 0, 0, 80, 0, 0, 0, 0), 1, 8, 1),
      { height: 1, width: 4 },
      whole(1, 4),
      'bilinear',
    )
    // At the border three weights are left, and become 3, 3, 1 of 7.
    expect([...out]).toEqual([(70 * 3) / 7, 30, 10, 0])
  })

  it.each<[Interpolation, number[]]>([
    ['nearest', [0, 0, 100, 100]],
    ['box', [0, 0, 100, 100]],
    ['bilinear', [0, 25, 75, 100]],
    // Keys' cubic with a = −1/2: 0.8671875 at ¼, 0.2265625 at ¾, −0.0703125 at 1¼; two of four weights are left.
    ['bicubic', [0, 21, 79, 109]],
  ])('enlarges by %s', (interpolation, expected) => {
    const out = resample(rows(Uint8Array.of(0, 100), 1, 2, 1), { height: 1, width: 4 }, whole(1, 4), interpolation)
    expect([...out]).toEqual(expected)
  })

  it('clamps what overshoots', () => {
    const edge = Uint8Array.of(0, 0, 0, 255, 255, 255)
    const out = resample(rows(edge, 1, 6, 1), { height: 1, width: 12 }, whole(1, 12), 'bicubic')
    expect([Math.min(...out), Math.max(...out)]).toEqual([0, 255])
    expect([...out.slice(0, 6)].every((value) => value < 128)).toBe(true)
  })

  it('gives the same window of the same image, whatever is read at once, and with a fourth value', () => {
    const pixels = noise(23 * 19 * 3)
    const rgba = Uint8Array.from({ length: 23 * 19 * 4 }, (_, i) =>
      i % 4 === 3 ? 9 : (pixels[3 * (i >> 2) + (i % 4)] as number),
    )
    const to = { height: 9, width: 11 }
    const all = resample(rows(pixels, 23, 19, 3), to, whole(9, 11), 'lanczos')
    const part = { top: 2, left: 3, height: 4, width: 5 }
    const expected = Array.from({ length: 4 }, (_, y) => [
      ...all.subarray(((y + 2) * 11 + 3) * 3, ((y + 2) * 11 + 8) * 3),
    ]).flat()
    for (const atOnce of [1, 2, 23]) {
      expect([...resample(rows(pixels, 23, 19, 3, atOnce), to, part, 'lanczos')]).toEqual(expected)
      expect([...resample(rows(rgba, 23, 19, 4, atOnce), to, part, 'lanczos')]).toEqual(expected)
    }
  })
})

describe.skipIf(golden === undefined)('Pillow’s own crops (skipped without ../shared/golden/photos)', async () => {
  const photos = golden && new URL('../../photos/', golden)
  const files = photos ? (await readdir(photos)).filter((name) => /\.(png|jpg)$/.test(name)) : []
  const crops = [
    ['227', { height: 227, width: 227, channels: 3, preprocessing: { resize: { kind: 'shorter', side: 256 } } }],
    ['128', { height: 128, width: 128, channels: 3, preprocessing: { resize: { kind: 'shorter', side: 146 } } }],
    [
      'bicubic64x48',
      { height: 48, width: 64, channels: 3, preprocessing: { resize: { kind: 'both' }, interpolation: 'bicubic' } },
    ],
  ] as const
  it.each(files.flatMap((file) => crops.map(([suffix, size]) => ({ file, suffix, size }))))(
    '$file, $suffix',
    async ({ file, suffix, size }) => {
      const crop = new URL(`${file.slice(0, -4)}.${suffix}.png`, golden)
      const expected = await sharp(crop.pathname).raw().toBuffer()
      const found = await decodeImage(new URL(file, photos).pathname, size)
      const most = found.reduce((max, value, i) => Math.max(max, Math.abs(value - (expected[i] as number))), 0)
      // Decoders of JPEG may differ by a level or two; what is not lossy is the same to the bit.
      expect(most).toBeLessThanOrEqual(file.endsWith('.png') ? 0 : 2)
    },
  )
})
