// lenslet/predict in a page of headless Chromium: one file, every source of a picture, and Node's classes.

import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Classification, Model, parse } from '../src/index.ts'
import { executablePath, launch } from './browser/chromium.ts'
import { type FolderServer, serve } from './browser/server.ts'
import { complaintsOf } from './browser/training.ts'
import { installPacked, type PackedPackage } from './packed.ts'

const size = 16
const info = {
  classes: ['a', 'b', 'c', 'd'],
  normalization: { mean: [0.4, 0.5, 0.6], std: [0.2, 0.25, 0.3] },
}
// As large as the network's input, so that nothing is scaled: the pixels are the same to the bit.
const pixels = Uint8Array.from({ length: size * size * 3 }, (_, i) => (i * 89) % 256)

/** What a page makes of `picture.png`, by name. Its text runs in the page. */
const sources = {
  address: 'picture.png',
  bytes: 'bytes',
  buffer: 'bytes.buffer',
  blob: 'blob',
  file: "new File([blob], 'picture.png')",
  bitmap: 'await createImageBitmap(blob)',
  image: 'image',
  canvas: 'canvas',
  offscreen: 'offscreen',
  'image data': 'context.getImageData(0, 0, canvas.width, canvas.height)',
  'video frame': 'new VideoFrame(canvas, { timestamp: 0 })',
  'raw values': '{ data: rgb, width: canvas.width, height: canvas.height, channels: 3 }',
}

describe.skipIf(executablePath === undefined)('a page that predicts (skipped where no Chromium is installed)', () => {
  let packed: PackedPackage
  let server: FolderServer
  let browser: Browser
  let page: Page
  let expected: readonly Classification[]
  let complaints: readonly string[]

  beforeAll(async () => {
    packed = await installPacked()
    const png = await sharp(pixels, { raw: { width: size, height: size, channels: 3 } })
      .png()
      .toBuffer()
    // One thread, as the page has that is not isolated.
    const model = await Model.create(parse(`INPUT ${size}x${size}x3 -> CONV3-8 -> RELU -> POOL2 -> FC-4`), {
      seed: 3,
      info,
    })
    expected = await model.classify(png)
    await writeFile(join(packed.folder, 'picture.png'), png)
    await writeFile(join(packed.folder, 'model.lenslet'), model.encode())
    await model.dispose()
    const script = `
      import { ArgumentError, Model } from './node_modules/lenslet/dist/lenslet.predict.js'
      const bytesOf = async (url) => new Uint8Array(await (await fetch(url)).arrayBuffer())
      const model = await Model.load(await bytesOf('model.lenslet'))
      const bytes = await bytesOf('picture.png')
      const blob = new Blob([bytes])
      const image = new Image()
      image.src = 'picture.png'
      await image.decode()
      const canvas = document.createElement('canvas')
      Object.assign(canvas, { width: image.naturalWidth, height: image.naturalHeight })
      const context = canvas.getContext('2d', { willReadFrequently: true })
      context.drawImage(image, 0, 0)
      const offscreen = new OffscreenCanvas(canvas.width, canvas.height)
      offscreen.getContext('2d').drawImage(image, 0, 0)
      const rgba = context.getImageData(0, 0, canvas.width, canvas.height).data
      const rgb = rgba.filter((_, i) => i % 4 !== 3)
      const found = {}
      const list = []
      ${Object.entries(sources)
        .map(([name, text]) => {
          const source = name === 'address' ? JSON.stringify(text) : text
          return `found[${JSON.stringify(name)}] = await model.classify(${source}); list.push(${source})`
        })
        .join('\n')}
      const together = await model.classify(list)
      const pending = model.classify(canvas)
      context.clearRect(0, 0, canvas.width, canvas.height)
      found['a canvas that changes'] = await pending
      const refused = {}
      for (const [name, wrong] of Object.entries({ 'an image that has not loaded': new Image(), 'a list of numbers': [1, 2], 'a path that is not there': 'none.png' })) {
        refused[name] = await model.classify(wrong).then(() => 'accepted', (error) => error.message)
      }
      const training = await model.bind({ mode: 'training' }).then(() => 'bound', (error) => error.message)
      globalThis.done = { found, together, refused, training, description: model.description }
      await model.dispose()`
    await writeFile(
      join(packed.folder, 'page.html'),
      `<!doctype html><meta charset="utf-8"><title>Predict</title><script type="module">${script}</script>`,
    )
    server = await serve(packed.folder)
    browser = await launch()
    page = await browser.newPage()
    complaints = complaintsOf(page)
    await page.goto(`${server.origin}/page.html`)
    await page.waitForFunction('globalThis.done', undefined, { timeout: 30_000 }).catch((cause) => {
      throw new Error(complaints.join('\n'), { cause })
    })
  }, 60_000)
  afterAll(async () => {
    await browser?.close()
    server?.close()
    await packed?.remove()
  })

  // Plain kernels round otherwise than relaxed ones, and Node may have others: the scores of 8 filters of 27 terms and of
  // 512 terms differ by some 512 · 2⁻²⁴ of their size, and probabilities by as much.
  const tolerance = 512 * 2 ** -24

  it.each([...Object.keys(sources), 'a canvas that changes'])('classifies %s as Node does', async (name) => {
    const done = (await page.evaluate('globalThis.done')) as { found: Record<string, readonly Classification[]> }
    const answer = done.found[name] ?? []
    expect(answer.map(({ class: label, index }) => [label, index])).toEqual(
      expected.map(({ class: label, index }) => [label, index]),
    )
    answer.forEach(({ probability }, i) => {
      expect(Math.abs(probability - (expected[i]?.probability ?? 0))).toBeLessThan(tolerance)
    })
  })

  it('classifies a list, says what it refuses, and trains nothing', async () => {
    const done = (await page.evaluate('globalThis.done')) as {
      found: Record<string, readonly Classification[]>
      together: readonly (readonly Classification[])[]
      refused: Record<string, string>
      training: string
      description: string
    }
    expect(done.together).toEqual(Object.keys(sources).map((name) => done.found[name]))
    expect(done.refused['an image that has not loaded']).toMatch(/0×0 pixels[\s\S]*loaded/)
    expect(done.refused['a list of numbers']).toMatch(/not an image/)
    expect(done.refused['a path that is not there']).toMatch(/HTTP status 404/)
    expect(done.training).toMatch(/import lenslet instead of lenslet\/predict/)
    expect(done.description).toMatch(/1 thread: the page is not cross-origin isolated/)
    // The browser's own, of the picture that is not there.
    expect(complaints).toEqual([expect.stringContaining('404')])
  })
})
