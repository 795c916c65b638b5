// The packed package in pages of headless Chromium: the very pages of docs/browser.md, and the kernels against the reference.

import { type ChildProcess, spawn } from 'node:child_process'
import { copyFile, mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Browser, BrowserContext } from 'playwright-core'
import { rolldown } from 'rolldown'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { png } from '../src/data/testing/pictures.ts'
import { idxDataset, Model, mnistFiles, normalizationTable, parse } from '../src/index.ts'
import { executablePath, launch } from './browser/chromium.ts'
import { firstDigits } from './browser/digits.ts'
import { documentFile, documentFiles } from './browser/document.ts'
import { type FolderServer, serve } from './browser/server.ts'
import { complaintsOf, type Training, trainInNode, trainInPage } from './browser/training.ts'
import { installPacked, type PackedPackage } from './packed.ts'

const trainPage = documentFile('train.html')
const oneFile = 'node_modules/lenslet/dist/lenslet.browser.js'
const [importMap = ''] = /<script type="importmap">.*?<\/script>\n/s.exec(documentFile('predict.html')) ?? []
const [, trainScript = ''] = /<script type="module">\n(.*?)<\/script>/s.exec(trainPage) ?? []

/** The training page, or its script, with the package from elsewhere. */
const importing = (specifier: string, text = trainPage) => text.replace(`'./${oneFile}'`, `'${specifier}'`)

const isolation = { 'cross-origin-opener-policy': 'same-origin', 'cross-origin-embedder-policy': 'require-corp' }
const notIsolated = 'the page is not cross-origin isolated, so SharedArrayBuffer is missing'
const noWorkers = "the browser gave no worker; let the page's Content-Security-Policy allow worker-src blob:"

/** For machines that are busy with other tests. */
const limits = { timeout: 60_000 }

describe.skipIf(executablePath === undefined)('in a page (skipped where no Chromium is installed)', limits, () => {
  let packed: PackedPackage
  let browser: Browser
  /** Its pages see two processors, whatever the machine has. */
  let context: BrowserContext
  let documented: ChildProcess
  /** Origin of the document's own server. */
  let isolated: string
  let plain: FolderServer
  let digits: Awaited<ReturnType<typeof idxDataset>>
  let inNode: Training

  beforeAll(async () => {
    packed = await installPacked()
    const { folder } = packed
    const files = await firstDigits({ train: 480, test: 160 })
    digits = await idxDataset(files)
    await mkdir(join(folder, 'mnist'))
    for (const [part, name] of Object.entries(mnistFiles)) {
      await writeFile(join(folder, 'mnist', name), files[part as keyof typeof mnistFiles])
    }
    for (const [name, body] of documentFiles) await writeFile(join(folder, name), body)
    await writeFile(join(folder, 'blank.html'), '<!doctype html><title>Blank</title>')
    await copyFile(new URL('browser/kernels.html', import.meta.url), join(folder, 'kernels.html'))

    plain = await serve(folder)
    documented = spawn(process.execPath, ['serve.mjs'], { cwd: folder, env: { ...process.env, PORT: '0' } })
    isolated = new URL(await firstLine(documented)).origin
    browser = await launch()
    context = await browser.newContext()
    await context.addInitScript(() => Object.defineProperty(navigator, 'hardwareConcurrency', { value: 2 }))
    // A page chooses its kernels by itself, so Node must, too.
    vi.stubEnv('LENSLET_VARIANT', '')
    inNode = await trainInNode(trainPage, digits)
    await writeFile(join(folder, 'digits.lenslet'), inNode.model)
  }, 180_000)

  afterAll(async () => {
    vi.unstubAllEnvs()
    await browser?.close()
    documented?.kill()
    plain?.close()
    await packed?.remove()
  })

  async function page(name: string, text: string): Promise<string> {
    await writeFile(join(packed.folder, name), text)
    return name
  }

  it('Node learns these digits', () => {
    expect(inNode.losses.at(-1)).toBeLessThan(0.5 * (inNode.losses[0] as number))
    // One in ten by chance.
    expect(inNode.accuracies.at(-1)).toBeGreaterThan(0.7)
  })

  function expectAsInNode({ losses, accuracies, model, complaints }: Training & { complaints: readonly string[] }) {
    expect(complaints).toEqual([])
    expect(losses).toEqual(inNode.losses.map((loss) => Number(loss.toFixed(3))))
    expect(accuracies).toEqual(inNode.accuracies.map((accuracy) => Number(accuracy.toFixed(3))))
    // The same processor and the same engine family: the same bits, names, classes and normalization.
    expect(Buffer.compare(model, inNode.model)).toBe(0)
  }

  describe.each([
    ['one file', () => trainPage],
    ['an import map', () => importing('lenslet').replace('<script type="module">', `${importMap}$&`)],
  ])('by %s', (_, text) => {
    it('trains on two threads where the page is isolated', async () => {
      const training = await trainInPage(context, `${isolated}/${await page('page.html', text())}`)
      expect(training.crossOriginIsolated).toBe(true)
      expect(training.description).toMatch(/^wasm, \w+ kernels \(.*\), 2 threads$/)
      // The evaluations work in the training's memory.
      expect(training.workersStarted).toBe(2)
      expectAsInNode(training)
    })

    it('trains on one thread where it is not, and says why', async () => {
      const training = await trainInPage(context, `${plain.origin}/${await page('page.html', text())}`)
      expect(training.crossOriginIsolated).toBe(false)
      expect(training.description).toMatch(new RegExp(`, 1 thread: ${notIsolated}$`))
      expect(training.workersStarted).toBe(0)
      expectAsInNode(training)
    })
  })

  it('trains from a user’s bundle, minified', async () => {
    const entry = join(packed.folder, await page('app.js', importing('lenslet', trainScript)))
    const bundle = await rolldown({ input: entry, platform: 'browser' })
    const { output } = await bundle.write({
      file: join(packed.folder, 'bundled.js'),
      minify: true,
      codeSplitting: false,
    })
    await bundle.close()
    expect(output[0].imports).toEqual([])
    const text = trainPage.replace(
      /<script type="module">.*<\/script>/s,
      '<script type="module" src="bundled.js"></script>',
    )
    const training = await trainInPage(context, `${isolated}/${await page('bundled.html', text)}`)
    expect(training.description).toContain('2 threads')
    expectAsInNode(training)
  })

  it('trains with the package from another origin, its threads included', async () => {
    const elsewhere = await serve(packed.folder, { 'access-control-allow-origin': '*' })
    try {
      const text = importing(`${elsewhere.origin}/${oneFile}`)
      const training = await trainInPage(context, `${isolated}/${await page('page.html', text)}`)
      expect(training.description).toContain('2 threads')
      expectAsInNode(training)
    } finally {
      elsewhere.close()
    }
  })

  it('goes on with one thread where a policy forbids its workers, and says what to allow', async () => {
    const policy =
      "default-src 'self'; script-src 'self' 'unsafe-inline' 'wasm-unsafe-eval'; worker-src 'self'; connect-src 'self' blob:"
    const strict = await serve(packed.folder, { ...isolation, 'content-security-policy': policy })
    try {
      const training = await trainInPage(context, `${strict.origin}/train.html`)
      expect(training.crossOriginIsolated).toBe(true)
      expect(training.description.endsWith(`, 1 thread: ${noWorkers}`), training.description).toBe(true)
      // The browser's own, of the one worker that was tried.
      expect(training.complaints).toEqual([expect.stringContaining('Content Security Policy')])
      expectAsInNode({ ...training, complaints: [] })
    } finally {
      strict.close()
    }
  })

  it('reads a model’s file and an image', async () => {
    const tab = await context.newPage()
    const complaints = complaintsOf(tab)
    await tab.goto(`${isolated}/predict.html`)
    const { images } = digits.test
    const table = normalizationTable(digits.normalization)
    const model = await Model.load(inNode.model)
    for (const index of [0, 1, 2]) {
      const pixels = images.subarray(784 * index, 784 * (index + 1))
      const scores = await model.predict(Float32Array.from(pixels, (byte) => table[byte] as number))
      const buffer = await png(28, 28, 1, pixels)
      await tab.locator('#picture').setInputFiles({ name: `${index}.png`, mimeType: 'image/png', buffer })
      await expect
        .poll(() => tab.locator('#log').innerText(), { timeout: 5000 })
        .toContain(`${index}.png: ${scores.indexOf(Math.max(...scores))}`)
    }
    await model.dispose()
    expect(complaints).toEqual([])
    await tab.close()
  })

  it('runs in a worker of the page', async () => {
    const [, notation = ''] = /parse\('(.*?)'\)/.exec(documentFile('worker.mjs')) ?? []
    await using model = await Model.create(parse(notation), { seed: 1 })
    const expected = [...(await model.predict(new Float32Array(64).fill(0.5)))]
    const tab = await browser.newPage()
    for (const origin of [isolated, plain.origin]) {
      await tab.goto(`${origin}/blank.html`)
      const { description, scores, processors } = await tab.evaluate(
        () =>
          new Promise<{ description: string; scores: number[]; processors: number }>((resolve, reject) => {
            const worker = new Worker('worker.mjs', { type: 'module' })
            worker.onmessage = ({ data }) =>
              resolve({ ...data, scores: [...data.scores], processors: navigator.hardwareConcurrency })
            worker.onerror = ({ message }) => reject(new Error(message))
          }),
      )
      const threads = origin === isolated ? Math.min(processors, 8) : 1
      expect(description).toMatch(new RegExp(`, ${threads} threads?\\b`))
      expect(scores).toEqual(expected)
    }
    await tab.close()
  })

  it('keeps the names and words of errors', async () => {
    const tab = await context.newPage()
    await tab.goto(`${plain.origin}/blank.html`)
    // A text: the test runner would rewrite an import inside a function.
    const said = await tab.evaluate(
      `import('/${oneFile}').then(({ parse }) => parse('INPUT 8x8x1 -> CONF3-4')).catch(String)`,
    )
    let here = ''
    try {
      parse('INPUT 8x8x1 -> CONF3-4')
    } catch (error) {
      here = String(error)
    }
    expect(here).toMatch(/^\w+Error: /)
    expect(said).toBe(here)
    await tab.close()
  })

  describe('every kernel variant', () => {
    type Step = { threads: number; description: string; values: Record<string, number[]> }
    const steps = new Map<string, Step>()

    beforeAll(async () => {
      const tab = await context.newPage()
      await tab.goto(`${isolated}/kernels.html`)
      for (const [variant, threads] of [
        ['reference', 1],
        ['plain', 1],
        ['plain', 2],
        ['relaxed', 1],
        ['relaxed', 2],
      ] as const) {
        const step = await tab.evaluate(
          ([variant, threads]) =>
            (globalThis as unknown as { stepOn(v: string, t: number): Promise<Step> }).stepOn(variant, threads),
          [variant, threads] as const,
        )
        expect(step.threads).toBe(threads)
        steps.set(`${variant} ${threads}`, step)
      }
      await tab.close()
    }, 60_000)

    const step = (name: string) => steps.get(name) as Step

    it.each(['plain', 'relaxed'])('%s gives the reference’s losses, scores and gradients', (variant) => {
      const { values } = step('reference 1')
      expect(Object.keys(values).length).toBeGreaterThan(8)
      expect(step(`${variant} 1`).description).toContain(`wasm, ${variant} kernels`)
      for (const [name, expected] of Object.entries(values)) {
        const scale = Math.max(...expected.map(Math.abs))
        expect(scale, name).toBeGreaterThan(0)
        const found = step(`${variant} 1`).values[name] as number[]
        expect(found).toHaveLength(expected.length)
        const worst = Math.max(...found.map((value, index) => Math.abs(value - (expected[index] as number))))
        expect(worst / scale, name).toBeLessThan(tolerance)
      }
    })

    it.each(['plain', 'relaxed'])('%s gives the same bits on two threads', (variant) => {
      expect(step(`${variant} 2`).values).toEqual(step(`${variant} 1`).values)
    })
  })
})

/**
 * ε of float32 times the terms that a value went through: the windows of the layers forward (27 + 200 + 7 + 72 + 11) and
 * again backward, and the 3·13·11 positions that a filter's gradient and the statistics sum over.
 */
const tolerance = 2 ** -23 * (2 * (27 + 200 + 7 + 72 + 11) + 2 * 3 * 13 * 11)

/** A program's first line. Fails when it ends without one. */
function firstLine(program: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    program.stdout?.once('data', (data) => resolve(String(data).split('\n')[0] as string))
    program.once('exit', (code) => reject(new Error(`the program ended with ${code}`)))
  })
}
