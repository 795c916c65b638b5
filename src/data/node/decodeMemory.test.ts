// Pictures that ask for more than they look like, and files that are not what their names say.
import { execFile } from 'node:child_process'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import sharp from 'sharp'
import { describe, expect, it } from 'vitest'
import { PictureError } from '../errors.ts'
import { temporaryFolder } from '../testing/archives.ts'
import { plain } from '../testing/pictures.ts'
import { decodePicture } from './decode.ts'
import { openImages } from './images.ts'
import { MemoryBudget } from './memory.ts'

const size = { height: 4, width: 4, channels: 3 }
const of = (width: number, height: number) =>
  sharp({ create: { width, height, channels: 3, background: 'red' }, limitInputPixels: false })

describe('the memory of decoding', () => {
  it('refuses a small file of very many pixels before they are decoded, with what to do', async () => {
    const bytes = await of(400_000, 30).png().toBuffer()
    expect(bytes.length).toBeLessThan(300_000)
    const decoding = decodePicture(bytes, size, { memory: new MemoryBudget(2 ** 26) })
    await expect(decoding).rejects.toBeInstanceOf(PictureError)
    await expect(decoding).rejects.toThrow(
      /up to 309 MB of memory for 400000×30 pixels to be decoded; the limit for decoding is 64 MB[\s\S]*--memory-limit 618MB/,
    )
    // What the advice says is enough.
    expect((await decodePicture(bytes, size, { memory: new MemoryBudget(618 * 2 ** 20) })).pixels).toHaveLength(48)
  })

  it('counts what a format needs: a progressive JPEG and 16 bits take more', async () => {
    const memory = () => new MemoryBudget(2 ** 24)
    expect((await decodePicture(await of(1600, 1200).jpeg().toBuffer(), size, { memory: memory() })).pixels[0]).toBe(
      254,
    )
    const progressive = decodePicture(await of(1600, 1200).jpeg({ progressive: true }).toBuffer(), size, {
      memory: memory(),
    })
    await expect(progressive).rejects.toThrow(/up to 26 MB/)
    const deep = await of(300, 300).toColourspace('rgb16').png().toBuffer()
    await expect(decodePicture(deep, size, { memory: new MemoryBudget(2 ** 20) })).rejects.toThrow(/up to 4 MB/)
  })

  it.each(['files', 'bytes'])('decodes many %s one after the other where they do not fit together', async (kind) => {
    const folder = await temporaryFolder()
    const bytes = await of(300, 200).png().toBuffer()
    const needed = 9 * 300 * 200 * 3 + 3 * 4 * 200 + 64
    const memory = new MemoryBudget(Math.floor(1.5 * needed) + bytes.length)
    const sources = Array.from({ length: 12 }, (_, i) => (kind === 'bytes' ? bytes : join(folder, `${i}`)))
    for (const file of sources) if (typeof file === 'string') await writeFile(file, bytes)
    let most = 0
    const free = memory.free.bind(memory)
    memory.free = (count) => {
      most = Math.max(most, memory.taken)
      free(count)
    }
    const pictures = await Promise.all(sources.map((source) => decodePicture(source, size, { memory })))
    expect(pictures.every(({ pixels }) => pixels[0] === 255)).toBe(true)
    expect(most).toBeLessThanOrEqual(memory.limit)
    expect(most).toBeGreaterThanOrEqual(needed)
    // All of it was given back.
    expect(memory.taken).toBe(0)
  })

  it('releases the memory of a damaged image', async () => {
    const memory = new MemoryBudget(2 ** 20)
    const bytes = await of(100, 100).png().toBuffer()
    const file = join(await temporaryFolder(), 'cut.png')
    await writeFile(file, bytes.subarray(0, bytes.length - 40))
    for (const source of [file, bytes.subarray(0, bytes.length - 40), join(file, 'none')])
      await expect(decodePicture(source, size, { memory })).rejects.toBeInstanceOf(PictureError)
    expect(memory.taken).toBe(0)
  })

  it('takes no more memory than it counts, for the widest images and for many', async () => {
    const folder = await temporaryFolder()
    const [wide, progressive] = [join(folder, 'wide.png'), join(folder, 'progressive.jpg')]
    await of(200_000, 30).png().toFile(wide)
    await of(4000, 4000).jpeg({ progressive: true }).toFile(progressive)
    // In a separate process, so that nothing else takes its memory.
    const script = `
      import { createRequire } from 'node:module'
      const sharp = createRequire('${import.meta.url}')('sharp')
      const { decodePicture } = await import('${new URL('decode.ts', import.meta.url)}')
      const { decodingBytes } = await import('${new URL('pictureFormat.ts', import.meta.url)}')
      const size = { height: 28, width: 28, channels: 3 }
      const [wide, progressive] = ${JSON.stringify([wide, progressive])}
      const metadata = await Promise.all([wide, progressive].map((file) => sharp(file).metadata()))
      const peak = () => process.resourceUsage().maxRSS * 1024
      const before = peak()
      await decodePicture(wide, size)
      for (let i = 0; i < 7; i++) await decodePicture(progressive, size)
      const counted = Math.max(...metadata.map((each) => decodingBytes(each, size)))
      console.log(JSON.stringify({ took: peak() - before, counted }))
    `
    const options = ['--conditions=lenslet-source', '--input-type=module', '--no-warnings', '-e', script]
    // glibc by itself keeps what large allocations freed, a pool for each thread: which thread decodes would decide what
    // is measured. A fixed threshold makes it return them.
    const env = { ...process.env, MALLOC_MMAP_THRESHOLD_: '131072' }
    const { stdout } = await promisify(execFile)(process.execPath, options, { env })
    const { took, counted } = JSON.parse(stdout)
    expect(counted).toBeGreaterThan(100 * 2 ** 20)
    // What the process itself needs comes on top.
    expect(took).toBeLessThan(counted + 32 * 2 ** 20)
  }, 60_000)

  it('counts a folder of images and their decoding together', async () => {
    const folder = await temporaryFolder()
    for (const name of ['cat', 'dog']) {
      await mkdir(join(folder, name))
      for (let i = 0; i < 3; i++) await writeFile(join(folder, name, `${i}.png`), await of(200, 200).png().toBuffer())
    }
    const one = 9 * 200 * 200 * 3 + 3 * 4 * 200 + 64 + (await of(200, 200).png().toBuffer()).length
    const images = 6 * 48
    expect((await openImages(folder, { size, memoryLimit: one + images })).train.count).toBe(4)
    await expect(openImages(folder, { size, memoryLimit: one + images - 1 })).rejects.toThrow(/of memory for 200×200/)
  })
})

describe('the format by content', () => {
  const svg = '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><image href="other.png"/></svg>'
  const entities = '<?xml version="1.0"?><!DOCTYPE svg [<!ENTITY file SYSTEM "file:///etc/passwd">]>'

  it.each([
    ['an SVG', svg, /it is an SVG drawing/],
    ['an SVG with entities', `${entities}${svg}`, /it is an SVG drawing/],
    ['an SVG after a comment', `<!-- ${'-'.repeat(5)} -->\n${svg}`, /it is an SVG drawing/],
    ['an SVG behind the signature of a GIF', `GIF89a${svg}`, /damaged|unknown|GIF/],
    ['an SVG behind the signature of a JPEG', Buffer.concat([Buffer.of(255, 216, 255), Buffer.from(svg)]), /damaged/],
    ['a PDF', '%PDF-1.7\n', /it is a PDF file/],
    [
      'a script of ImageMagick',
      'push graphic-context\nimage over 0,0 0,0 "label:@/etc/passwd"',
      /its format is unknown/,
    ],
    ['a PPM', 'P3 1 1 255 1 2 3', /its format is unknown/],
    ['a BMP', 'BM000000000', /it is a BMP file/],
  ])('refuses %s named .png, and reads no other file for it', async (_, contents, reason) => {
    const folder = await temporaryFolder()
    await writeFile(join(folder, 'other.png'), await plain(9, 9, [1, 2, 3]))
    const file = join(folder, 'picture.png')
    await writeFile(file, contents)
    for (const source of [file, Buffer.from(contents)]) {
      const decoding = decodePicture(source, size)
      await expect(decoding).rejects.toBeInstanceOf(PictureError)
      await expect(decoding).rejects.toThrow(reason)
    }
  })

  it.each(['png', 'jpeg', 'webp', 'gif', 'tiff', 'avif'] as const)('reads %s under any name', async (format) => {
    const file = join(await temporaryFolder(), 'picture.svg')
    await writeFile(file, await of(20, 10).toFormat(format).toBuffer())
    const { pixels, sides } = await decodePicture(file, size)
    expect(pixels[0]).toBeGreaterThan(250)
    expect(sides).toEqual({ height: 10, width: 20 })
  })
})
