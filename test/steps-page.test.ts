// Pages that show a convolution step by step, and a feature space, in a real browser: they play, step by keys, keep still for
// readers who want that, fit a phone and a desk, and run under their own policy.

import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { convolutionFrames, notesDemo } from '../src/inspect/convolution/frames.ts'
import { convolutionPage, poolingPage } from '../src/inspect/convolution/page.ts'
import { poolingFrames } from '../src/inspect/convolution/pooling.ts'
import { spacePage } from '../src/inspect/space/page.ts'
import { printCell } from '../src/inspect/steps/number.ts'
import { executablePath, launch } from './browser/chromium.ts'

const frames = convolutionFrames(notesDemo())
const count = 40
const pages = {
  convolution: convolutionPage(frames, { title: `conv of ${'a-long-name-'.repeat(12)}` }),
  pooling: poolingPage(
    poolingFrames({
      kind: 'max',
      input: Array.from({ length: 81 }, (_, index) => ((index * 37) % 83) / 7),
      height: 9,
      width: 9,
      window: { kernel: [3, 3], stride: [2, 2], padding: [0, 0, 0, 0], dilation: [1, 1] },
    }),
  ),
  space: spacePage({
    title: `images of ${'a-long-name-'.repeat(12)}`,
    subtitle: `${count} images`,
    images: Array.from({ length: count }, (_, index) => ({
      picture: { width: 2, height: 2, pixels: new Uint8Array(16).fill(255 - 5 * index) },
      label: `class ${index % 3}`,
      says: `image ${index}`,
      group: index % 3,
    })),
    groups: ['class 0', 'class 1', 'class 2'],
    maps: [{ name: 'PCA', points: Array.from({ length: 2 * count }, (_, index) => (index * 17) % 41) }],
    neighbors: Array.from({ length: count }, (_, index) => [{ index: (index + 1) % count, distance: 0.25 }]),
  }),
}

describe.skipIf(executablePath === undefined)('pages that look inside, in a browser (needs Chromium)', () => {
  let browser: Browser
  let place = ''
  beforeAll(async () => {
    browser = await launch()
    place = await mkdtemp(join(tmpdir(), 'lenslet-steps-'))
    for (const [name, html] of Object.entries(pages)) await writeFile(join(place, `${name}.html`), html)
  })
  afterAll(async () => {
    await browser?.close()
    await rm(place, { recursive: true, force: true })
  })

  const addressOf = (name: string) => pathToFileURL(join(place, `${name}.html`)).href

  async function open(name: keyof typeof pages, options: BrowserContextOptions = {}) {
    const page = await browser.newPage({ reducedMotion: 'reduce', ...options })
    const said: string[] = []
    page.on('console', (message) => said.push(message.text()))
    page.on('pageerror', (error) => said.push(error.message))
    page.on('request', (request) => {
      if (!request.url().startsWith('data:') && request.url() !== addressOf(name)) said.push(request.url())
    })
    await page.goto(addressOf(name))
    return { page, said }
  }
  const counterOf = (page: Page) => page.locator('.player output').textContent()
  /** Of what is filled in so far, in the first filter's output. */
  const shownIn = (page: Page) => page.locator('#o0 b').allTextContents()

  it('steps by keys, and fills in the output', async () => {
    const { page, said } = await open('convolution')
    const values = frames.frames.map(({ value }) => printCell(value))
    expect(await counterOf(page)).toBe('step 1 of 18')
    expect(await shownIn(page)).toEqual([values[0], ...Array.from({ length: 8 }, () => '')])
    await page.keyboard.press('ArrowRight')
    await page.keyboard.press('ArrowRight')
    expect(await counterOf(page)).toBe('step 3 of 18')
    expect(await shownIn(page)).toEqual([...values.slice(0, 3), ...Array.from({ length: 6 }, () => '')])
    expect(await page.locator('.arithmetic > :last-child').allInnerTexts()).toEqual([`o[0,2,0]\n${values[2]}`])
    await page.keyboard.press('ArrowLeft')
    expect((await shownIn(page))[2]).toBe('')
    await page.keyboard.press('End')
    expect(await counterOf(page)).toBe('step 18 of 18')
    expect(await shownIn(page)).toEqual(values.slice(0, 9))
    await page.keyboard.press('Home')
    expect(await counterOf(page)).toBe('step 1 of 18')
    expect(said).toEqual([])
    await page.close()
  }, 30_000)

  it('plays by itself, pauses by a key, and keeps still where motion is unwanted', async () => {
    const { page } = await open('convolution', { reducedMotion: 'no-preference' })
    await page.locator('.player output', { hasText: 'step 2 of 18' }).waitFor()
    await page.keyboard.press(' ')
    expect(await page.locator('.player.playing').count()).toBe(0)
    expect(await page.getByRole('button', { name: 'Play' }).count()).toBe(1)
    await page.close()
    const still = await open('convolution')
    expect(await still.page.locator('.player.playing').count()).toBe(0)
    await still.page.getByRole('button', { name: 'Play' }).click()
    await still.page.locator('.player output', { hasText: 'step 2 of 18' }).waitFor()
    await still.page.close()
  }, 30_000)

  it('shows the whole result without JavaScript', async () => {
    const context = await browser.newContext({ javaScriptEnabled: false })
    const page = await context.newPage()
    await page.goto(addressOf('convolution'))
    expect(await shownIn(page)).toEqual(frames.frames.slice(0, 9).map(({ value }) => printCell(value)))
    expect(await page.locator('.player').isVisible()).toBe(false)
    await context.close()
  }, 30_000)

  it('shows an image and its neighbors, another map, and one class', async () => {
    const { page, said } = await open('space')
    const stage = page.getByRole('group', { name: /Images where/ })
    await stage.focus()
    await page.keyboard.press('ArrowRight')
    expect(await page.locator('.detail p').textContent()).toBe('image 1')
    await page.locator('.neighbors figure').click()
    expect(await page.locator('.detail p').textContent()).toBe('image 2')
    await page.getByRole('button', { name: 'Grid' }).click()
    expect(await page.getByRole('button', { name: 'Grid' }).getAttribute('aria-pressed')).toBe('true')
    await page.getByRole('button', { name: 'class 1' }).click()
    expect(await page.locator('.stage i.off').count()).toBe(count - 13)
    expect(said).toEqual([])
    await page.close()
  }, 30_000)

  it.each(['convolution', 'pooling', 'space'] as const)(
    'fits a phone and a desk, and loads nothing: %s',
    async (name) => {
      for (const width of [375, 1280]) {
        const { page, said } = await open(name, { viewport: { width, height: 800 }, colorScheme: 'dark' })
        expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(width)
        expect(said).toEqual([])
        await page.close()
      }
    },
    60_000,
  )
})
