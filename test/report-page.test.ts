// A report in a real browser: it fits a phone and a desk, runs under its own policy, and can be read without JavaScript.

import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { pairsOf } from '../src/core/confusion.ts'
import { Random } from '../src/core/random.ts'
import { classMetrics, macroMetrics } from '../src/insight/classMetrics.ts'
import { memoryTable, networkTable } from '../src/inspect/costTable.ts'
import { reportHtml } from '../src/inspect/report/report.ts'
import { parse } from '../src/notation/parse.ts'
import { plan } from '../src/plan/plan.ts'
import type { Evaluation } from '../src/train/evaluation.ts'
import { executablePath, launch } from './browser/chromium.ts'

const network = parse('INPUT 32x32x3 -> [CONV3-32 nobias -> BN -> RELU -> POOL2]*3 -> FC-200')

/** Of n classes whose names are long, without spaces, or in other scripts. */
function evaluationOf(classes: number): Evaluation {
  const random = Random.seeded(1, 'report')
  const names = ['Ailuropoda melanoleuca (giant panda), subspecies qinlingensis', 'x'.repeat(80), '大熊猫', 'cat']
  const labels = Array.from({ length: classes }, (_, index) => `${names[index % 4]} ${index}`)
  const confusion = labels.map((_, actual) =>
    labels.map((__, predicted) => Math.floor((actual === predicted ? 30 : 3) * random.next())),
  )
  const counts = confusion.map((row) => row.reduce((a, b) => a + b, 0))
  const count = counts.reduce((a, b) => a + b, 0)
  const perClass = labels.map((label, index) => ({ label, count: counts[index] as number, accuracy: 0.5 }))
  return { loss: 1, accuracy: 0.5, count, invalid: 0, perClass, confusion, pairs: pairsOf(confusion) }
}

function pageOf(classes: number): string {
  const evaluation = evaluationOf(classes)
  const rows = classMetrics(evaluation)
  const picture = { width: 32, height: 32, pixels: new Uint8Array(4096).fill(128) }
  const [first = '', second = ''] = rows.map(({ label }) => label)
  const mistake = { picture, actual: first, predicted: second, probability: 0.98 }
  const unsure = { ...mistake, map: picture, second: { label: first, probability: 0.01 } }
  const command = `npx lenslet predict runs/${'long-name-'.repeat(12)}/model.lenslet picture.png`
  return reportHtml({
    title: `network on ${'photos'.repeat(20)}`,
    subtitle: 'trained 2026-11-26 20:00 UTC',
    figures: [
      { value: '53.33 %', says: 'test accuracy, 10,000 images' },
      { value: '1,234,567,890', says: 'MACs per image' },
    ],
    records: [
      { kind: 'step', epoch: 1, step: 1, loss: 2, accuracy: 0.1, rate: 0.1, seconds: 1 },
      {
        kind: 'epoch',
        epoch: 1,
        step: 2,
        loss: 2,
        accuracy: 0.1,
        rate: 0.1,
        seconds: 1,
        testLoss: 1,
        testAccuracy: 0.5,
      },
    ],
    stepsPerEpoch: 2,
    best: { epoch: 1, loss: 1, accuracy: 0.5, split: 'test' },
    evaluation,
    metrics: { classes: rows, macro: macroMetrics(rows) },
    mistakes: {
      pictures: Array.from({ length: 18 }, () => mistake),
      unsure: Array.from({ length: 5 }, () => unsure),
      classes: rows.map(({ label }) => ({ label, count: 9, wrong: 3, pictures: [unsure, mistake] })),
      among: 100,
    },
    samples: { pictures: [{ original: picture, augmented: picture, label: first }], augmentation: 'flip' },
    filters: { name: 'conv1.filters', shape: [7, 7, 3, 64], values: new Float32Array(9408) },
    network: networkTable(network),
    notation: 'INPUT 32x32x3 -> [CONV3-32 nobias -> BN -> RELU -> POOL2]*3 -> FC-200',
    memory: memoryTable([['training', plan(network, { mode: 'training' }).memory]]),
    settings: [['data', `images:/${'a-very-long-folder-name/'.repeat(10)}: 96 training images`]],
    machine: [['processor', 'AMD EPYC']],
    remarks: [],
    next: [command],
  })
}

describe.skipIf(executablePath === undefined)('a report in a browser (needs Chromium)', () => {
  let browser: Browser
  let place = ''
  beforeAll(async () => {
    browser = await launch()
    place = await mkdtemp(join(tmpdir(), 'lenslet-report-'))
    for (const classes of [2, 40, 200]) await writeFile(join(place, `${classes}.html`), pageOf(classes))
  })
  afterAll(async () => {
    await browser?.close()
    await rm(place, { recursive: true, force: true })
  })
  const addressOf = (classes: number) => pathToFileURL(join(place, `${classes}.html`)).href

  it.each([2, 40, 200])(
    'fits 375 and 1280 pixels with %i classes, light and dark',
    async (classes) => {
      for (const width of [375, 1280])
        for (const colorScheme of ['light', 'dark'] as const) {
          const page = await browser.newPage({ viewport: { width, height: 800 }, colorScheme })
          const said: string[] = []
          page.on('console', (message) => said.push(message.text()))
          page.on('pageerror', (error) => said.push(error.message))
          const requests: string[] = []
          page.on('request', (request) => requests.push(request.url()))
          await page.goto(addressOf(classes))
          const outside = await page.evaluate(() => {
            const wide = [...document.querySelectorAll('main *')].filter(
              (element) => element.getBoundingClientRect().right > innerWidth && element.closest('.scroll') === null,
            )
            return { page: document.documentElement.scrollWidth, wide: wide.map((each) => each.outerHTML.slice(0, 80)) }
          })
          expect(outside).toEqual({ page: width, wide: [] })
          // The policy lets the page's own script run, and nothing was loaded but the page and the pictures in it.
          expect(said).toEqual([])
          expect(requests.filter((url) => !url.startsWith('data:'))).toEqual([addressOf(classes)])
          expect(await page.locator('.command button').count()).toBe(1)
          await page.close()
        }
    },
    60_000,
  )

  it('copies a command', async () => {
    const context = await browser.newContext({ permissions: ['clipboard-read', 'clipboard-write'] })
    const page = await context.newPage()
    await page.goto(addressOf(2))
    await page.locator('.command button').click()
    await page.locator('.command button', { hasText: 'Copied' }).waitFor()
    expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(
      await page.locator('.command pre').textContent(),
    )
    await context.close()
  }, 30_000)

  it('can be read without JavaScript, and has no button that does nothing', async () => {
    const context = await browser.newContext({ javaScriptEnabled: false })
    const page = await context.newPage()
    await page.goto(addressOf(40))
    expect(await page.locator('button').count()).toBe(0)
    expect(await page.locator('.command pre').isVisible()).toBe(true)
    expect(await page.locator('svg:visible').count()).toBe(3)
    expect(await page.locator('nav a').allTextContents()).toEqual(await page.locator('h2').allTextContents())
    await context.close()
  }, 30_000)
})
