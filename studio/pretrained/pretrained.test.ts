/** A given network: read, refused with a reason, fitted to other classes, and trained behind its frozen layers. */

import { dataset } from 'lenslet/data'
import { encodeModel, Model } from 'lenslet/model'
import { parse } from 'lenslet/notation'
import { evaluate } from 'lenslet/train'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { EngineContext } from '../engine/context.ts'
import { Session } from '../engine/session.ts'
import type { TrainProgress } from '../train/messages.ts'
import { Trainer } from '../train/trainer.ts'
import { beginningFor, handlers } from './engine.ts'

const text = 'INPUT 4x4x1 -> CONV3-8 -> RELU -> GAP -> FC-5 -> SOFTMAX'

/** Bright in the left half, or in the right one. */
const halves = (count: number) => ({
  height: 4,
  width: 4,
  channels: 1,
  labels: Uint8Array.from({ length: count }, (_, i) => i % 2),
  images: Uint8Array.from({ length: 16 * count }, (_, at) => {
    const isLeft = Math.floor(at / 16) % 2 === 0
    return (at % 4 === 0) === isLeft ? 200 + ((at * 37) % 50) : (at * 53) % 60
  }),
})
const data = dataset({ name: 'halves', classes: ['left', 'right'], train: halves(80), test: halves(40) })
const settings = { batch: 8, optimizer: 'adam', rate: 0.05, schedule: 'constant', epochs: 4, augment: '' }

let session: Session
let context: EngineContext
let events: [kind: string, event: unknown][]

beforeEach(() => {
  session = new Session()
  events = []
  context = { session, tell: (kind: string, event: unknown) => events.push([kind, event]) } as unknown as EngineContext
})
afterEach(() => session.between(() => session.replace(undefined, 'none')))

async function given(name = 'net.lenslet'): Promise<File> {
  await using model = await Model.create(parse(text), {
    seed: 4,
    info: { normalization: { mean: [0.5], std: [0.25] } },
  })
  return new File([encodeModel(await fileOf(model))], name)
}

async function fileOf(model: Model) {
  return { network: model.network, info: model.info, tensors: await model.snapshot() }
}

const read = async (...files: readonly File[]) => handlers['pretrained.read']({ files }, context)

test('says what it is, and is the model that is tried', async () => {
  const facts = await read(await given())
  expect(facts).toMatchObject({
    name: 'net.lenslet',
    input: { height: 4, width: 4, channels: 1 },
    scores: 5,
    head: 'fc1',
    stops: ['conv1'],
    preparation: ['mean 0.5; deviation 0.25'],
  })
  await handlers['pretrained.use']({}, context)
  expect(session.model?.network.nodes).toHaveLength(6)
})

test('what is no model is refused, and the one before stays', async () => {
  await read(await given())
  await expect(read(new File(['hello'], 'notes.txt'))).rejects.toThrow('notes.txt is not a model')
  await expect(read(new File([new Uint8Array(900)], 'net.onnx'))).rejects.toThrow('net.onnx is not a model')
  const cut = new Uint8Array(await (await given()).arrayBuffer()).slice(0, -40)
  await expect(read(new File([cut], 'net.lenslet'))).rejects.toThrow()
  await handlers['pretrained.use']({}, context)
  expect(session.model).toBeDefined()
})

test('is fitted to the classes, with settings that suit what learns', async () => {
  await read(await given())
  const tune = (freeze: 'all-but-head' | 'none') =>
    handlers['pretrained.tune']({ classes: ['left', 'right'], count: 80, freeze }, context)
  expect(await tune('all-but-head')).toMatchObject({ optimizer: 'adamw', rate: 2e-3, augment: '' })
  const { text: fitted, rate } = (await tune('none')) as { text: string; rate: number }
  expect(fitted).toContain('FC-2')
  expect(rate).toBe(3e-4)
  expect(() => beginningFor(parse(`${fitted} -> RELU`), 'none')).toThrow('not the network that was trained')
})

test.each(['all-but-head', 'until:conv1', 'none'] as const)('learns with %s frozen', async (freeze) => {
  await read(await given())
  const network = parse(text.replace('FC-5', 'FC-2'))
  const { frozen, model: make } = beginningFor(network, freeze)
  const trainer = new Trainer(context)
  const model = await trainer.prepare({ network, data, settings, seed: 1, frozen }, (of) => make(of, 1))
  const before = [...model.weights.get('conv1.filters')]
  trainer.start()
  const state = () => (events.findLast(([kind]) => kind === 'train.progress')?.[1] as TrainProgress | undefined)?.state
  await vi.waitFor(() => expect(state()).toBe('done'), { timeout: 20_000, interval: 5 })
  expect([...model.weights.get('conv1.filters')].every((value, i) => value === before[i])).toBe(freeze !== 'none')
  const told = events.findLast(([, event]) => (event as TrainProgress).tested !== undefined)?.[1] as
    | TrainProgress
    | undefined
  const found = await evaluate(model, data.test)
  // What was tested behind the frozen layers is what the whole model gives.
  expect(told?.tested?.accuracy).toBe(found.accuracy)
  expect(found.loss).toBeLessThan(0.69)
  expect(events.some(([kind]) => kind === 'train.features')).toBe(freeze !== 'none')
  if (freeze !== 'none')
    await expect(trainer.change({ ...settings, augment: 'crop1' })).rejects.toThrow('the frozen layers have seen')
  await session.between(() => trainer.leave())
})
