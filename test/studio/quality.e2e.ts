// What holds of the Studio as a whole: isolation on any host, offline, memory, accessibility.

import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { executablePath, launch } from '../browser/chromium.ts'
import { accuracyOf, isReady, openStudio, type Site, startSite } from './site.ts'

let browser: Browser
let plain: Site
let isolated: Site
beforeAll(async () => {
  plain = await startSite({ isolated: false })
  isolated = await startSite({ isolated: true })
  // Memory is measured at once, and not with the next collection of garbage.
  browser = await launch('--enable-blink-features=ForceEagerMeasureMemory')
}, 120_000)
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

describe.skipIf(executablePath === undefined)('the Studio (skipped where no Chromium is installed)', () => {
  it.each([
    ['a host without headers', () => plain.named],
    ['a host with headers', () => isolated.named],
  ])('on %s is isolated, and works offline once it was loaded', async (_, address) => {
    const { page, context, faults } = await openStudio(browser, address(), { ready: false })
    await page.waitForFunction(() => crossOriginIsolated && navigator.serviceWorker.controller !== null)
    await isReady(page)
    expect(await page.getByTestId('one-thread').count()).toBe(0)
    await page.waitForFunction(async () => (await caches.keys()).some((name) => name.endsWith(' data')))
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

  it('keeps its memory over 1,000 steps and ten resets', async () => {
    const { page, context } = await openStudio(browser, isolated.local)
    const measure = () =>
      page.evaluate(async () => {
        const measured = await (
          performance as unknown as { measureUserAgentSpecificMemory(): Promise<{ bytes: number }> }
        ).measureUserAgentSpecificMemory()
        return measured.bytes
      })
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
    // 94 steps an epoch. Everything that is made once is there after the first.
    await steps(1)
    const before = await measure()
    await steps(11.7)
    for (let i = 0; i < 10; i++) {
      await page.getByTestId('reset').click()
      await isReady(page)
    }
    await steps(1)
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
