// What the server of the Studio answers, to whom, and with which headers.

import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { brotliCompressSync, gunzipSync } from 'node:zlib'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { dataset } from '../data/dataset.ts'
import { DatasetError } from '../data/errors.ts'
import { parseIdx } from '../data/idx.ts'
import { packDigits } from './studioDigits.ts'
import { StudioServer } from './studioServer.ts'

let folder = ''
let server: StudioServer
let tries = 0
const made = new Map([
  [
    'data/digits.bin',
    async () => {
      if (++tries === 1) throw new DatasetError('no network')
      return new Uint8Array([1, 2, 3])
    },
  ],
])
const usual = { host: '127.0.0.1', port: 0, otherPort: false, made }

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lenslet-site-'))
  await mkdir(join(folder, 'assets'))
  await writeFile(join(folder, 'index.html'), '<!doctype html>')
  await writeFile(join(folder, 'assets/a.js'), 'a()')
  await writeFile(join(folder, 'assets/b.js.br'), brotliCompressSync('b()'))
  await writeFile(join(folder, '.stamp'), 'secret')
  server = await StudioServer.start(folder, usual)
})
afterAll(async () => {
  await server.close()
  await rm(folder, { recursive: true })
})

interface Answer {
  readonly status: number | undefined
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly body: string
}

/** Of paths as they are: fetch would shorten `..`. */
function ask(path: string, headers: Record<string, string> = {}, method = 'GET'): Promise<Answer> {
  const { port } = new URL(server.address)
  return new Promise((resolve, reject) => {
    const asked = request({ host: '127.0.0.1', port, path, headers, method }, (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk) => chunks.push(chunk))
      response.on('end', () =>
        resolve({ status: response.statusCode, headers: response.headers, body: Buffer.concat(chunks).toString() }),
      )
    })
    asked.on('error', reject).end()
  })
}

it('serves the site, isolated', async () => {
  const { status, headers, body } = await ask('/?x')
  expect([status, body]).toEqual([200, '<!doctype html>'])
  expect(headers).toMatchObject({
    'content-type': 'text/html; charset=utf-8',
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-embedder-policy': 'require-corp',
    'cache-control': 'no-cache',
  })
  expect((await ask('/assets/a.js')).headers['cache-control']).toMatch(/immutable/)
  expect((await ask('/', {}, 'HEAD')).body).toBe('')
  expect(await ask('/assets/b.js')).toMatchObject({
    status: 200,
    body: 'b()',
    headers: { 'content-type': 'text/javascript; charset=utf-8' },
  })
})

it.each([
  ['/../package.json', 404],
  ['/assets/../.stamp', 404],
  ['/.stamp', 404],
  ['/%2e%2e/x', 404],
  ['//', 404],
  ['/assets', 404],
])('serves nothing else: %s', async (path, status) => {
  expect((await ask(path)).status).toBe(status)
})

it('answers only requests for its own address', async () => {
  expect((await ask('/', { host: 'evil.example' })).status).toBe(421)
  expect((await ask('/', {}, 'POST')).status).toBe(405)
})

it('makes files when they are asked for, and says what failed', async () => {
  expect(await ask('/data/digits.bin')).toMatchObject({ status: 503, body: 'no network\n' })
  expect((await ask('/data/digits.bin')).body).toBe('\u0001\u0002\u0003')
  expect([(await ask('/data/digits.bin')).status, tries]).toEqual([200, 2])
})

it('takes another port only where it may', async () => {
  const port = Number(new URL(server.address).port)
  await expect(StudioServer.start(folder, { ...usual, port })).rejects.toThrow(
    /cannot be served on 127\.0\.0\.1, port \d+[\s\S]*another program uses[\s\S]*--port 0/,
  )
  const other = await StudioServer.start(folder, { ...usual, port, otherPort: true })
  expect(other.address).not.toBe(server.address)
  await other.close()
  await expect(StudioServer.start(join(folder, 'assets'), usual)).rejects.toThrow(/not part of this installation/)
})

it('packs every so many digits as IDX arrays', async () => {
  const split = (count: number) => ({
    height: 2,
    width: 3,
    channels: 1,
    images: Uint8Array.from({ length: count * 6 }, (_, i) => i),
    labels: Uint8Array.from({ length: count }, (_, i) => i % 10),
  })
  const data = dataset({ classes: Array.from('0123456789'), train: split(25), test: split(9) })
  const bytes = gunzipSync(await packDigits(data, 10))
  const images = parseIdx(bytes.subarray(0, 16 + 12), 'images')
  expect([images.shape, [...images.values]]).toEqual([
    [2, 2, 3],
    [0, 1, 2, 3, 4, 5, 60, 61, 62, 63, 64, 65],
  ])
  const labels = parseIdx(bytes.subarray(28, 28 + 10), 'labels')
  expect([labels.shape, [...labels.values]]).toEqual([[2], [0, 0]])
  expect(bytes.length).toBe(28 + 10 + 16 + 8)
})
