/** What a model says of kernels and threads: before its first run what is expected, from then on what runs. */

import { afterEach, expect, it, vi } from 'vitest'
import { platform } from '#platform'
import { parse } from '../notation/parse.ts'
import { WorkerStartError } from '../platform/errors.ts'
import { Model, type ModelOptions } from './index.ts'

const network = parse('INPUT 4x4x1 -> CONV3-4 -> RELU -> FC-2')
afterEach(() => vi.restoreAllMocks())

async function said(options: ModelOptions) {
  await using model = await Model.create(network, options)
  const say = () => ({ threads: model.threads, description: model.description })
  const before = say()
  await model.predict(new Float32Array(16))
  return { before, after: say() }
}

it('is the same before and after where all goes as expected', async () => {
  const two = await said({ threads: 2 })
  expect(two.before.threads).toBe(2)
  expect(two.before.description).toMatch(/^wasm, \w+ kernels \(.*\), 2 threads$/)
  expect(two.after.threads).toBe(2)
  expect(two.after.description).toMatch(/^wasm, \w+ kernels \(.*\), 2 threads$/)
  const reference = await said({ backend: 'reference', threads: 2 })
  expect(reference.before).toEqual({ threads: 1, description: 'reference: float64, plain loops, one thread' })
  expect(reference.after).toEqual(reference.before)
})

it('is one thread from the beginning where memory cannot be shared, whatever was asked for', async () => {
  vi.spyOn(platform, 'whyNoThreads').mockReturnValue('the page is not cross-origin isolated')
  const { before, after } = await said({ threads: 4 })
  for (const { threads, description } of [before, after]) {
    expect(threads).toBe(1)
    expect(description).toMatch(/, 1 thread: the page is not cross-origin isolated$/)
  }
})

it('changes where workers turn out to be refused', async () => {
  const refuse = () => {
    throw new WorkerStartError('the browser gave no worker', { advice: 'allow worker-src blob:' })
  }
  vi.spyOn(platform, 'startWorker').mockImplementation(refuse)
  const { before, after } = await said({ threads: 2 })
  expect(before.threads).toBe(2)
  expect(after.threads).toBe(1)
  expect(after.description).toMatch(/, 1 thread: the browser gave no worker; allow worker-src blob:$/)
})
