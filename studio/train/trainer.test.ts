/** The training in the worker: it learns, pauses, changes, refuses with an offer, and lets go of what it replaces. */

import { dataset } from 'lenslet/data'
import { parse } from 'lenslet/notation'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { EngineContext } from '../engine/context.ts'
import { faultOf } from '../engine/fault.ts'
import { Session } from '../engine/session.ts'
import type { Settings, TrainEvents, TrainProgress } from './messages.ts'
import { judge } from './testing.ts'
import { Trainer } from './trainer.ts'

const text = 'INPUT 4x4x1 -> CONV3-4 -> RELU -> FC-2 -> SOFTMAX'
const settings: Settings = { batch: 8, optimizer: 'adam', rate: 0.02, schedule: 'constant', epochs: 6, augment: '' }

/** Bright in the left half, or in the right one. */
const halves = (count: number) => {
  const labels = Uint8Array.from({ length: count }, (_, i) => i % 2)
  const images = Uint8Array.from({ length: 16 * count }, (_, at) => {
    const [image, column] = [Math.floor(at / 16), at % 4]
    return column < 2 === (image % 2 === 0) ? 180 + ((at * 37) % 60) : (at * 53) % 60
  })
  return { height: 4, width: 4, channels: 1, images, labels }
}
const data = dataset({ name: 'halves', classes: ['left', 'right'], train: halves(80), test: halves(40) })

let events: TrainProgress[] = []
let failed: TrainEvents['train.failed'][] = []
let session: Session
let trainer: Trainer

beforeEach(() => {
  events = []
  failed = []
  session = new Session()
  const tell = (kind: string, event: object) => {
    if (kind === 'train.progress') events.push(event as TrainProgress)
    if (kind === 'train.failed') failed.push(event as TrainEvents['train.failed'])
  }
  trainer = new Trainer({ session, tell } as unknown as EngineContext)
})

afterEach(() => session.between(() => session.replace(undefined, 'none')))

const begin = (change: Partial<Settings> = {}, network = text) => ({
  network: parse(network),
  data,
  seed: 1,
  settings: { ...settings, ...change },
})

const ended = (...states: readonly string[]) =>
  vi.waitFor(() => expect(states).toContain(events.at(-1)?.state), { timeout: 20_000, interval: 5 })

async function faultFrom(task: Promise<unknown>) {
  const error = await task.then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  return faultOf(error, text)
}

test('it trains to the end, tests before and after, and goes on when there are more epochs', async () => {
  const model = await trainer.prepare(begin())
  expect(session.model).toBe(model)
  expect(session.data).toBe(data)
  expect(events.at(-1)).toMatchObject({ state: 'ready', step: 0, epochs: 6 })
  trainer.start()
  await ended('done')
  expect(events.at(-1)).toMatchObject({ step: 60, epoch: 6, tested: { count: 40, of: 40 } })
  const tests = events.flatMap(({ tested }) => tested ?? [])
  expect(tests[0]?.epoch).toBe(0)
  expect(tests.at(-1)?.accuracy).toBe(1)
  expect(tests.at(-1)?.confusion).toEqual([
    [20, 0],
    [0, 20],
  ])
  // Nothing is lost between two events: the last point is that of the last step.
  expect(events.findLast(({ trained }) => trained !== undefined)?.trained?.epoch).toBe(6)
  await trainer.change({ ...settings, epochs: 7 })
  expect(events.at(-1)?.state).toBe('paused')
  trainer.start()
  await ended('done')
  expect(events.at(-1)?.step).toBe(70)
})

test('a step is one step; settings change between two', async () => {
  await trainer.prepare(begin())
  await trainer.step()
  expect(events.at(-1)).toMatchObject({ state: 'paused', step: 1, rate: 0.02 })
  expect(await trainer.change({ ...settings, rate: 0.005, augment: 'crop1' })).toEqual({ isOptimizerNew: false })
  await trainer.step()
  expect(events.at(-1)).toMatchObject({ step: 2, rate: 0.005 })
  expect(await trainer.change({ ...settings, optimizer: 'momentum' })).toEqual({ isOptimizerNew: true })
  expect((await faultFrom(trainer.change({ ...settings, augment: 'crop99' }))).message).toMatch(/crop/)
  expect((await faultFrom(trainer.change({ ...settings, optimizer: 'adamantium' }))).message).toMatch(/optimizer/)
  await trainer.step()
  expect(events.at(-1)?.step).toBe(3)
})

test('a question is answered between two steps, and a pause ends the training at once', async () => {
  const model = await trainer.prepare(begin({ epochs: 100_000 }))
  trainer.start()
  await vi.waitFor(() => expect(events.at(-1)?.step).toBeGreaterThan(20), { interval: 5 })
  // Reading weights within a step is an error of the library: here it never happens.
  for (let i = 0; i < 20; i++) await session.between(() => model.weights.get('conv1.filters'))
  trainer.pause()
  await ended('paused')
  const { step } = events.at(-1) as TrainProgress
  await session.between(() => undefined)
  await new Promise((resolve) => setTimeout(resolve, 20))
  expect(events.at(-1)?.step).toBe(step)
})

test('a reset disposes of the model before, also while it trains', async () => {
  const first = await trainer.prepare(begin({ epochs: 100_000 }))
  trainer.start()
  await vi.waitFor(() => expect(events.at(-1)?.step).toBeGreaterThan(3), { interval: 5 })
  const second = await trainer.prepare(begin())
  await expect(first.predict(new Float32Array(16))).rejects.toThrow(/disposed/)
  expect(session.model).toBe(second)
  expect(events.at(-1)).toMatchObject({ state: 'ready', step: 0 })
  trainer.start()
  await ended('done')
  expect(failed).toEqual([])
})

test.each([
  ['INPUT 5x5x1 -> FC-2', {}, { kind: 'input', height: 4, width: 4, channels: 1 }, /do not fit the network/],
  ['INPUT 4x4x1 -> FC-3', {}, { kind: 'output', classes: 2 }, /./],
  [text, { batch: 81 }, { kind: 'batch', batch: 80 }, /larger than the training split/],
] as const)('%s with %j is refused with an offer', async (network, change, offer, message) => {
  const fault = await faultFrom(trainer.prepare(begin(change, network)))
  expect(fault.message).toMatch(message)
  expect(fault.offer).toEqual(offer)
  expect(session.model).toBeUndefined()
  // The page goes on.
  await trainer.prepare(begin())
})

test('a training that a tab has no memory for is refused before anything is allocated', async () => {
  const fault = await faultFrom(trainer.prepare(begin({}, 'INPUT 4x4x1 -> [CONV3-20000]*3 -> FC-2')))
  expect(fault).toMatchObject({ message: 'this training is too large for a browser tab' })
  expect(fault.offer).toBeUndefined()
  const smaller = await faultFrom(trainer.prepare(begin({ batch: 10_000_000 })))
  expect(smaller.offer?.kind).toBe('batch')
})

test('a loss that is not finite stops the training, and a lower rate is offered', async () => {
  // Labels that the images do not tell: whatever the scores, some are wrong.
  const { images } = halves(80)
  const train = { ...halves(80), images: images.map((value, at) => (at < 640 ? value : 255 - value)) }
  const mixed = dataset({ name: 'mixed', classes: ['left', 'right'], train, test: halves(40) })
  await trainer.prepare({ ...begin({ rate: 1e30 }, 'INPUT 4x4x1 -> CONV3-4 -> FC-2'), data: mixed })
  trainer.start()
  await ended('failed')
  expect(failed[0]?.fault.message).toMatch(/finite/)
  expect(failed[0]?.fault.offer).toEqual({ kind: 'rate', rate: 0.001 })
})

test('the images of a cell, and the worst mistakes', async () => {
  const model = await trainer.prepare(begin())
  const all = (question: Parameters<typeof judge>[2]) =>
    judge(model, data.test, question, (use) => session.between(use))
  const cells = await Promise.all(
    [0, 1].flatMap((actual) => [0, 1].map((predicted) => all({ cell: { actual, predicted }, most: 40 }))),
  )
  expect(cells.flat()).toHaveLength(40)
  const wrong = await all({ most: 40 })
  expect(wrong.map(({ index }) => index).sort()).toEqual(
    [...(cells[1] ?? []), ...(cells[2] ?? [])].map(({ index }) => index).sort(),
  )
  const sure = wrong.map(({ probability }) => probability)
  expect(sure).toEqual([...sure].sort((a, b) => a - b))
  const [first] = cells.flat()
  expect(first?.pixels).toHaveLength(64)
  expect(first?.pixels[0]).toBe(data.test.images[16 * (first?.index ?? 0)])
  expect(await all({ most: 0 })).toEqual([])
})
