// The built Studio on a host of its own, with and without the headers that isolate it, and what a page of it says and asks.

import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { extname, join } from 'node:path'
import { brotliDecompressSync } from 'node:zlib'
import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core'
import { build } from '../../scripts/build.ts'
import { root } from '../../scripts/files.ts'
import { digitFiles, packDigits } from '../../src/cli/studioDigits.ts'
import { openDataset } from '../../src/data/node/open.ts'

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.css': 'text/css',
}
const isolating = { 'cross-origin-opener-policy': 'same-origin', 'cross-origin-embedder-policy': 'require-corp' }

export interface Site {
  readonly port: number
  /** `http://127.0.0.1:1234/`; the Studio leaves out its service worker here if the host isolates it. */
  readonly local: string
  /** The same site by a name that is not this machine's own to the Studio. */
  readonly named: string
  /** Bodies of POST requests: a browser without a driver reports by them. */
  readonly reports: string[]
  /** In place of the files, or beside them. */
  readonly extra: Map<string, string>
  close(): void
}

let digits: Promise<ReadonlyMap<string, Uint8Array>> | undefined

/** Packed once for all tests of a file. */
async function packAll(): Promise<ReadonlyMap<string, Uint8Array>> {
  const data = await openDataset('mnist')
  const packed = Object.entries(digitFiles).map(async ([path, every]) => [path, await packDigits(data, every)] as const)
  return new Map(await Promise.all(packed))
}

/** Scripts and styles of the package's site are compressed. */
async function builtFile(path: string): Promise<Buffer> {
  const file = join(root, 'dist/studio', path)
  return readFile(file).catch(async () => brotliDecompressSync(await readFile(`${file}.br`)))
}

export async function startSite({ isolated }: { readonly isolated: boolean }): Promise<Site> {
  await build()
  digits ??= packAll()
  const data = await digits
  const reports: string[] = []
  const extra = new Map<string, string>()
  const server = createServer(async (request, response) => {
    if (request.method === 'POST') {
      const chunks: Buffer[] = []
      for await (const chunk of request) chunks.push(chunk as Buffer)
      reports.push(Buffer.concat(chunks).toString())
      return void response.end()
    }
    const { pathname } = new URL(request.url ?? '/', 'http://site')
    const path = pathname === '/' ? 'index.html' : pathname.slice(1)
    const file = extra.get(path) ?? data.get(path) ?? builtFile(path)
    const body = await Promise.resolve(file).catch(() => undefined)
    if (body === undefined) return void response.writeHead(404).end()
    const type = types[extname(path)] ?? 'application/octet-stream'
    response.writeHead(200, { 'content-type': type, ...(isolated && isolating) }).end(body)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    port,
    local: `http://127.0.0.1:${port}/`,
    named: `http://studio.localhost:${port}/`,
    reports,
    extra,
    close() {
      server.closeAllConnections()
      server.close()
    },
  }
}

export interface Opened {
  readonly context: BrowserContext
  readonly page: Page
  /** What must stay empty: errors and warnings on the console, and requests to other hosts. */
  readonly faults: string[]
}

/** A page of the Studio, when the network's picture is there and a model is ready. */
export async function openStudio(
  browser: Browser,
  address: string,
  {
    hash = '',
    ready = true,
    ...options
  }: BrowserContextOptions & { readonly hash?: string; readonly ready?: boolean } = {},
): Promise<Opened> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, locale: 'en', ...options })
  const { origin } = new URL(address)
  const faults: string[] = []
  context.on('request', (request) => {
    const url = new URL(request.url())
    if (!['blob:', 'data:'].includes(url.protocol) && url.origin !== origin) faults.push(`asked ${url}`)
  })
  context.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) faults.push(message.text())
  })
  context.on('weberror', (error) => faults.push(error.error().message))
  const page = await context.newPage()
  await page.goto(address + hash)
  await page.waitForSelector('.group')
  if (ready) await isReady(page)
  return { context, page, faults }
}

/** Digits are loaded, and a fresh model is there. */
export async function isReady(page: Page): Promise<void> {
  await page.waitForSelector('[data-testid=status][data-state=ready]', { timeout: 60_000 })
}

/** Best test accuracy that the page has shown so far, 0 to 1. */
export function accuracyOf(page: Page): Promise<number> {
  return page
    .getByTestId('accuracy-test')
    .textContent()
    .then((text) => Number.parseFloat(text ?? '') / 100)
}

/** Draws a vertical line: a 1. */
export async function drawOne(page: Page): Promise<void> {
  await page.getByTestId('draw').scrollIntoViewIfNeeded()
  const box = await page.getByTestId('draw').boundingBox()
  if (box === null) throw new Error('there is nothing to draw on')
  const x = box.x + box.width / 2
  await page.mouse.move(x, box.y + box.height * 0.2)
  await page.mouse.down()
  await page.mouse.move(x, box.y + box.height * 0.8, { steps: 8 })
  await page.mouse.up()
}

/** Replaces the text of the editor by typing, as a person would. */
export async function write(page: Page, text: string): Promise<void> {
  await page.locator('.cm-content').click()
  await page.keyboard.press('ControlOrMeta+a')
  await page.keyboard.insertText(text)
}
