/** The model on both backends: weights, predictions of any number of pictures, its file, and hostile files. */

import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { platform } from '#platform'
import { MemoryError } from '../backends/wasm/errors.ts'
import { ArgumentError, LensletError } from '../core/errors.ts'
import { Random } from '../core/random.ts'
import { fcToConv } from '../network/fullyConvolutional.ts'
import { parse } from '../notation/parse.ts'
import { Model, ModelFileError, PicturesError, SafetensorsError, WeightError, writeSafetensors } from './index.ts'

const network = parse('INPUT 6x5x2 -> CONV3-4 -> BN -> RELU -> POOL2 -> FC-3 -> SOFTMAX')
const pictures = (count: number) => {
  const random = Random.seeded(1, 'pictures')
  return Float32Array.from({ length: count * 6 * 5 * 2 }, () => random.normal())
}

describe.each(['wasm', 'reference'] as const)('model on %s', (backend) => {
  it('predicts any number of images, each as if it were alone', async () => {
    await using model = await Model.create(network, { seed: 3, batch: 4, backend, threads: 1 })
    const all = await model.predict(pictures(11))
    expect(all.length).toBe(33)
    const one = await model.predict(pictures(11).subarray(7 * 60, 8 * 60))
    expect([...one]).toEqual([...all.subarray(21, 24)])
    expect(one.reduce((a, b) => a + b, 0)).toBeCloseTo(1, 5)
  })

  it('gives its weights to another network: copies, bit for bit', async () => {
    await using model = await Model.create(network, {
      seed: 3,
      batch: 4,
      backend,
      threads: 1,
      info: { origin: 'here' },
    })
    const before = await model.predict(pictures(2))
    await using other = await model.withNetwork(fcToConv(network))
    expect(other.weights.names).toEqual(model.weights.names)
    for (const name of model.weights.names) expect([...other.weights.get(name)]).toEqual([...model.weights.get(name)])
    expect({ info: other.info, batch: other.plan.batch }).toEqual({ info: { origin: 'here' }, batch: 4 })
    model.weights.set('fc1.bias', [1, 2, 3])
    await model.dispose()
    // FC and CONV sum the same products; in which order is the kernels' choice.
    const after = await other.predict(pictures(2))
    after.forEach((score, index) => {
      expect(score).toBeCloseTo(before[index] as number, 6)
    })
  })

  it('refuses a network that needs other weights', async () => {
    await using model = await Model.create(network, { backend, threads: 1 })
    const refused = (text: string) => expect(model.withNetwork(parse(text))).rejects
    await refused('INPUT 6x5x2 -> CONV3-4 -> FC-3').toThrow(WeightError)
    await refused('INPUT 6x5x2 -> CONV3-4 -> FC-3').toThrow(/fc1\.filters[\s\S]*\[3, 2, 4, 3\][\s\S]*\[6, 5, 4, 3\]/)
    await refused('INPUT 6x5x2 -> first: CONV3-4 -> FC-3').toThrow(/first\.filters[\s\S]*other names: conv1\.filters/)
    await expect(model.withNetwork(network, { bach: 2 } as object)).rejects.toThrow(/no option bach[\s\S]*batch/)
  })

  it('answers calls made at the same time', async () => {
    await using model = await Model.create(network, { seed: 3, batch: 4, backend, threads: 1 })
    const counts = [1, 2, 3, 11]
    const alone: Float32Array[] = []
    for (const count of counts) alone.push(await model.predict(pictures(count)))
    const together = await Promise.all(counts.map((count) => model.predict(pictures(count))))
    expect(together).toEqual(alone)
  })

  it('writes scores where it is told to', async () => {
    await using model = await Model.create(network, { seed: 3, batch: 4, backend, threads: 1 })
    const into = new Float32Array(33)
    expect(await model.predict(pictures(11), { into })).toBe(into)
    expect([...into]).toEqual([...(await model.predict(pictures(11)))])
    await expect(model.predict(pictures(2), { into })).rejects.toThrow(/33 values[\s\S]*6, 3 an image/)
  })

  it('sees a weight that was set', async () => {
    await using model = await Model.create(network, { seed: 3, backend, threads: 1 })
    const before = await model.predict(pictures(2))
    model.weights.set('fc1.filters', new Float32Array(model.weights.get('fc1.filters').length))
    expect([...(await model.predict(pictures(2)))]).not.toEqual([...before])
    expect([...(await model.predict(pictures(1)))]).toEqual(new Array(3).fill(expect.closeTo(1 / 3, 6)))
  })
})

describe('workers that start early', () => {
  afterEach(() => {
    vi.restoreAllMocks()
    end.mockClear()
  })
  const end = vi.fn(async () => {})
  const early = () => vi.spyOn(platform, 'spareWorkers').mockReturnValue(end)

  it('are ended when no model came of it', async () => {
    const start = early()
    vi.spyOn(platform, 'parallelism').mockReturnValue(2)
    await expect(Model.create(network, { threads: 2, batch: -1 })).rejects.toThrow(LensletError)
    expect(start).toHaveBeenCalledExactlyOnceWith(expect.any(Function), 2)
    expect(end).toHaveBeenCalledOnce()
    await expect(Model.load(new Uint8Array(7), { threads: 2 })).rejects.toThrow(SafetensorsError)
    expect(end).toHaveBeenCalledTimes(2)
  })

  it.each([{ threads: 1 }, { threads: Number.NaN }, { threads: 1e9 }, { threads: 2, backend: 'reference' } as const])(
    'are none for %o',
    async (options) => {
      const start = early()
      await Model.create(network, { ...options, batch: -1 }).catch(() => {})
      expect(start).not.toHaveBeenCalled()
    },
  )
})

describe('initial weights', () => {
  const wide = parse('INPUT 8x8x16 -> CONV3-64 -> FC-10')
  const deviation = (values: Float32Array) =>
    Math.sqrt(values.reduce((sum, value) => sum + value * value, 0) / values.length)

  it('He by default: variance 2/fanIn; biases 0; the same for the same seed', async () => {
    await using model = await Model.create(wide, { seed: 5, threads: 1 })
    await using again = await Model.create(wide, { seed: 5, threads: 1 })
    await using other = await Model.create(wide, { seed: 6, threads: 1 })
    const filters = model.weights.get('conv1.filters')
    expect(filters.shape).toEqual([3, 3, 16, 64])
    expect(deviation(filters) / Math.sqrt(2 / 144)).toBeCloseTo(1, 1)
    expect(model.weights.get('conv1.bias').every((value) => value === 0)).toBe(true)
    expect([...again.weights.get('conv1.filters')]).toEqual([...filters])
    expect([...other.weights.get('conv1.filters')]).not.toEqual([...filters])
  })

  it('Xavier, zeros and a constant on request', async () => {
    await using xavier = await Model.create(wide, { initial: 'xavier', threads: 1 })
    expect(deviation(xavier.weights.get('conv1.filters')) / Math.sqrt(2 / (144 + 576))).toBeCloseTo(1, 1)
    await using zeros = await Model.create(wide, { initial: 'zeros', threads: 1 })
    expect(zeros.weights.get('fc1.filters').every((value) => value === 0)).toBe(true)
    await using constant = await Model.create(wide, { initial: { constant: 0.5 }, threads: 1 })
    expect(constant.weights.get('fc1.filters').every((value) => value === 0.5)).toBe(true)
    expect(constant.weights.get('fc1.bias').every((value) => value === 0)).toBe(true)
  })
})

describe('refuses', () => {
  it('invalid arguments', async () => {
    await using model = await Model.create(network, { threads: 1 })
    expect(() => model.weights.get('conv1.filter')).toThrow(/conv1\.filters/)
    expect(() => model.weights.set('conv1.bias', [1, 2])).toThrow(WeightError)
    await expect(model.predict(new Float32Array(61))).rejects.toThrow(PicturesError)
    await expect(model.predict(new Float32Array(0))).rejects.toThrow(PicturesError)
    await expect(Model.create(network, { batch: 0 })).rejects.toThrow(ArgumentError)
    await expect(Model.create(network, { seed: 1.5 })).rejects.toThrow(ArgumentError)
    await expect(Model.create(network, { initial: 'random' as 'he' })).rejects.toThrow(ArgumentError)
    await expect(Model.create(network, { backend: 'cuda' as 'wasm' })).rejects.toThrow(ArgumentError)
  })

  it('a network that no memory can hold, before it tries', async () => {
    const huge = parse('INPUT 60000x60000x3 -> CONV3-64 -> FC-10')
    await expect(Model.create(huge, { batch: 1 })).rejects.toThrow(MemoryError)
    await expect(Model.create(huge, { batch: 1 })).rejects.toThrow(/9216000\d{6} bytes[\s\S]*4294901760/)
    // Here the weights fit, and so does a training of few pictures: only the run of 64 pictures is refused.
    await using wide = await Model.create(parse('INPUT 2000x2000x3 -> CONV3-64 -> GAP -> FC-2'), {
      threads: 1,
      batch: 64,
    })
    expect(wide.plan.arenaBytes).toBeGreaterThan(2 ** 32)
    await expect(wide.predict(new Float32Array(2000 * 2000 * 3))).rejects.toThrow(MemoryError)
    expect(wide.allocatedBytes).toBe(0)
    expect(wide.weights.get('fc1.filters')).toHaveLength(128)
  })
})

describe('file', () => {
  let folder: string
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'lenslet-model-'))
  })
  afterAll(() => rm(folder, { recursive: true }))

  it('comes back with the same predictions, weights and info', async () => {
    const info = { classes: ['a', 'b', 'c'], normalization: { mean: [0.1, 0.2], std: [1, 2] }, origin: 'a test' }
    await using model = await Model.create(network, { seed: 9, info, threads: 1 })
    const path = join(folder, 'model.lenslet')
    await model.save(path)
    await using again = await Model.load(path, { threads: 1 })
    expect(again.info).toEqual(info)
    expect(again.network).toEqual(network)
    expect([...(await again.predict(pictures(3)))]).toEqual([...(await model.predict(pictures(3)))])
    expect(await readdir(folder)).toEqual(['model.lenslet'])
    expect(again.encode()).toEqual(model.encode())
  })

  it('cut anywhere, or with any byte of the header changed, gives a named error or the same shapes', async () => {
    await using model = await Model.create(network, { threads: 1 })
    const bytes = model.encode()
    const header = 8 + Number(new DataView(bytes.buffer).getBigUint64(0, true))
    for (let length = 0; length < bytes.length; length += 97) {
      await expect(Model.load(bytes.slice(0, length), { threads: 1 })).rejects.toThrow(LensletError)
    }
    const random = Random.seeded(2, 'damage')
    for (let trial = 0; trial < 60; trial++) {
      const damaged = bytes.slice()
      damaged[random.integer(header)] = random.integer(256)
      const result = await Model.load(damaged, { threads: 1 }).then(
        async (loaded) => loaded.dispose(),
        (error: unknown) => error,
      )
      if (result !== undefined) expect(result).toBeInstanceOf(LensletError)
    }
  })

  it('is read from bytes at any address, which are free when the model has run', async () => {
    await using model = await Model.create(network, { seed: 4, threads: 1 })
    const bytes = model.encode()
    const scores = await model.predict(pictures(2))
    for (const shift of [0, 1, 4]) {
      const shifted = new Uint8Array(bytes.length + shift).subarray(shift)
      shifted.set(bytes)
      await using loaded = await Model.load(shifted, { threads: 1 })
      await loaded.predict(pictures(1))
      shifted.fill(0)
      expect(loaded.encode()).toEqual(bytes)
      expect(await loaded.predict(pictures(2))).toEqual(scores)
    }
  })

  it('is not changed in memory by what is set', async () => {
    await using model = await Model.create(network, { seed: 4, threads: 1 })
    const bytes = model.encode()
    const before = bytes.slice()
    await using loaded = await Model.load(bytes, { threads: 1 })
    for (const when of ['before a run', 'after one']) {
      loaded.weights.set('fc1.bias', [7, 8, 9])
      expect([...loaded.weights.get('fc1.bias')]).toEqual([7, 8, 9])
      expect(bytes, when).toEqual(before)
      await loaded.predict(pictures(1))
    }
    expect(bytes).toEqual(before)
  })

  it('of another kind is refused by name', async () => {
    const other = writeSafetensors(new Map(), { format: 'pt' })
    await expect(Model.load(other)).rejects.toThrow(ModelFileError)
    const weightless = writeSafetensors(new Map(), {
      format: 'lenslet.model',
      version: '1',
      network: JSON.stringify(network),
    })
    await expect(Model.load(weightless)).rejects.toThrow(/conv1\.filters/)
  })
})
