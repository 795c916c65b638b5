// The page of one's own, from file: in Chromium and Firefox: the same classes as in Node, and names that are only text.

import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { writeModel } from '../src/exchange/writeModel.ts'
import { Model, parse } from '../src/index.ts'
import { executablePath, launch } from './browser/chromium.ts'

const firefox = ['/usr/bin/firefox-esr', '/usr/bin/firefox'].find(existsSync)
const evil = '<img src=x onerror="document.title = \'run\'"></script>'
// GELU needs a part that loads later.
const network = parse('INPUT 12x12x3 -> CONV3-8 -> GELU -> GAP -> FC-3')
const normalization = { mean: [0.5, 0.5, 0.5], std: [0.25, 0.25, 0.25] }
const info = { classes: ['cat', evil, '大熊猫'], origin: `made by ${evil}`, normalization }

let folder = ''
let wanted: readonly { readonly class: string; readonly probability: number }[] = []

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lenslet-app-'))
  await using model = await Model.create(network, { seed: 2, info })
  await writeFile(join(folder, 'app.html'), await writeModel(model, 'app.html', { half: true }))
  const pixels = Uint8Array.from({ length: 432 }, (_, i) => (i * 89) % 256)
  const image = await sharp(pixels, { raw: { width: 12, height: 12, channels: 3 } })
    .png()
    .toBuffer()
  await writeFile(join(folder, 'image.png'), image)
  wanted = await model.classify(image, { top: 3 })
})
afterAll(() => rm(folder, { recursive: true, force: true }))

/** As the page prints them. Weights are 16-bit floats there, which moves a share by at most a tenth of a per cent. */
function expectRows(rows: readonly string[]): void {
  expect(rows.map((row) => row.split('\t')[0])).toEqual(wanted.map((each) => each.class))
  for (const [i, row] of rows.entries()) {
    const share = Number.parseFloat(row.split('\t')[1] as string) / 100
    expect(Math.abs(share - (wanted[i]?.probability as number))).toBeLessThan(0.002)
  }
}

describe.skipIf(executablePath === undefined)('in Chromium (skipped where it is not installed)', () => {
  it('classifies a file and a drawing from file:, offline', async () => {
    await using browser = await launch()
    const page = await browser.newPage()
    const said: string[] = []
    page.on('console', (message) => said.push(message.text()))
    page.on('pageerror', (error) => said.push(error.message))
    await page.goto(pathToFileURL(join(folder, 'app.html')).href)
    await page.waitForSelector('body[data-ready]')
    await page.setInputFiles('#file', join(folder, 'image.png'))
    await page.waitForSelector('#answer li')
    const rows = await page.$$eval('#answer li', (items) =>
      items.map((item) => [...item.querySelectorAll('span')].map((span) => span.textContent).join('\t')),
    )
    expectRows(rows)
    expect(await page.textContent('#about')).toBe(info.origin)
    await page.click('#pen')
    const box = (await (await page.$('#draw'))?.boundingBox()) as { x: number; y: number }
    await page.mouse.move(box.x + 40, box.y + 40)
    await page.mouse.down()
    await page.mouse.move(box.x + 200, box.y + 220, { steps: 4 })
    await page.mouse.up()
    await page.waitForSelector('#answer li')
    expect(await page.title()).toBe('Image classifier')
    expect(said).toEqual([])
  }, 60_000)
})

describe.skipIf(firefox === undefined)('in Firefox (skipped where it is not installed)', () => {
  it('classifies an image from file:', async () => {
    let report: (text: string) => void = () => {}
    const reported = new Promise<string>((resolve) => {
      report = resolve
    })
    const server = createServer(async (request, response) => {
      let text = ''
      for await (const chunk of request) text += chunk
      response.end()
      report(text)
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const home = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
    // The page itself connects to nothing: the test's copy gets a way to report.
    const image = (await readFile(join(folder, 'image.png'))).toString('base64')
    const driver = `<script type="module">
      const wait = async (until) => { while (!until()) await new Promise((done) => setTimeout(done, 50)) }
      await wait(() => 'ready' in document.body.dataset || document.querySelector('#message').textContent.length > 60)
      const bytes = Uint8Array.from(atob('${image}'), (each) => each.charCodeAt(0))
      const transfer = new DataTransfer()
      transfer.items.add(new File([bytes], 'image.png', { type: 'image/png' }))
      dispatchEvent(new DragEvent('drop', { dataTransfer: transfer }))
      const rows = () => [...document.querySelectorAll('#answer li')]
      await wait(() => rows().length > 0)
      const text = rows().map((row) => [...row.querySelectorAll('span')].map((span) => span.textContent).join('\\t'))
      await fetch('${home}', { method: 'POST', mode: 'no-cors', body: JSON.stringify(text) })
    </script></html>`
    const html = (await readFile(join(folder, 'app.html'), 'utf8'))
      .replace("default-src 'none'", `default-src 'none'; connect-src ${home}`)
      .replace(/<\/html>\s*$/, () => driver)
    await writeFile(join(folder, 'driven.html'), html)
    const profile = await mkdtemp(join(tmpdir(), 'lenslet-firefox-'))
    let browser: ChildProcess | undefined
    try {
      const address = pathToFileURL(join(folder, 'driven.html')).href
      browser = spawn(firefox as string, ['--headless', '--no-remote', '--profile', profile, address], {
        stdio: 'ignore',
        env: { ...process.env, HOME: profile },
      })
      expectRows(JSON.parse(await reported))
    } finally {
      const ended = browser && new Promise((resolve) => browser?.once('exit', resolve))
      browser?.kill()
      await ended
      server.closeAllConnections()
      server.close()
      await rm(profile, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 })
    }
  }, 90_000)
})
