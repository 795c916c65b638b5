/**
 * The packed package in a page of headless Firefox, with and without isolation: every source that `classify` takes in a page
 * gives one answer, and a training falls. The page reports by a POST, so that no driver is needed.
 */

import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { extname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { plain } from '../src/data/testing/pictures.ts'
import { Model, parse } from '../src/index.ts'
import { installPacked, type PackedPackage } from './packed.ts'

const firefox = ['/usr/bin/firefox-esr', '/usr/bin/firefox'].find(existsSync)
const types: Readonly<Record<string, string>> = { '.html': 'text/html', '.js': 'text/javascript' }

const page = `<!doctype html><meta charset="utf-8"><script type="module">
  const report = { isolated: crossOriginIsolated, answers: {}, losses: [] }
  try {
    const { Model } = await import('./node_modules/lenslet/dist/lenslet.predict.js')
    const model = await Model.load(await (await fetch('model.lenslet')).arrayBuffer(), { batch: 1 })
    const blob = await (await fetch('photo.png')).blob()
    const bitmap = await createImageBitmap(blob)
    const canvas = document.createElement('canvas')
    Object.assign(canvas, { width: bitmap.width, height: bitmap.height })
    const context = canvas.getContext('2d')
    context.drawImage(bitmap, 0, 0)
    const data = context.getImageData(0, 0, bitmap.width, bitmap.height)
    const img = Object.assign(new Image(), { src: 'photo.png' })
    await img.decode()
    for (const [name, source] of Object.entries({ blob, bitmap, canvas, data, img, url: 'photo.png' }))
      report.answers[name] = await model.classify(source, { top: 1 })
    report.description = model.description
    await model.dispose()

    const { dataset, Model: Trained, parse, train } = await import('./node_modules/lenslet/dist/lenslet.browser.js')
    const images = Uint8Array.from({ length: 40 * 192 }, (_, i) => (i * 7 + (Math.floor(i / 192) % 2) * 128) & 255)
    const split = { height: 8, width: 8, channels: 3, images, labels: Array.from({ length: 40 }, (_, i) => i % 2) }
    const made = await Trained.create(parse('INPUT 8x8x3 -> CONV3-8 -> RELU -> FC-2'), { seed: 1 })
    const stripes = dataset({ name: 'stripes', classes: ['a', 'b'], train: split, test: split })
    for await (const progress of train(made, stripes, { epochs: 3, batch: 8 }))
      if (progress.kind === 'epoch') report.losses.push(progress.evaluation.loss)
  } catch (error) {
    report.error = String(error)
  }
  await fetch('/report', { method: 'POST', body: JSON.stringify(report) })
</script>`

interface Report {
  readonly isolated: boolean
  readonly answers: Readonly<Record<string, readonly { readonly class: string; readonly probability: number }[]>>
  readonly losses: readonly number[]
  readonly description?: string
  readonly error?: string
}

describe.skipIf(firefox === undefined)('in Firefox (skipped where it is not installed)', { timeout: 120_000 }, () => {
  let packed: PackedPackage
  beforeAll(async () => {
    packed = await installPacked()
    const model = await Model.create(parse('INPUT 8x8x3 -> CONV3-4 -> RELU -> FC-2'), {
      seed: 1,
      info: { classes: ['cat', 'dog'], normalization: { mean: [0.5, 0.5, 0.5], std: [0.25, 0.25, 0.25] } },
    })
    await model.save(join(packed.folder, 'model.lenslet'))
    await model.dispose()
    await writeFile(join(packed.folder, 'photo.png'), await plain(12, 10, [200, 40, 90]))
    await writeFile(join(packed.folder, 'page.html'), page)
  }, 120_000)
  afterAll(() => packed?.remove())

  it.each([true, false])('classifies and trains; isolated: %s', async (isolated) => {
    const report = await open(packed.folder, isolated)
    expect(report.error).toBeUndefined()
    expect(report.isolated).toBe(isolated)
    const answers = Object.values(report.answers)
    expect(answers).toHaveLength(6)
    for (const answer of answers) expect(answer).toEqual(answers[0])
    expect(report.description).toMatch(isolated ? /thread/ : /1 thread: the page is not cross-origin isolated/)
    expect(report.losses).toHaveLength(3)
    expect(report.losses[2]).toBeLessThan(report.losses[0] as number)
  })
})

/** Serves the folder, opens its page, and waits for the report. */
async function open(folder: string, isolated: boolean): Promise<Report> {
  let report: (value: Report) => void = () => {}
  const reported = new Promise<Report>((resolve) => {
    report = resolve
  })
  const server = createServer(async (request, response) => {
    if (isolated) {
      response.setHeader('cross-origin-opener-policy', 'same-origin')
      response.setHeader('cross-origin-embedder-policy', 'require-corp')
    }
    const { pathname } = new URL(request.url ?? '/', 'http://localhost')
    if (request.method === 'POST') {
      let text = ''
      for await (const chunk of request) text += chunk
      response.end()
      return report(JSON.parse(text))
    }
    const body = await readFile(join(folder, pathname)).catch(() => undefined)
    if (body === undefined) return void response.writeHead(404).end()
    response.setHeader('content-type', types[extname(pathname)] ?? 'application/octet-stream').end(body)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const profile = await mkdtemp(join(tmpdir(), 'lenslet-firefox-'))
  const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}/page.html`
  let browser: ChildProcess | undefined
  try {
    browser = spawn(firefox as string, ['--headless', '--no-remote', '--profile', profile, address], {
      stdio: 'ignore',
      env: { ...process.env, HOME: profile },
    })
    return await reported
  } finally {
    const ended = browser && new Promise((resolve) => browser?.once('exit', resolve))
    browser?.kill()
    await ended
    server.closeAllConnections()
    server.close()
    await rm(profile, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 })
  }
}
