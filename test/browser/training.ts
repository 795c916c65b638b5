// The training page of docs/browser.md, opened in a browser, and the same training by Node from the sources.

import type { BrowserContext, Page } from 'playwright-core'
import { expect } from 'vitest'
import { type Dataset, Model, parse, train } from '../../src/index.ts'

/** What a training said and left. */
export interface Training {
  readonly description: string
  /** One an epoch. */
  readonly losses: readonly number[]
  /** On the test digits, one an epoch. */
  readonly accuracies: readonly number[]
  /** Bytes of the model's file. */
  readonly model: Uint8Array
}

export interface PageTraining extends Training {
  readonly crossOriginIsolated: boolean
  readonly workersStarted: number
  /** What the browser wrote into the console as errors, and errors that nobody caught. */
  readonly complaints: readonly string[]
}

export function complaintsOf(page: Page): readonly string[] {
  const complaints: string[] = []
  page.on('pageerror', (error) => complaints.push(String(error)))
  page.on('console', (message) => {
    // Browsers ask for an icon that nobody mentioned.
    const ours = message.type() === 'error' && !message.location().url.endsWith('/favicon.ico')
    if (ours) complaints.push(message.text())
  })
  return complaints
}

/** Opens the page and waits until it has offered its model and no worker of it is left. */
export async function trainInPage(context: BrowserContext, address: string): Promise<PageTraining> {
  const page = await context.newPage()
  const complaints = complaintsOf(page)
  let workersStarted = 0
  page.on('worker', () => workersStarted++)
  await page.goto(address)
  const log = page.locator('#log')
  const link = page.locator('#model')
  await link
    .filter({ visible: true })
    .waitFor({ timeout: 40_000 })
    .catch(async (cause) => {
      throw new Error([await log.innerText(), ...complaints].join('\n'), { cause })
    })
  const epochs = (await log.innerText()).trim().split('\n')
  const description = epochs.pop() ?? ''
  const numbers = epochs.map((line) => /^epoch \d+: loss (.*), test accuracy (.*)$/.exec(line)?.slice(1).map(Number))
  const model = await page.evaluate(
    async (href) => [...new Uint8Array(await (await fetch(href)).arrayBuffer())],
    (await link.getAttribute('href')) as string,
  )
  await expect.poll(() => page.workers().length, { message: 'workers left', timeout: 5000 }).toBe(0)
  const training = {
    description,
    losses: numbers.map((pair) => pair?.[0] ?? Number.NaN),
    accuracies: numbers.map((pair) => pair?.[1] ?? Number.NaN),
    model: Uint8Array.from(model),
    crossOriginIsolated: await page.evaluate(() => crossOriginIsolated),
    workersStarted,
    complaints,
  }
  await page.close()
  return training
}

/** What the page's lines say, by Node. */
export async function trainInNode(page: string, digits: Dataset): Promise<Training> {
  const [, notation] = /parse\('(INPUT .*?)'\)/.exec(page) ?? []
  const [, epochs] = /epochs: (\d+), seed: 1\b/.exec(page) ?? []
  if (notation === undefined || epochs === undefined) throw new Error('the page names no network or no epochs')
  const model = await Model.create(parse(notation), { seed: 1 })
  const losses: number[] = []
  const accuracies: number[] = []
  for await (const progress of train(model, digits, { epochs: Number(epochs), seed: 1 })) {
    if (progress.kind !== 'epoch') continue
    losses.push(progress.loss)
    accuracies.push(progress.evaluation?.accuracy ?? Number.NaN)
  }
  const training = { description: model.description, losses, accuracies, model: model.encode() }
  await model.dispose()
  return training
}
