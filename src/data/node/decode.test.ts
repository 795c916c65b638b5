// Decoding by sharp: exact where nothing is scaled, and named errors for what is no picture.
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { crc32 } from 'node:zlib'
import sharp from 'sharp'
import { describe, expect, it } from 'vitest'
import { ArgumentError } from '../../core/errors.ts'
import { PictureError } from '../errors.ts'
import { temporaryFolder } from '../testing/archives.ts'
import { plain, png } from '../testing/pictures.ts'
import { decodeImage, decodePicture } from './decode.ts'

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

  it('turns the image as its EXIF orientation says', async () => {
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

  it('reads CMYK, 16 bits a channel, palettes and the first image of an animation', async () => {
    const green = sharp(await plain(4, 4, [20, 180, 60]))
    const values = async (bytes: Buffer) => [...(await decodeImage(bytes, color(4, 4))).subarray(0, 3)]
    const cmyk = await values(await green.clone().toColourspace('cmyk').jpeg({ quality: 100 }).toBuffer())
    // Out to a printer's gamut and back: the color stays recognizable, and is not the negative.
    expect(cmyk[1]).toBeGreaterThan(Math.max(cmyk[0] as number, cmyk[2] as number) + 60)
    expect(await values(await green.clone().png({ palette: true }).toBuffer())).toEqual([20, 180, 60])
    // 16 bits: v · 257 is v in 8 bits.
    const deep = Uint16Array.from({ length: 48 }, (_, i) => ([20, 180, 60][i % 3] as number) * 257)
    const raw = { width: 4, height: 4, channels: 3 as const }
    const png16 = await sharp(deep, { raw }).toColourspace('rgb16').png().toBuffer()
    expect((await sharp(png16).metadata()).depth).toBe('ushort')
    expect(await values(png16)).toEqual([20, 180, 60])
    const gray16 = await sharp(
      deep.filter((_, i) => i % 3 === 1),
      { raw: { ...raw, channels: 1 } },
    )
      .toColourspace('grey16')
      .png()
      .toBuffer()
    expect((await sharp(gray16).metadata()).depth).toBe('ushort')
    expect(await values(gray16)).toEqual([180, 180, 180])
    const frames = Buffer.concat([0, 1].map((frame) => Buffer.alloc(48, frame === 0 ? 10 : 200)))
    const animation = sharp(frames, { raw: { width: 4, height: 8, channels: 3, pageHeight: 4 } })
    for (const bytes of [
      await animation.clone().gif().toBuffer(),
      await animation.webp({ lossless: true }).toBuffer(),
    ]) {
      expect((await sharp(bytes).metadata()).pages).toBe(2)
      expect(await values(bytes)).toEqual([10, 10, 10])
    }
  })

  it('tells color from gray, also where gray is saved in color or color becomes gray', async () => {
    const gray = await plain(8, 8, [90, 90, 90])
    const inColor = await plain(8, 8, [90, 30, 30])
    for (const channels of [1, 3]) {
      const size = { height: 4, width: 4, channels }
      expect((await decodePicture(gray, size)).colored).toBe(false)
      expect((await decodePicture(await sharp(gray).jpeg().toBuffer(), size)).colored).toBe(false)
      expect((await decodePicture(inColor, size)).colored).toBe(true)
    }
  })

  it.each<[says: RegExp, bytes: Buffer]>([
    [/it is a BMP file/, Buffer.from('BM and its header')],
    [/it is a HEIC file/, Buffer.from('\0\0\0\u0018ftypheic\0\0\0\0')],
    [/git lfs pull/, Buffer.from('version https://git-lfs.github.com/spec/v1\noid sha256:0\n')],
    [/it is a web page/, Buffer.from('<!DOCTYPE html><title>404</title>')],
    [/it is zero bytes only/, Buffer.alloc(500)],
    [/its format is unknown/, Buffer.from('hello')],
  ])('says %s of what is no image', async (says, bytes) => {
    await expect(decodeImage(bytes, color(8, 8))).rejects.toThrow(says)
  })

  it('refuses an image whose size alone would fill the memory', async () => {
    // A valid header of 60,000 × 60,000 pixels: 33 bytes that ask for 10 GB.
    const header = Buffer.from(await plain(1, 1, [0, 0, 0]))
    header.writeUInt32BE(60000, 16)
    header.writeUInt32BE(60000, 20)
    header.writeUInt32BE(crc32(header.subarray(12, 29)), 29)
    await expect(decodeImage(header, color(8, 8))).rejects.toThrow(/more than 268,402,689 pixels/)
  })

  it('names the file that is no image, is cut short, or is not there', async () => {
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
    await expect(decodeImage(join(folder, 'folder.png'), color(8, 8))).rejects.toThrow(/a folder, not a regular file/)
    await expect(decodeImage(Buffer.from('hello'), color(8, 8))).rejects.toThrow(/given as bytes/)
  })

  it.each([color(0, 8), color(8, 1.5), color(8, 1e9), { height: 8, width: 8, channels: 2 }])(
    'refuses the size %j',
    async (size) => {
      await expect(decodeImage(await plain(2, 2, [1, 2, 3]), size)).rejects.toBeInstanceOf(ArgumentError)
    },
  )
})
