// The Studio under load: ten thousand photographs, one of 40 megapixels, and frames while it trains. Each wants the machine
// for itself.

import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { executablePath, launch } from '../browser/chromium.ts'
import { isReady, openStudio, type Site, startSite } from './site.ts'

let browser: Browser
let site: Site
let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lenslet-load-'))
  site = await startSite({ isolated: true })
  browser = await launch()
}, 120_000)
afterAll(async () => {
  await browser?.close()
  site?.close()
  await rm(folder, { recursive: true, force: true })
})

/** Light shapes on dark noise, each image of its own color and size. */
async function drawPhotos(into: string, count: number, side: number): Promise<void> {
  const shapes = {
    circle: (x: number, y: number) => x * x + y * y < 1,
    square: (x: number, y: number) => Math.max(Math.abs(x), Math.abs(y)) < 0.85,
    cross: (x: number, y: number) =>
      Math.min(Math.abs(x), Math.abs(y)) < 0.25 && Math.max(Math.abs(x), Math.abs(y)) < 1,
    stripes: (x: number, y: number) => Math.sin(x * 12) > 0 && Math.abs(y) < 1,
  }
  const each = count / Object.keys(shapes).length
  for (const [name, isInside] of Object.entries(shapes)) {
    await mkdir(join(into, name), { recursive: true })
    const pixels = Buffer.from(
      Array.from({ length: side * side }, (_, i) => {
        const [x, y] = [(i % side) / side, Math.floor(i / side) / side]
        const grain = (Math.imul(i, 2654435761) >>> 24) / 4
        return isInside((x - 0.5) * 4, (y - 0.5) * 4) ? [220 - grain, 120 + grain, 60] : [40 + grain, 60, 80 + grain]
      }).flat(),
    )
    const base = await sharp(pixels, { raw: { width: side, height: side, channels: 3 } })
      .png()
      .toBuffer()
    for (let i = 0; i < each; i++) {
      const changed = sharp(base).modulate({ hue: (i * 37) % 360, brightness: 0.7 + 0.6 * ((i % 101) / 101) })
      await changed.jpeg({ quality: 60 + (i % 35) }).toFile(join(into, name, `${i}.jpg`))
    }
  }
}

/** Memory of the page's process with its workers, in MB. */
async function megabytesOf(): Promise<number> {
  const session = await browser.newBrowserCDPSession()
  const { processInfo } = await session.send('SystemInfo.getProcessInfo')
  await session.detach()
  const sizes = processInfo
    .filter(({ type }) => type === 'renderer')
    .map(async ({ id }) => {
      const rollup = await readFile(`/proc/${id}/smaps_rollup`, 'utf8').catch(() => '')
      return Number(/^Pss:\s+(\d+)/m.exec(rollup)?.[1] ?? 0) / 1024
    })
  return Math.max(...(await Promise.all(sizes)))
}

const hashOf = (net: string) => `#${new URLSearchParams({ net, batch: '32' })}`

async function isRunning(page: Page): Promise<void> {
  await page.waitForSelector('[data-testid=status][data-state=running]', { timeout: 60_000 })
}

describe.skipIf(executablePath === undefined)('the Studio (skipped where no Chromium is installed)', () => {
  it('starts on 10,000 photographs of 224 pixels within ten seconds, and stays below 1 GB', async () => {
    const photos = join(folder, 'photos')
    await drawPhotos(photos, 10_000, 224)
    const net = 'INPUT 224x224x3 -> [CONV3-16 s2 -> RELU]*3 -> GAP -> FC-4'
    const { page, faults, context } = await openStudio(browser, site.local, { hash: hashOf(net), ready: false })
    await page.getByRole('button', { name: 'Images', exact: true }).click()
    await page.getByTestId('folder').setInputFiles(photos)
    const dropped = performance.now()
    await page.locator('[data-testid=train-on-these]:not([disabled])').click({ timeout: 60_000 })
    await isRunning(page)
    const started = (performance.now() - dropped) / 1000
    let most = 0
    for (let i = 0; i < 12; i++) {
      await page.waitForTimeout(5000)
      most = Math.max(most, await megabytesOf())
    }
    console.log(`first step after ${started.toFixed(1)} s, at most ${Math.round(most)} MB in a minute`)
    expect(faults).toEqual([])
    expect(most).toBeLessThan(1000)
    expect(started).toBeLessThan(10)
    await context.close()
  }, 600_000)

  it('reads a photo of 40 megapixels', async () => {
    const photo = join(folder, 'large.jpg')
    const noise = { type: 'gaussian' as const, mean: 128, sigma: 30 }
    const large = sharp({ create: { width: 8000, height: 5000, channels: 3, noise, background: '#888' } })
    await writeFile(photo, await large.jpeg().toBuffer())
    const { page, faults, context } = await openStudio(browser, site.local)
    await page.getByTestId('photo-file').setInputFiles(photo)
    await expect.poll(() => page.getByTestId('guess').count(), { timeout: 60_000 }).toBeGreaterThan(0)
    expect(faults).toEqual([])
    await context.close()
  })

  it('draws 60 frames a second while it trains', async () => {
    const { page, context } = await openStudio(browser, site.local)
    await isReady(page)
    await page.getByTestId('start').click()
    await isRunning(page)
    const perSecond = await page.evaluate(async () => {
      const times: number[] = []
      await new Promise<void>((resolve) => {
        const frame = (time: number) => {
          times.push(time)
          if (time - (times[0] as number) < 8000) requestAnimationFrame(frame)
          else resolve()
        }
        requestAnimationFrame(frame)
      })
      return ((times.length - 1) * 1000) / ((times.at(-1) as number) - (times[0] as number))
    })
    console.log(`${perSecond.toFixed(1)} frames a second`)
    // One or two of 480 frames may fall to the machine's other work.
    expect(perSecond).toBeGreaterThan(59)
    await context.close()
  })
})
