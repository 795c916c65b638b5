// The data of index.ts in a page: what a canvas decodes, and that a page's batches have the bits of Node's.
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import * as nodeModule from 'node:module'
import type { AddressInfo } from 'node:net'
import { type Browser, chromium, type Page } from 'playwright-core'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Augmentation } from './augmentation.ts'
import { Batches } from './batches.ts'
import { dataset } from './dataset.ts'
import { decodeImage as inNode } from './node/decode.ts'
import { normalizationTable } from './normalization.ts'
import type { PictureSize } from './resize.ts'
import { png } from './testing/pictures.ts'

const executablePath = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(existsSync)
const canRun = executablePath !== undefined && 'stripTypeScriptTypes' in nodeModule

const golden = ['../../../shared/', '../../../../shared/']
  .map((folder) => new URL(`${folder}golden/photos/`, import.meta.url))
  .find((folder) => existsSync(folder))

type Lenslet = typeof import('./index.ts')
/** An import inside a function that goes to the page would be rewritten by the test runner, so the page imports by itself. */
const html = `<!doctype html><script type="importmap">
  { "imports": { "#platform": "/platform/browser.ts", "#decode": "/data/decode.browser.ts" } }
</script><script type="module">
  import * as lenslet from '/data/index.ts'
  globalThis.lenslet = lenslet
</script>`
declare const lenslet: Lenslet

describe.skipIf(!canRun)('in a page (skipped without Chromium or on Node < 22.13)', () => {
  let server: Server
  let browser: Browser
  let page: Page

  beforeAll(async () => {
    // The sources themselves: the page asks for .ts files and gets them without their types.
    server = createServer(async (request, response) => {
      if (request.url === '/') return void response.setHeader('content-type', 'text/html').end(html)
      const text = await readFile(new URL(`..${request.url}`, import.meta.url), 'utf8').catch(() => undefined)
      if (text === undefined) return void response.writeHead(404).end()
      response.setHeader('content-type', 'text/javascript').end(nodeModule.stripTypeScriptTypes(text))
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    browser = await chromium.launch({ executablePath: executablePath as string, args: ['--no-sandbox'] })
    page = await browser.newPage()
    await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`)
  }, 30_000)

  afterAll(async () => {
    await browser?.close()
    server?.close()
  })

  /** The values, or the error's name and message. */
  function decode(bytes: Uint8Array, size: PictureSize): Promise<number[] | string> {
    return page.evaluate(
      async ({ base64, size }) => {
        try {
          return [
            ...(await lenslet.decodeImage(
              Uint8Array.from(atob(base64), (one) => one.charCodeAt(0)),
              size,
            )),
          ]
        } catch (error) {
          return String(error)
        }
      },
      { base64: Buffer.from(bytes).toString('base64'), size },
    )
  }

  it('gives colors, grey, transparency and orientation as Node does', async () => {
    const color = (height: number, width: number) => ({ height, width, channels: 3 })
    const pixels = Array.from({ length: 18 }, (_, i) => i * 14)
    expect(await decode(await png(2, 3, 3, pixels), color(2, 3))).toEqual(pixels)
    const primaries = await png(1, 3, 3, [255, 0, 0, 0, 255, 0, 0, 0, 255])
    expect(await decode(primaries, { ...color(1, 3), channels: 1 })).toEqual([76, 150, 29])
    const transparent = await png(1, 3, 4, [255, 0, 0, 255, 0, 0, 0, 0, 0, 0, 0, 51])
    expect(await decode(transparent, color(1, 3))).toEqual([255, 0, 0, 255, 255, 255, 204, 204, 204])
    const upright = await png(1, 2, 3, [255, 0, 0, 0, 0, 255])
    const turned = await sharp(upright).withMetadata({ orientation: 6 }).png().toBuffer()
    expect(await decode(turned, color(2, 1))).toEqual([255, 0, 0, 0, 0, 255])
  })

  it('cuts the overhang off both sides, or stretches', async () => {
    const thirds = Array.from({ length: 12 * 36 * 3 }, (_, i) => ((i / 3) % 36 >= 12 && (i / 3) % 36 < 24 ? 255 : 0))
    const wide = await png(12, 36, 3, thirds)
    const size = { height: 6, width: 6, channels: 1 }
    // Half the size: weights 1, 3, 3, 1 of 8, so that an eighth of each border comes from beside it.
    expect(await decode(wide, size)).toEqual(
      Array.from({ length: 36 }, (_, i) => (i % 6 === 0 || i % 6 === 5 ? 223 : 255)),
    )
    const row = (await decode(wide, { ...size, fit: 'stretch' })).slice(0, 6) as number[]
    expect(row.map((value) => Math.round(value / 255))).toEqual([0, 0, 1, 1, 0, 0])
  })

  it('scales as Node does, to the bit', async () => {
    // Wider than a canvas's tile, and higher than a strip.
    const pixels = (count: number) => Array.from({ length: count }, (_, i) => Math.imul(i, 0x9e3779b9) >>> 24)
    const wide = await png(7, 4500, 3, pixels(7 * 4500 * 3))
    const high = await png(900, 700, 3, pixels(900 * 700 * 3))
    for (const interpolation of ['bilinear', 'bicubic', 'nearest', 'box', 'lanczos'] as const) {
      const preprocessing = { interpolation, resize: { kind: 'shorter', side: 20 } as const }
      for (const [bytes, channels] of [
        [wide, 3],
        [high, 3],
        [high, 1],
      ] as const) {
        const size = { height: 14, width: 17, channels, preprocessing }
        expect(await decode(bytes, size), interpolation).toEqual([...(await inNode(bytes, size))])
      }
    }
  })

  it.skipIf(golden === undefined)('gives Pillow’s crops (skipped without ../shared/golden/photos)', async () => {
    const photos = new URL('../../photos/', golden)
    for (const [file, most] of [
      ['bird.png', 0],
      ['grace_hopper.png', 0],
      ['cat_720p.jpg', 2],
    ] as const) {
      const size = {
        height: 227,
        width: 227,
        channels: 3,
        preprocessing: { resize: { kind: 'shorter', side: 256 } },
      } as const
      const found = (await decode(await readFile(new URL(file, photos)), size)) as number[]
      const crop = await sharp(new URL(`${file.slice(0, -4)}.227.png`, golden).pathname)
        .raw()
        .toBuffer()
      // Decoders of JPEG may differ by a level or two.
      expect(
        found.reduce((max, value, i) => Math.max(max, Math.abs(value - (crop[i] as number))), 0),
      ).toBeLessThanOrEqual(most)
    }
  })

  it('reads every kind of photo as Node does', async () => {
    const values = (count: number) => Uint8Array.from({ length: count }, (_, i) => Math.imul(i + 1, 0x9e3779b9) >>> 24)
    const photo = sharp(values(9 * 6 * 3), { raw: { width: 9, height: 6, channels: 3 } })
    const smooth = photo.clone().resize(40, 24)
    const deep = Uint16Array.from({ length: 54 }, (_, i) => Math.imul(i + 1, 0x9e3779b9) >>> 16)
    const alpha = values(9 * 6 * 4).map((value, i) => (i % 4 === 3 ? (value & 1) * 255 : value))
    const files: Record<string, Buffer> = {
      palette: await photo.clone().png({ palette: true, colors: 16 }).toBuffer(),
      'gray and alpha': await png(1, 4, 2, [0, 255, 9, 0, 77, 255, 200, 0]),
      alpha: await png(6, 9, 4, alpha),
      'with a profile': await photo.clone().withIccProfile('p3').png().toBuffer(),
      webp: await photo.clone().webp({ lossless: true }).toBuffer(),
      '16 bits': await sharp(deep, { raw: { width: 9, height: 2, channels: 3 } })
        .toColourspace('rgb16')
        .png()
        .toBuffer(),
    }
    for (let orientation = 1; orientation <= 8; orientation++)
      files[`orientation ${orientation}`] = await photo.clone().withMetadata({ orientation }).png().toBuffer()
    for (const [name, bytes] of Object.entries(files)) {
      const size = { height: 5, width: 4, channels: 3 }
      expect(await decode(bytes, size), name).toEqual([...(await inNode(bytes, size))])
    }
    // Decoders of JPEG round in their own ways: a level or two.
    const cmyk = await smooth.clone().toColourspace('cmyk').jpeg({ quality: 95 }).toBuffer()
    for (const bytes of [await smooth.clone().jpeg().toBuffer(), cmyk]) {
      const size = { height: 24, width: 40, channels: 3 }
      const [page, node] = [(await decode(bytes, size)) as number[], await inNode(bytes, size)]
      expect(Math.max(...page.map((value, i) => Math.abs(value - (node[i] as number))))).toBeLessThanOrEqual(3)
    }
  })

  it('names what is no image, and a size that cannot be', async () => {
    const size = { height: 2, width: 2, channels: 3 }
    expect(await decode(new TextEncoder().encode('hello'), size)).toMatch(
      /PictureError: cannot read the image given as bytes/,
    )
    expect(await decode(await png(1, 1, 3, [1, 2, 3]), { ...size, channels: 2 })).toMatch(/ArgumentError/)
  })

  it('fills the same batches, bit for bit', async () => {
    const make = (lenslet: Pick<Lenslet, 'Batches' | 'dataset' | 'normalizationTable'>): number[] => {
      const images = Uint8Array.from({ length: 20 * 75 }, (_, i) => Math.imul(i, 0x9e3779b9) >>> 24)
      const split = { height: 5, width: 5, channels: 3, images, labels: Array.from({ length: 20 }, (_, i) => i % 4) }
      const { train, normalization } = lenslet.dataset({ classes: ['a', 'b', 'c', 'd'], train: split, test: split })
      const filled = (augment: Augmentation, each: number) => {
        const batches = new lenslet.Batches(train, { batch: 8, seed: 5, normalization, augment, scores: each })
        const pictures = new Float32Array(8 * 75)
        const labels = new Float32Array(8 * each)
        batches.fill(3, 1, pictures, labels)
        return [...pictures, ...labels]
      }
      const moved = { rotate: 20, scale: 0.2, shear: 9, resizedCrop: 0.4, border: 'reflect' } as const
      const others = { flip: 'alternating', color: 0.4, hue: 0.1, erase: 0.5, mixup: 0.4, cutmix: 2 } as const
      return [
        ...filled({ flip: true, crop: 2, cutout: 2 }, 1),
        ...filled({ ...moved, ...others }, 4),
        ...lenslet.normalizationTable(normalization),
      ]
    }
    const found = await page.evaluate(`(${make})(lenslet)`)
    expect(found).toEqual(make({ Batches, dataset, normalizationTable }))
  })
})
