/** Looks give the model's own numbers, and leave the model as it is. */

import { type Dataset, dataset } from 'lenslet/data'
import { upscale } from 'lenslet/insight'
import { Model } from 'lenslet/model'
import { parse } from 'lenslet/notation'
import { beforeAll, expect, test } from 'vitest'
import { type EngineContext, Moved } from '../engine/context.ts'
import { Session } from '../engine/session.ts'
import type { Answer, Ask, CallKind } from '../messages.ts'
import { handlers } from './engine.ts'
import type { LookCalls } from './messages.ts'

const text = 'INPUT 8x8x1 -> CONV3-4 -> RELU -> POOL2 -> CONV3-6 -> RELU -> FC-3 -> SOFTMAX'
const session = new Session()
const told: unknown[] = []
const context: EngineContext = { session, tell: (_, event) => told.push(event) }
let data: Dataset
let model: Model

async function ask<K extends CallKind & keyof LookCalls>(kind: K, question: Omit<Ask<K>, 'text'>): Promise<Answer<K>> {
  const handler = handlers[kind] as (ask: unknown, context: EngineContext) => unknown
  const answer = await handler({ text, ...question }, context)
  return (answer instanceof Moved ? answer.answer : answer) as Answer<K>
}

beforeAll(async () => {
  const images = Uint8Array.from({ length: 12 * 64 }, (_, index) => (index * 37 + (index >> 6) * 11) % 256)
  const labels = Uint8Array.from({ length: 12 }, (_, index) => index % 3)
  const split = { height: 8, width: 8, channels: 1, images, labels }
  data = dataset({ classes: ['a', 'b', 'c'], train: split, test: split })
  model = await Model.create(parse(text), { seed: 7, threads: 1 })
  model.info = { classes: [...data.classes], normalization: data.normalization }
  model.weights.set('conv2.bias', new Float32Array(6).fill(-100))
})

const image = { from: 'test', index: 4 } as const

test('before there is a model, a design is seen with the weights that it starts from, on a pattern', async () => {
  const shown = await ask('look.image', { image })
  expect(shown).toMatchObject({ of: 'start', from: 'pattern', volume: { height: 8, width: 8, channels: 1 } })
  expect(shown.counts).toEqual({ train: 0, test: 0 })
  expect(new Set(shown.bytes).size).toBeGreaterThan(2)
  const { values } = await ask('look.filters', { layer: 'conv1' })
  const fresh = await Model.create(parse(text), { seed: 1 })
  expect(values[0]).toBe(fresh.weights.get('conv1.filters')[0])
  await fresh.dispose()
})

test('afterwards, the model and its data are seen', async () => {
  session.data = data
  await session.replace(model, 'new')
  const shown = await ask('look.image', { image })
  expect(shown).toMatchObject({ of: 'model', from: 'test', index: 4, label: 'b', counts: { train: 12, test: 12 } })
  expect([...shown.bytes]).toEqual([...data.test.images.subarray(4 * 64, 5 * 64)])
  expect(shown.guesses.reduce((sum, { probability }) => sum + probability, 0)).toBeCloseTo(1, 5)
  expect((await ask('look.image', { image: { from: 'train', index: 99 } })).index).toBe(11)
})

test('what was drawn is seen as it is', async () => {
  const pixels = Uint8ClampedArray.from({ length: 4 * 64 }, (_, index) => (index % 4 === 3 ? 255 : (index >> 2) * 3))
  const shown = await ask('look.image', { image: { from: 'tried', pixels: { height: 8, width: 8, pixels } } })
  expect([...shown.bytes]).toEqual(Array.from({ length: 64 }, (_, index) => 3 * index))
  expect(shown.label).toBeUndefined()
})

test('filters: channel by channel, with their norms', async () => {
  const { shape, values, filters, channels, norms, seesImage } = await ask('look.filters', { layer: 'conv2' })
  expect([shape, filters, channels, seesImage]).toEqual([[3, 3, 4, 6], 6, 4, false])
  const weights = model.weights.get('conv2.filters')
  // Filter 2, channel 3, row 1, column 2.
  expect(values[(2 * 4 + 3) * 9 + 5]).toBe(weights[((1 * 3 + 2) * 4 + 3) * 6 + 2])
  expect(norms).toHaveLength(6)
  await expect(ask('look.filters', { layer: 'pool1' })).rejects.toThrow(/no filters/)
})

test('activations: every layer at a glance, and the maps of one', async () => {
  const { layers, chosen } = await ask('look.activations', { image, layer: 'relu1' })
  expect(layers.map(({ layer }) => layer)).toEqual(['conv1', 'relu1', 'pool1', 'conv2', 'relu2', 'fc1', 'softmax1'])
  const dead = layers.find(({ layer }) => layer === 'relu2')
  expect(dead).toMatchObject({ zeros: 1, silent: 6, peak: 0 })
  expect(chosen?.maps).toHaveLength(4)
  const [first] = chosen?.maps ?? []
  expect(first?.peak).toBe(chosen?.most)
  expect(Math.max(...(first?.values ?? []))).toBe(first?.peak)
})

test('a unit has a value, a window, and pixels that it depends on', async () => {
  const { value, window, inside, influence } = await ask('look.field', {
    image,
    ...{ layer: 'conv1', channel: 1, position: [0, 7] },
  })
  const { chosen } = await ask('look.activations', { image, layer: 'conv1' })
  expect(value).toBe(chosen?.maps.find(({ channel }) => channel === 1)?.values[7])
  expect(window).toEqual({ top: -1, left: 6, height: 3, width: 3 })
  expect(inside).toEqual({ top: 0, left: 6, height: 2, width: 2 })
  expect(influence[0 * 8 + 7]).toBeGreaterThan(0)
  expect(influence[5 * 8 + 2]).toBe(0)
})

test('maps of what matters: of the image or of a layer; a later question ends one before', async () => {
  const ended = ask('look.matters', { image, method: 'smoothGrad' })
  const cam = await ask('look.matters', { image, method: 'gradCam', target: 2 })
  expect(await ended).toBeUndefined()
  expect(cam).toMatchObject({ shape: [4, 4], layer: 'relu2', label: 'c' })
  expect(upscale(cam?.map ?? [], { height: 4, width: 4 }, { height: 8, width: 8 })).toHaveLength(64)
  const occluded = await ask('look.matters', { image, method: 'occlusion' })
  expect(occluded?.signed).toBe(true)
  expect(told.length).toBeGreaterThan(0)
})

test('statistics: weights, gradients of a batch, dead units', async () => {
  const { weights, dead, batch, images, loss } = await ask('look.statistics', {})
  expect(weights.map(({ name }) => name)).toContain('conv1.filters')
  // Behind a dead ReLU nothing learns but the last bias.
  expect(weights.find(({ name }) => name === 'conv1.filters')?.gradient).toMatchObject({ norm: 0, zeros: 36 })
  expect(weights.find(({ name }) => name === 'fc1.bias')?.gradient?.norm).toBeGreaterThan(0)
  expect(dead.find(({ layer }) => layer === 'relu2')).toMatchObject({ units: 96, dead: 96, channels: 6 })
  expect([batch, images]).toEqual([12, 12])
  expect(loss).toBeGreaterThan(0)
})

test('a layer step by step', async () => {
  const { shown } = await ask('look.layer', { image, layer: 'conv1', filters: [3] })
  expect(shown).toMatchObject({ kind: 'convolution', filters: [3] })
  expect((await ask('look.layer', { image, layer: 'pool1' })).shown.kind).toBe('pooling')
})

test('nothing of this has changed the model, and looks wait for their turn', async () => {
  let isOver = false
  const busy = session.between(async () => {
    await new Promise((resolve) => setTimeout(resolve, 20))
    isOver = true
  })
  await ask('look.filters', { layer: 'conv1' })
  expect(isOver).toBe(true)
  await busy
  const again = await Model.create(parse(text), { seed: 7 })
  again.weights.set('conv2.bias', new Float32Array(6).fill(-100))
  for (const name of model.weights.names) expect(model.weights.get(name)).toEqual(again.weights.get(name))
  await again.dispose()
})

test('a network that is too large is refused in words', async () => {
  const handler = handlers['look.filters']
  const huge = { text: 'INPUT 64x64x3 -> FC-20000', layer: 'fc1' }
  await expect(async () => handler(huge, context)).rejects.toThrow(/too large to look into/)
})
