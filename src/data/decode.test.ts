// What a picture can be given as, in Node: the same pixels from every source.

import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ArgumentError, LensletError } from '../core/errors.ts'
import { decodeImage } from './decode.ts'
import { PictureError } from './errors.ts'
import type { PictureSource } from './source.ts'

const [width, height] = [9, 7]
const pixels = Uint8Array.from({ length: width * height * 3 }, (_, i) => (i * 37) % 256)
const size = { height: 4, width: 4, channels: 3 }

let folder: string
let file: string
let bytes: Buffer
let expected: number[]

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lenslet-decode-'))
  file = join(folder, 'a b#1.png')
  bytes = await sharp(pixels, { raw: { width, height, channels: 3 } })
    .png()
    .toBuffer()
  await writeFile(file, bytes)
  expected = [...(await decodeImage(file, size))]
})
afterAll(() => rm(folder, { recursive: true }))

describe('every source of one image gives the same pixels', () => {
  const rgba = () =>
    new Uint8ClampedArray(width * height * 4).map((_, i) =>
      i % 4 === 3 ? 255 : (pixels[3 * (i >> 2) + (i % 4)] as number),
    )
  it.each<[string, () => PictureSource | Promise<PictureSource>]>([
    ['a file URL', () => pathToFileURL(file)],
    ['a file URL as text', () => pathToFileURL(file).href],
    ['a Buffer', () => bytes],
    ['a Uint8Array that is part of another', () => new Uint8Array([0, ...bytes, 0]).subarray(1, -1)],
    ['an ArrayBuffer', () => new Uint8Array(bytes).buffer],
    ['a Blob', () => new Blob([new Uint8Array(bytes)])],
    ['a File', () => new File([new Uint8Array(bytes)], 'a.png')],
    ['a data URL', () => `data:image/png;base64,${bytes.toString('base64')}`],
    ['values with their size', () => ({ data: pixels, width, height, channels: 3 })],
    ['values whose channels follow', () => ({ data: pixels, width, height })],
    ['ImageData', () => ({ data: rgba(), width, height, colorSpace: 'srgb' })],
    ['what sharp’s raw() gives', () => sharp(bytes).raw().toBuffer({ resolveWithObject: true })],
  ])('%s', async (_, source) => {
    expect([...(await decodeImage(await source(), size))]).toEqual(expected)
  })

  it('an address', async () => {
    const server = createServer((request, response) => {
      if (request.url === '/a.png') response.end(bytes)
      else response.writeHead(404).end()
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    try {
      expect([...(await decodeImage(`${address}/a.png`, size))]).toEqual(expected)
      await expect(decodeImage(`${address}/b.png`, size)).rejects.toThrow(/b\.png[\s\S]*404/)
    } finally {
      server.close()
      server.closeAllConnections()
    }
    await expect(decodeImage(`${address}/a.png`, size)).rejects.toBeInstanceOf(PictureError)
  })
})

it('takes the values at the call', async () => {
  const raw = pixels.slice()
  const encoded = new Uint8Array(bytes)
  const results = [decodeImage({ data: raw, width, height }, size), decodeImage(encoded, size)]
  raw.fill(0)
  encoded.fill(0)
  for (const result of results) expect([...(await result)]).toEqual(expected)
})

describe('refuses what is no image', () => {
  it.each<[string, unknown, RegExp]>([
    ['nothing', undefined, /not an image\n.*received: undefined/],
    ['null', null, /received: null/],
    ['a number', 3, /received: 3/],
    ['a list of values', [1, 2, 3], /received: a list of 3 values/],
    ['floats', new Float32Array(48), /received: a Float32Array of 48 values/],
    ['an empty object', {}, /received: an empty object/],
    ['floats with a size', { data: new Float32Array(48), width: 4, height: 4 }, /must be bytes[\s\S]*Float32Array/],
    ['a wrong size', { data: new Uint8Array(47), width: 4, height: 4, channels: 3 }, /do not fit its size/],
    ['two channels', { data: new Uint8Array(32), width: 4, height: 4 }, /do not fit its size/],
    ['no size', { data: new Uint8Array(32) }, /do not fit its size/],
    ['half a row', { data: new Uint8Array(32), width: 2.5, height: 4 }, /do not fit its size/],
  ])('%s', async (_, source, message) => {
    const decoding = decodeImage(source as PictureSource, size)
    await expect(decoding).rejects.toThrow(message)
    await expect(decoding).rejects.toBeInstanceOf(ArgumentError)
  })

  it('a canvas, in Node', async () => {
    const canvas = { width: 4, height: 4, getContext: () => null }
    await expect(decodeImage(canvas, size)).rejects.toThrow(/only a page can read/)
  })

  it('bytes and files that hold none', async () => {
    for (const source of [new Uint8Array(8), new Blob(['text']), join(folder, 'missing.png'), 'data:,text'])
      await expect(decodeImage(source, size)).rejects.toBeInstanceOf(LensletError)
  })
})
