// Decoding by sharp: exact where nothing is scaled, and named errors for what is no picture.
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import sharp from 'sharp'
import { describe, expect, it } from 'vitest'
import { ArgumentError } from '../../core/errors.ts'
import { PictureError } from '../errors.ts'
import { temporaryFolder } from '../testing/archives.ts'
import { plain, png } from '../testing/pictures.ts'
import { decodeImage } from './decode.ts'

const color = (height: number, width: number) => ({ height, width, channels: 3 })
const grey = (height: number, width: number) => ({ height, width, channels: 1 })

describe('decodeImage', () => {
  it('gives the bytes as they are where the size fits', async () => {
    const pixels = Array.from({ length: 18 }, (_, i) => i * 14)
    expect([...(await decodeImage(await png(2, 3, 3, pixels), color(2, 3)))]).toEqual(pixels)
  })

  it('turns color to grey by the luma of Rec. 601, and leaves grey as it is', async () => {
    const primaries = await png(1, 3, 3, [255, 0, 0, 0, 255, 0, 0, 0, 255])
    expect([...(await decodeImage(primaries, grey(1, 3)))]).toEqual([76, 150, 29])
    const ramp = Array.from({ length: 256 }, (_, i) => i)
    expect([...(await decodeImage(await png(1, 256, 1, ramp), grey(1, 256)))]).toEqual(ramp)
    expect([...(await decodeImage(await png(1, 256, 1, ramp), color(1, 256)))]).toEqual(ramp.flatMap((v) => [v, v, v]))
  })

  it('shows transparent parts on white', async () => {
    const pixels = [255, 0, 0, 255, 0, 0, 0, 0, 0, 0, 0, 51]
    expect([...(await decodeImage(await png(1, 3, 4, pixels), color(1, 3)))]).toEqual([
      255, 0, 0, 255, 255, 255, 204, 204, 204,
    ])
    expect([...(await decodeImage(await png(1, 2, 2, [0, 0, 9, 255]), grey(1, 2)))]).toEqual([255, 9])
  })

  it('turns the picture as its EXIF orientation says', async () => {
    const upright = await png(1, 2, 3, [255, 0, 0, 0, 0, 255])
    const turned = await sharp(upright).withMetadata({ orientation: 6 }).png().toBuffer()
    expect([...(await decodeImage(turned, color(2, 1)))]).toEqual([255, 0, 0, 0, 0, 255])
  })

  it('cuts the overhang off both sides, or stretches', async () => {
    // Red, then green in the middle third, then blue.
    const columns = Array.from({ length: 36 * 12 }, (_, i) => Math.floor((i % 36) / 12))
    const wide = await png(
      12,
      36,
      3,
      columns.flatMap((part) => [0, 1, 2].map((c) => (c === part ? 255 : 0))),
    )
    const middle = await decodeImage(wide, color(6, 6))
    expect(middle.length).toBe(108)
    for (let p = 0; p < 36; p++) expect(middle[3 * p + 1]).toBeGreaterThan(Math.max(200, 2 * (middle[3 * p] as number)))
    const stretched = await decodeImage(wide, { ...color(6, 6), fit: 'stretch' })
    expect(stretched[0]).toBeGreaterThan(200)
    expect(stretched[17]).toBeGreaterThan(200)
  })

  it('reads other formats', async () => {
    const picture = sharp(await plain(8, 8, [10, 200, 30]))
    for (const bytes of [
      await picture.webp({ lossless: true }).toBuffer(),
      await picture.gif().toBuffer(),
      await picture.tiff().toBuffer(),
    ])
      expect([...(await decodeImage(bytes, color(8, 8))).subarray(0, 3)]).toEqual([10, 200, 30])
    const jpeg = await decodeImage(await picture.jpeg({ quality: 100 }).toBuffer(), color(8, 8))
    // The first value: one DC coefficient, rounded three times.
    expect(Math.abs((jpeg[0] as number) - 10)).toBeLessThanOrEqual(3)
  })

  it('names the file that is no picture, is cut short, or is not there', async () => {
    const folder = await temporaryFolder()
    const noise = Array.from({ length: 64 * 64 * 3 }, (_, i) => Math.imul(i, 0x9e3779b9) >>> 24)
    const whole = await png(64, 64, 3, noise)
    const half = whole.length >> 1
    const damaged = Buffer.from(whole)
    damaged.fill(0x55, half, half + 200)
    const files = {
      'text.png': Buffer.from('hello'),
      'empty.png': Buffer.alloc(0),
      'cut.png': whole.subarray(0, half),
      'damaged.png': damaged,
    }
    for (const [name, bytes] of Object.entries(files)) {
      const file = join(folder, name)
      await writeFile(file, bytes)
      const decoding = decodeImage(file, color(8, 8))
      await expect(decoding, name).rejects.toBeInstanceOf(PictureError)
      await expect(decoding, name).rejects.toMatchObject({ file })
    }
    await expect(decodeImage(join(folder, 'missing.png'), color(8, 8))).rejects.toThrow(
      /missing\.png[\s\S]*no such file/,
    )
    await mkdir(join(folder, 'folder.png'))
    await expect(decodeImage(join(folder, 'folder.png'), color(8, 8))).rejects.toThrow(/not a file/)
    await expect(decodeImage(Buffer.from('hello'), color(8, 8))).rejects.toThrow(/given as bytes/)
  })

  it.each([color(0, 8), color(8, 1.5), color(8, 1e9), { height: 8, width: 8, channels: 2 }])(
    'refuses the size %j',
    async (size) => {
      await expect(decodeImage(await plain(2, 2, [1, 2, 3]), size)).rejects.toBeInstanceOf(ArgumentError)
    },
  )
})
