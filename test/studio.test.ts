// The Studio in Chromium, in short: it loads, trains, sees a drawn digit, and gives the model away. `npm run test:studio` tries
// everything that a person can do.

import { readFile } from 'node:fs/promises'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Model } from '../src/model/model.ts'
import { executablePath, launch } from './browser/chromium.ts'
import { drawOne, openStudio, type Site, startSite } from './studio/site.ts'

describe.skipIf(executablePath === undefined)('the Studio (skipped where no Chromium is installed)', () => {
  let browser: Browser
  let site: Site
  beforeAll(async () => {
    site = await startSite({ isolated: true })
    browser = await launch()
  }, 120_000)
  afterAll(async () => {
    await browser?.close()
    site?.close()
  })

  it('trains, tries, and gives the model away, without an error or a request to another host', async () => {
    const { page, context, faults } = await openStudio(browser, site.local)
    await page.getByTestId('start').click()
    await page.waitForFunction(
      () => Number.parseFloat(document.querySelector('[data-testid=epoch]')?.textContent?.slice(6) ?? '') > 0.5,
    )
    await page.getByTestId('start').click()
    await page.waitForSelector('[data-testid=status][data-state=paused]')
    await drawOne(page)
    await page.waitForSelector('[data-testid=guess]')
    await page.getByRole('button', { name: 'Take away' }).click()
    const download = page.waitForEvent('download')
    await page.getByTestId('take-lenslet').click()
    await using model = await Model.load(await readFile(await (await download).path()))
    expect(model.info.classes).toEqual(Array.from('0123456789'))
    expect(faults).toEqual([])
    await context.close()
  })
})
