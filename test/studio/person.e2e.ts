// What a person can do in the Studio, on a host that isolates it.

import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Model } from '../../src/model/model.ts'
import { executablePath, launch } from '../browser/chromium.ts'
import { missing, oracle, scoresByOrt } from '../onnxruntime/run.ts'
import { accuracyOf, drawOne, isReady, type Opened, openStudio, type Site, startSite, write } from './site.ts'

let browser: Browser
let site: Site
let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lenslet-e2e-'))
  site = await startSite({ isolated: true })
  browser = await launch()
}, 120_000)
afterAll(async () => {
  await browser?.close()
  site?.close()
  await rm(folder, { recursive: true, force: true })
})

/** Every page must end without an error on the console and without a request to another host. */
async function studio(use: (opened: Opened) => Promise<void>, options: Parameters<typeof openStudio>[2] = {}) {
  const opened = await openStudio(browser, site.local, options)
  try {
    await use(opened)
    expect(opened.faults).toEqual([])
  } finally {
    await opened.context.close()
  }
}

async function trainFor(page: Page, epochs: number): Promise<void> {
  await page.getByTestId('start').click()
  await page.waitForFunction(
    (least) => Number.parseFloat(document.querySelector('[data-testid=epoch]')?.textContent?.slice(6) ?? '') >= least,
    epochs,
  )
}

const layers = (page: Page) => page.locator('.group .name').allTextContents()

describe.skipIf(executablePath === undefined)('a person (skipped where no Chromium is installed)', () => {
  it('designs: the picture follows the text, wrong notation is told in place, and undo takes it back', () =>
    studio(async ({ page }) => {
      await write(page, 'INPUT 28x28x1 -> CONV3-4 -> GAP -> FC-10')
      await expect.poll(() => layers(page)).toEqual(['INPUT', 'CONV3-4', 'GAP', 'FC-10'])
      await write(page, 'INPUT 28x28x1 -> CNV3-4 -> FC-10')
      await page.locator('.fault').first().waitFor()
      expect(await page.locator('.fault').first().textContent()).toMatch(/CNV3/)
      await page.getByRole('button', { name: 'Undo' }).click()
      await expect.poll(() => layers(page)).toEqual(['INPUT', 'CONV3-4', 'GAP', 'FC-10'])
      await page.locator('#group-conv1').click()
      await expect.poll(() => page.locator('#inspector-tab').textContent()).toMatch(/28 − 3 \+ 2·1/)
      await page.getByRole('combobox', { name: 'Zoo' }).selectOption('resnet18')
      await expect.poll(() => layers(page).then((all) => all.length)).toBeGreaterThan(10)
    }))

  it('finds the same view by its link', () =>
    studio(async ({ page, context }) => {
      await write(page, 'INPUT 28x28x1 -> CONV3-5 -> GAP -> FC-10')
      await page.locator('#group-conv1').click()
      await page.getByTestId('batch').fill('32')
      await page.getByTestId('batch').press('Enter')
      await expect.poll(() => page.url()).toMatch(/batch=32.*layer=conv1/)
      const again = await context.newPage()
      await again.goto(page.url())
      await expect.poll(() => layers(again)).toEqual(['INPUT', 'CONV3-5', 'GAP', 'FC-10'])
      expect(await again.getByTestId('batch').inputValue()).toBe('32')
      await again.close()
    }))

  it('trains MNIST to 97 % on digits that were not trained on, within a minute', () =>
    studio(async ({ page }) => {
      const began = performance.now()
      await page.getByTestId('start').click()
      await expect.poll(() => accuracyOf(page), { timeout: 60_000 }).toBeGreaterThanOrEqual(0.97)
      console.log(`97 % after ${((performance.now() - began) / 1000).toFixed(1)} s`)
    }))

  it('trains a network that was written by hand; pauses, steps and resets', () =>
    studio(async ({ page }) => {
      await write(page, 'INPUT 28x28x1 -> CONV3-6 s2 -> BN -> RELU -> CONV3-12 s2 -> BN -> RELU -> GAP -> FC-10')
      await expect.poll(() => layers(page).then((all) => all.length)).toBe(5)
      await isReady(page)
      await trainFor(page, 2)
      await expect.poll(() => accuracyOf(page)).toBeGreaterThan(0.5)
      await page.getByTestId('start').click()
      await page.waitForSelector('[data-testid=status][data-state=paused]')
      await page.getByTestId('step').click()
      await page.getByTestId('reset').click()
      await isReady(page)
    }))

  it('looks inside while it trains', () =>
    studio(async ({ page }) => {
      await trainFor(page, 1)
      await page.locator('#group-conv1').click()
      for (const tab of ['Convolution', 'Filters', 'Activations', 'What matters', 'Statistics']) {
        await page.getByRole('tab', { name: tab }).click()
        await page.locator('#inspector-tab :is(canvas, svg, table, img)').filter({ visible: true }).first().waitFor()
      }
      expect(await page.getByTestId('status').getAttribute('data-state')).toBe('running')
    }))

  it('shows no map of one design on layers of the same name of another', () =>
    studio(async ({ page }) => {
      await trainFor(page, 1)
      await drawOne(page)
      await page.locator('#group-conv1 image').waitFor()
      const seen = await page.evaluateHandle(() => {
        const wordOf = () => document.querySelector('#group-conv1 .name')?.textContent
        const mapOf = () => document.querySelector('#group-conv1 image')?.getAttribute('href')
        const words = new Map<string, Set<string | undefined>>()
        const note = () => {
          const map = mapOf()
          if (map) words.set(map, (words.get(map) ?? new Set()).add(wordOf() ?? undefined))
        }
        note()
        new MutationObserver(note).observe(document.body, { subtree: true, childList: true, attributes: true })
        return words
      })
      await write(page, 'INPUT 28x28x1 -> CONV3-8 -> RELU -> POOL2 -> FC-10')
      await expect.poll(() => layers(page)).toContain('CONV3-8')
      await page.locator('#group-conv1 image').waitFor()
      const mixed = await seen.evaluate((words) => [...words.values()].map((each) => [...each]))
      expect(mixed.flat()).toContain('CONV3-8')
      expect(mixed.filter((each) => each.length > 1)).toEqual([])
    }))

  it('tries a drawing', () =>
    studio(async ({ page }) => {
      await trainFor(page, 4)
      await drawOne(page)
      await expect.poll(() => page.getByTestId('guess').first().textContent(), { timeout: 20_000 }).toMatch(/1/)
    }))

  it('takes the model away: the files have the same scores in Node and in ONNX Runtime, and come back', () =>
    studio(async ({ page }) => {
      await trainFor(page, 1)
      await page.getByTestId('start').click()
      await page.waitForSelector('[data-testid=status][data-state=paused]')
      await page.getByRole('button', { name: 'Take away' }).click()
      const save = async (kind: string) => {
        const download = page.waitForEvent('download')
        await page.getByTestId(`take-${kind}`).click()
        const path = join(folder, (await download).suggestedFilename())
        await (await download).saveAs(path)
        return path
      }
      await using model = await Model.load(await readFile(await save('lenslet')))
      expect(model.info.classes).toHaveLength(10)
      const images = Float32Array.from({ length: 2 * 784 }, (_, i) => Math.sin(i))
      const scores = await model.predict(images)
      const onnx = await save('onnx')
      if (oracle === undefined) console.log(`skipped: ${missing}`)
      else {
        const { scores: theirs } = await scoresByOrt(await readFile(onnx), images, model.input, model.output)
        // Probabilities, whose sums of some 800 products each engine rounds in its own order.
        for (let i = 0; i < scores.length; i++)
          expect(Math.abs((theirs[i] as number) - (scores[i] as number))).toBeLessThan(1e-5)
      }
      expect(await readFile(await save('report'), 'utf8')).toMatch(/test accuracy/)
      await save('safetensors')
      await page.getByTestId('take-load').setInputFiles(onnx)
      await page.getByText('is the model now').waitFor()
    }))

  it('keeps runs: renames, opens after a reload, and deletes them', () =>
    studio(async ({ page }) => {
      await trainFor(page, 1)
      await page.getByRole('button', { name: 'Take away' }).click()
      await page.getByTestId('keep-run').click()
      await page.getByTestId('run').waitFor()
      await page.getByRole('button', { name: 'Rename' }).click()
      await page.keyboard.insertText('my digits')
      await page.keyboard.press('Enter')
      await page.getByTestId('run').getByText('my digits').waitFor()
      await page.reload()
      await isReady(page)
      await page.getByRole('button', { name: 'Take away' }).click()
      await page.getByTestId('run').getByRole('button', { name: 'Open' }).click()
      await page.getByText('my digits is the model now').waitFor()
      await page.getByRole('button', { name: 'Delete' }).click()
      await page.getByRole('button', { name: 'Delete for good' }).click()
      await expect.poll(() => page.getByTestId('run').count()).toBe(0)
    }))

  it('trains on a folder of small photographs with a text file in it', () =>
    studio(async ({ page }) => {
      const photos = join(folder, 'photos')
      const { mkdir } = await import('node:fs/promises')
      for (const [name, background] of Object.entries({ red: '#c02020', blue: '#2020c0' })) {
        await mkdir(join(photos, name), { recursive: true })
        for (let i = 0; i < 20; i++) {
          const noise = { type: 'gaussian' as const, mean: 0, sigma: 10 + i }
          const grain = await sharp({ create: { width: 48, height: 40, channels: 3, noise, background } })
            .png()
            .toBuffer()
          const image = sharp({ create: { width: 48, height: 40, channels: 3, background } })
          await image
            .composite([{ input: grain, blend: 'screen' }])
            .jpeg()
            .toFile(join(photos, name, `${i}.jpg`))
        }
      }
      await writeFile(join(photos, 'red', 'notes.txt'), 'no image')
      await page.getByRole('button', { name: 'Images' }).click()
      await page.getByTestId('folder').setInputFiles(photos)
      await expect.poll(() => page.getByTestId('class-count').allTextContents(), { timeout: 60_000 }).toHaveLength(2)
      await page.locator('[data-testid^=problem-]').first().waitFor()
      await page.getByTestId('train-on-these').click()
      await expect
        .poll(() => page.getByTestId('status').getAttribute('data-state'), { timeout: 60_000 })
        .toMatch(/ready|running|done/)
    }))

  it('is told in place what cannot be done, and goes on', () =>
    studio(async ({ page }) => {
      const corrupt = join(folder, 'corrupt.lenslet')
      await writeFile(corrupt, Buffer.from('this is no model '.repeat(100)))
      await page.getByRole('button', { name: 'Take away' }).click()
      await page.getByTestId('take-load').setInputFiles(corrupt)
      await page.getByRole('alert').waitFor()
      await page.keyboard.press('Escape')
      await write(page, 'INPUT 28x28x1 -> CONV3-4096 -> CONV3-4096 -> CONV3-4096 -> GAP -> FC-10')
      await page
        .getByText(/too large for a browser tab|not enough memory/i)
        .first()
        .waitFor()
      await write(page, 'INPUT 28x28x1 -> CONV3-4 -> GAP -> FC-10')
      await isReady(page)
      await trainFor(page, 0.2)
    }))
})
