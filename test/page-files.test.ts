// The files for pages, run by Node, against the sources: their parts come when they are needed, and every bit is the same.
// Threads and the ways of browsers are in browser.test.ts and predict-page.test.ts.

import { copyFile, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { build } from '../scripts/build.ts'
import { root } from '../scripts/files.ts'
import * as sources from '../src/index.ts'
import * as predicting from '../src/predict.ts'
import { notations } from './page-networks.ts'

type Front = typeof sources
type Predicting = typeof predicting

const dist = join(root, 'dist')
const load = async <T>(file: string, query = '') => (await import(`${pathToFileURL(file)}${query}`)) as T

const notationOfAll = 'INPUT 6x6x2 -> CONV3-4 -> BN -> ELU -> POOL2 -> LOCAL3-2 -> FC-3'

/** Two classes of twelve noisy images. */
function imagesFor({ dataset, Random }: Pick<Front, 'dataset' | 'Random'>) {
  const random = Random.seeded(3)
  const split = (count: number) => ({
    images: Uint8Array.from({ length: count * 72 }, () => random.integer(256)),
    labels: Uint8Array.from({ length: count }, (_, i) => i % 3),
    height: 6,
    width: 6,
    channels: 2,
  })
  return dataset({ classes: ['a', 'b', 'c'], train: split(12), test: split(6) })
}

let front: Front
let predict: Predicting
beforeAll(async () => {
  await build()
  // A page chooses its kernels by itself, so the sources must, too.
  vi.stubEnv('LENSLET_VARIANT', '')
  front = await load<Front>(join(dist, 'lenslet.browser.js'))
  predict = await load<Predicting>(join(dist, 'lenslet.predict.js'))
}, 120_000)
afterAll(() => void vi.unstubAllEnvs())

it('export what the sources export', () => {
  expect(Object.keys(front).toSorted()).toEqual(Object.keys(sources).toSorted())
  expect(Object.keys(predict).toSorted()).toEqual(Object.keys(predicting).toSorted())
})

describe.each(notations)('%s', (notation) => {
  it('has the scores of the sources, to the bit', async () => {
    const made = await sources.Model.create(sources.parse(notation), { seed: 5, threads: 1, batch: 2 })
    const { height, width, channels } = made.input
    const images = Float32Array.from({ length: 2 * height * width * channels }, (_, i) => Math.sin(i))
    const scores = await made.predict(images)
    for (const { Model } of [front, predict]) {
      const model = await Model.load(made.encode(), { batch: 2 })
      expect(await model.predict(images)).toEqual(scores)
      await model.dispose()
    }
    await made.dispose()
  })
})

it.each(['momentum', 'adam', 'adagrad', 'rmsprop'] as const)('train to the bits of the sources: %s', async (kind) => {
  const trained = async ({ Model, parse, train, ...rest }: Front) => {
    const model = await Model.create(parse(notationOfAll), { seed: 2, threads: 1 })
    const data = imagesFor(rest)
    for await (const _ of train(model, data, { epochs: 2, batch: 4, seed: 1, optimizer: kind, clipNorm: 5 })) {
      // Only the end counts.
    }
    const weights = [...(await model.snapshot())].map(([name, { values }]) => [name, [...values]])
    await model.dispose()
    return weights
  }
  expect(await trained(front)).toEqual(await trained(sources))
})

it('have the plain kernels for engines without relaxed SIMD, to the bit', async () => {
  const images = Float32Array.from({ length: 72 }, (_, i) => Math.cos(i))
  const scoresBy = async ({ Model, parse }: Pick<Front, 'Model' | 'parse'>, variant: string) => {
    const model = await Model.create(parse(notationOfAll), { seed: 2, threads: 1 })
    const scores = await model.predict(images)
    expect(model.description).toContain(`wasm, ${variant} kernels`)
    await model.dispose()
    return scores
  }
  const { validate } = WebAssembly
  // f32x4.relaxed_madd, in the probes of variants.ts.
  const isRelaxed = (bytes: Uint8Array) => bytes.some((byte, i) => byte === 0x85 && bytes[i + 1] === 0x02)
  const spied = vi
    .spyOn(WebAssembly, 'validate')
    .mockImplementation((bytes) => !isRelaxed(bytes as Uint8Array) && validate(bytes))
  const scores = await scoresBy(front, 'plain').finally(() => spied.mockRestore())
  vi.stubEnv('LENSLET_VARIANT', 'plain')
  const expected = await scoresBy(sources, 'plain').finally(() => vi.stubEnv('LENSLET_VARIANT', ''))
  expect(scores).toEqual(expected)
})

it('run the reference', async () => {
  const scoresBy = async ({ Model, parse }: Pick<Front, 'Model' | 'parse'>) => {
    const model = await Model.create(parse(notationOfAll), { seed: 2, backend: 'reference' })
    return model.predict(new Float32Array(72).fill(0.25))
  }
  expect(await scoresBy(front)).toEqual(await scoresBy(sources))
})

it('have one class of each error, also where the first file has another address', async () => {
  const other = await load<Front>(join(dist, 'lenslet.browser.js'), '?v=2')
  const model = await other.Model.create(other.parse(notationOfAll), { seed: 2 })
  const run = async () => {
    for await (const _ of other.train(model, imagesFor(other), {
      epochs: 9,
      batch: 4,
      optimizer: { kind: 'sgd', rate: 1e30 },
    }));
  }
  await expect(run()).rejects.toBeInstanceOf(other.DivergedError)
  await model.dispose()
})

it('refuse a backward pass in lenslet.predict.js, and say where there is one', async () => {
  const made = await sources.Model.create(sources.parse(notationOfAll), { seed: 1 })
  const model = await predict.Model.load(made.encode())
  for (const mode of ['training', 'gradients'] as const) {
    const error = await model.bind({ mode }).catch((thrown) => thrown)
    expect(error).toBeInstanceOf(predict.ArgumentError)
    expect(error.message).toMatch(new RegExp(`the goal ${mode}[\\s\\S]*import lenslet instead of lenslet/predict`))
  }
  await model.dispose()
  await made.dispose()
})

describe('a first file without its parts', () => {
  let folder: string
  let alone: Front
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'lenslet-alone-'))
    await copyFile(join(dist, 'lenslet.browser.js'), join(folder, 'lenslet.browser.mjs'))
    alone = await load<Front>(join(folder, 'lenslet.browser.mjs'))
  })
  afterAll(() => rm(folder, { recursive: true }))

  it('scores common networks', async () => {
    const model = await alone.Model.create(alone.zoo.network('lenet5'), { seed: 1 })
    expect(await model.predict(new Float32Array(28 * 28))).toHaveLength(10)
    await model.dispose()
  })

  it.each<[part: string, use: (model: sources.Model) => Promise<unknown>]>([
    ['lenslet.loop.js', (model) => alone.train(model, imagesFor(alone), { epochs: 1, batch: 4 }).next()],
    ['lenslet.rare.js', (model) => model.predict(new Float32Array(72))],
    [
      'lenslet.training.js',
      () => alone.Model.create(alone.parse('INPUT 6x6x2 -> FC-3')).then((m) => m.bind({ mode: 'gradients' })),
    ],
    [
      'lenslet.reference.js',
      ({ network }) =>
        alone.Model.create(network, { backend: 'reference' }).then((m) => m.predict(new Float32Array(72))),
    ],
  ])('says that %s is missing', async (part, use) => {
    const model = await alone.Model.create(alone.parse(notationOfAll), { seed: 1 })
    const error = await use(model).catch((thrown: Error) => thrown as Error)
    expect(error).toBeInstanceOf(alone.LensletError)
    expect(error).toMatchObject({ name: 'PartMissingError' })
    expect(String((error as Error).message)).toMatch(
      new RegExp(`^${part.replaceAll('.', '\\.')} could not be loaded\n[\\s\\S]*serve ${part} beside`),
    )
    await model.dispose()
  })
})
