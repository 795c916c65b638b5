// What holds of the Studio as a whole: isolation on any host, offline, memory, accessibility.

import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import type { Browser, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { executablePath, launch } from '../browser/chromium.ts'
import { accuracyOf, isReady, openStudio, type Site, startSite } from './site.ts'

let browser: Browser
let plain: Site
let isolated: Site
beforeAll(async () => {
  plain = await startSite({ isolated: false })
  isolated = await startSite({ isolated: true })
  // Memory is measured when the garbage is gone.
  browser = await launch('--js-flags=--expose-gc')
}, 120_000)
afterEach(async () => {
  // Of a test that failed: it must not take time and memory from the next.
  for (const context of browser.contexts()) await context.close()
})
afterAll(async () => {
  await browser?.close()
  plain?.close()
  isolated?.close()
})

const axe = () => readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

/** Serious and critical issues, as `rule: element`. */
async function issuesOf(page: Page, source: string): Promise<string[]> {
  // The page's policy lets nobody add a script; a devtools session may.
  await page.evaluate(source)
  return page.evaluate(async () => {
    const { violations } = await (globalThis as unknown as AxeGlobal).axe.run()
    return violations
      .filter(({ impact }) => impact === 'serious' || impact === 'critical')
      .flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html.slice(0, 200)}`))
  })
}
interface AxeGlobal {
  readonly axe: {
    run(): Promise<{ violations: readonly { id: string; impact: string; nodes: readonly { html: string }[] }[] }>
  }
}

const collect = () => (globalThis as unknown as { gc(): void }).gc()

/** Memory that the process of the only page holds, with its workers and what WebAssembly uses. (`measureUserAgentSpecificMemory` waits for sleeping threads.) */
async function privateBytesOf(): Promise<number> {
  const session = await browser.newBrowserCDPSession()
  const { processInfo } = await session.send('SystemInfo.getProcessInfo')
  await session.detach()
  const sizes = processInfo
    .filter(({ type }) => type === 'renderer')
    .map(async ({ id }) => {
      const status = await readFile(`/proc/${id}/status`, 'utf8').catch(() => '')
      return 1024 * Number(/RssAnon:\s+(\d+)/.exec(status)?.[1] ?? 0)
    })
  return Math.max(...(await Promise.all(sizes)))
}

describe.skipIf(executablePath === undefined)('the Studio (skipped where no Chromium is installed)', () => {
  it.each([
    ['a host without headers', () => plain.named],
    ['a host with headers', () => isolated.named],
  ])('on %s is isolated, and works offline once it was loaded', async (_, address) => {
    const { page, context, faults } = await openStudio(browser, address(), { ready: false })
    await page.waitForFunction(() => crossOriginIsolated && navigator.serviceWorker.controller !== null)
    await isReady(page)
    expect(await page.getByTestId('one-thread').count()).toBe(0)
    await page.waitForFunction(async () => (await caches.match('data/digits.bin')) !== undefined)
    await context.setOffline(true)
    await page.reload()
    await isReady(page)
    await page.getByTestId('start').click()
    await expect.poll(() => accuracyOf(page), { timeout: 60_000 }).toBeGreaterThan(0.6)
    expect(faults).toEqual([])
    await context.close()
  })

  it('trains on one thread where the browser gives it no shared memory, and says why', async () => {
    const { page, context, faults } = await openStudio(browser, plain.local, { serviceWorkers: 'block' })
    expect(await page.getByTestId('one-thread').textContent()).toMatch(/not isolated/)
    await page.getByTestId('start').click()
    await expect.poll(() => accuracyOf(page), { timeout: 60_000 }).toBeGreaterThan(0.6)
    expect(faults.filter((fault) => !/service ?worker/i.test(fault))).toEqual([])
    await context.close()
  })

  it.skipIf(process.platform !== 'linux')('keeps its memory over 1,000 steps and ten resets', async () => {
    const { page, context } = await openStudio(browser, isolated.local)
    const measure = async () => {
      const all: number[] = []
      for (let i = 0; i < 3; i++) {
        // Those of threads sleep until there is work.
        for (const worker of page.workers()) if (!worker.url().startsWith('blob:')) await worker.evaluate(collect)
        await page.evaluate(collect)
        await page.waitForTimeout(300)
        all.push(await privateBytesOf())
      }
      return Math.min(...all)
    }
    const epochIs = (least: number) =>
      page.waitForFunction(
        (wanted) =>
          Number.parseFloat(document.querySelector('[data-testid=epoch]')?.textContent?.slice(6) ?? '') >= wanted,
        least,
      )
    const steps = async (epochs: number) => {
      await page.getByTestId('start').click()
      await epochIs(epochs)
      await page.getByTestId('start').click()
      await page.waitForSelector('[data-testid=status][data-state=paused]')
    }
    const resets = async () => {
      for (let i = 0; i < 10; i++) {
        // Its arena is in use.
        await page.getByTestId('step').click()
        await page.waitForSelector('[data-testid=status][data-state=paused]')
        await page.getByTestId('reset').click()
        await isReady(page)
      }
    }
    const round = async () => {
      // 94 steps an epoch.
      await steps(11.7)
      await resets()
      await steps(1)
    }
    // Everything that is made once, and code that is compiled when it is used often, is there after the first.
    await round()
    const before = await measure()
    await round()
    const after = await measure()
    console.log(`memory: ${(before / 2 ** 20).toFixed(1)} MiB before, ${(after / 2 ** 20).toFixed(1)} after`)
    // The arena is 4.1 MiB: one that were left behind by each reset would be 41.
    expect(after - before).toBeLessThan(20 * 2 ** 20)
    await context.close()
  })

  it.each(['light', 'dark'] as const)('has no serious issue of accessibility, %s', async (colorScheme) => {
    const { page, context } = await openStudio(browser, isolated.local, { colorScheme })
    const source = await axe()
    await page.locator('#group-conv1').click()
    await page.getByTestId('start').click()
    await expect.poll(() => accuracyOf(page), { timeout: 60_000 }).toBeGreaterThan(0.5)
    await page.getByTestId('start').click()
    const found: string[] = await issuesOf(page, source)
    for (const name of ['Convolution', 'Filters', 'Activations', 'What matters', 'Statistics']) {
      await page.getByRole('tab', { name }).click()
      await page.waitForTimeout(500)
      found.push(...(await issuesOf(page, source)))
    }
    for (const name of ['Examples', 'Images', 'Trained network', 'Take away']) {
      await page.getByRole('button', { name, exact: true }).click()
      await page.waitForTimeout(500)
      found.push(...(await issuesOf(page, source)))
      await page.keyboard.press('Escape')
    }
    expect([...new Set(found)]).toEqual([])
    await context.close()
  })
})
