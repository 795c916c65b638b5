/** How weights start: each rule against its definition, and what it says. */

import { afterEach, describe, expect, it } from 'vitest'
import { Random } from '../../core/random.ts'
import { dataset } from '../../data/dataset.ts'
import { Model } from '../../model/model.ts'
import { parse } from '../../notation/parse.ts'
import { type TrainOptions, train } from '../index.ts'
import { stripes } from '../testing/stripes.ts'
import { symmetricEigen } from './eigen.ts'

const models: Model[] = []
afterEach(async () => {
  await Promise.all(models.splice(0).map((model) => model.dispose()))
})

const text = 'INPUT 8x8x1 -> CONV3-6 -> RELU -> CONV3-6 -> RELU -> POOL2 -> FC-12 -> RELU -> FC-4'

/** The weights that a training begins with, and what is said of them: nothing learns at a rate of 0. */
async function started(start: TrainOptions['start'], network = text, data = stripes(64), batch = 64) {
  const model = await Model.create(parse(network), { seed: 1, threads: 1 })
  models.push(model)
  const said: string[] = []
  const options = { epochs: 1, batch, optimizer: { kind: 'sgd', rate: 0 }, evaluate: 'never' } as const
  for await (const { notices = [] } of train(model, data, { ...options, start })) said.push(...notices)
  return { model, said }
}

/** Filters [rows, K], a column each. */
function columnsOf(model: Model, name: string): readonly number[][] {
  const values = model.weights.get(name)
  const filters = values.shape.at(-1) as number
  return Array.from({ length: filters }, (_, k) => [...values].filter((_value, i) => i % filters === k))
}

const dot = (a: readonly number[], b: readonly number[]) => a.reduce((sum, x, i) => sum + x * (b[i] as number), 0)

describe('starts', () => {
  it('identity: as torch.nn.init.dirac_ on the first filters, the others as they were', async () => {
    const wide = 'INPUT 8x8x1 -> CONV3-3 -> RELU -> CONV3-5 -> RELU -> CONV1-5 -> POOL2 -> FC-4'
    const { model, said } = await started([{ kind: 'identity' }], wide)
    const { model: before } = await started([], wide)
    columnsOf(model, 'conv2.filters').forEach((filter, k) => {
      // Row (1, 1, k) of [3, 3, 3].
      const passing = filter.map((_, i) => (i === 4 * 3 + k ? 1 : 0))
      expect(filter).toEqual(k < 3 ? passing : columnsOf(before, 'conv2.filters')[k])
    })
    expect([...model.weights.get('conv3.filters')]).toEqual([...before.weights.get('conv3.filters')])
    expect([...model.weights.get('fc1.filters')]).toEqual([...before.weights.get('fc1.filters')])
    expect(said).toEqual(['start: identity: 4 filters of conv1.filters, conv2.filters pass a channel through'])
  })

  it('identity in groups: each group passes its own channels', async () => {
    const grouped = 'INPUT 8x8x1 -> CONV3-4 -> CONV3-8 g2 -> POOL2 -> FC-4'
    const { model } = await started([{ kind: 'identity', weights: 'conv2' }], grouped)
    const passes = columnsOf(model, 'conv2.filters').map((filter) => filter.filter((value) => value !== 0))
    for (const k of [0, 1, 4, 5]) expect(passes[k]).toEqual([1])
    for (const k of [2, 3, 6, 7]) expect(passes[k]?.length).toBe(18)
  })

  it.each([1, 2])('orthogonal, times %d: filters, or rows where there are fewer', async (gain) => {
    const { model, said } = await started([{ kind: 'orthogonal', gain }])
    const conv1 = columnsOf(model, 'conv1.filters')
    const rows = Array.from({ length: 12 }, (_, i) =>
      columnsOf(model, 'fc2.filters').map((column) => column[i] as number),
    )
    for (const vectors of [conv1, columnsOf(model, 'conv2.filters'), columnsOf(model, 'fc1.filters')])
      vectors.forEach((a, i) => {
        vectors.forEach((b, j) => {
          expect(Math.abs(dot(a, b) - (i === j ? gain ** 2 : 0))).toBeLessThan(gain ** 2 * 54 * 2 ** -24)
        })
      })
    expect(rows).toHaveLength(12)
    expect(said[0]).toMatch(/^start: orthogonal/)
  })

  it('uniform: within ±1/√fan-in, as PyTorch draws them', async () => {
    const { model } = await started([{ kind: 'uniform' }])
    const values = [...model.weights.get('conv2.filters')]
    const limit = 1 / Math.sqrt(54)
    expect(Math.max(...values.map(Math.abs))).toBeLessThanOrEqual(limit)
    expect(Math.max(...values)).toBeGreaterThan(0.9 * limit)
    expect(Math.min(...values)).toBeLessThan(-0.9 * limit)
  })

  it('deviation: the head by default', async () => {
    const { model, said } = await started([{ kind: 'deviation', deviation: 0.5 }])
    const values = [...model.weights.get('fc2.filters')]
    const mean = values.reduce((a, b) => a + b, 0) / values.length
    const deviation = Math.sqrt(values.reduce((sum, v) => sum + (v - mean) ** 2, 0) / (values.length - 1))
    expect(deviation).toBeCloseTo(0.5, 6)
    expect(said).toEqual([expect.stringMatching(/^start: scaled to deviation 0\.5: fc2\.filters from 0\.\d+$/)])
  })

  it('lsuv: every layer’s output has deviation 1 on the batch', async () => {
    const { model, said } = await started([{ kind: 'lsuv' }])
    // A batch of all images: the order does not matter.
    const data = stripes(64)
    const { mean, std } = data.normalization
    const images = Float32Array.from(data.train.images, (v) => (v / 255 - (mean[0] as number)) / (std[0] as number))
    const outputs = await model.activations(images, ['conv*', 'fc*'])
    for (const [name, { data: values }] of Object.entries(outputs)) {
      const middle = values.reduce((a, b) => a + b, 0) / values.length
      const deviation = Math.sqrt(values.reduce((sum, v) => sum + (v - middle) ** 2, 0) / values.length)
      expect(Math.abs(deviation - 1), name).toBeLessThan(0.011)
    }
    expect(said[0]).toMatch(/^start: outputs scaled to deviation 1 on 64 images: conv1\.filters \S+ to 1/)
  })

  it('whitening: patches become uncorrelated, with variance λ/(λ + ε)', async () => {
    const random = Random.seeded(5, 'images')
    const count = 40
    const pixels = Uint8Array.from({ length: count * 64 * 2 }, (_, i) => 60 + 8 * (i % 7) + random.integer(100))
    const split = {
      height: 8,
      width: 8,
      channels: 2,
      images: pixels,
      labels: new Uint8Array(count).map((_, i) => i % 4),
    }
    const data = dataset({ name: 'noise', classes: ['a', 'b', 'c', 'd'], train: split, test: split })
    const network = 'INPUT 8x8x2 -> CONV2-18 p0 -> RELU -> FC-4'
    const { model, said } = await started([{ kind: 'whitening', epsilon: 1e-9 }], network, data, 16)
    const filters = columnsOf(model, 'conv1.filters')
    for (let k = 0; k < 8; k++) {
      // Zeros of one sign and the other are equal here.
      filters[k]?.forEach((value, i) => {
        expect(value + (filters[k + 8]?.[i] as number)).toBe(0)
      })
    }
    const { mean, std } = data.normalization
    const patches: number[][] = []
    for (let image = 0; image < count; image++)
      for (let y = 0; y < 7; y++)
        for (let x = 0; x < 7; x++)
          patches.push(
            [0, 1].flatMap((dy) =>
              [0, 1].flatMap((dx) =>
                [0, 1].map((c) => {
                  const pixel = pixels[((image * 8 + y + dy) * 8 + x + dx) * 2 + c] as number
                  return (pixel / 255 - (mean[c] as number)) / (std[c] as number)
                }),
              ),
            ),
          )
    const outputs = filters.slice(0, 8).map((filter) => patches.map((patch) => dot(filter, patch)))
    outputs.forEach((a, i) => {
      outputs.forEach((b, j) => {
        expect(Math.abs(dot(a, b) / patches.length - (i === j ? 1 : 0)), `${i}, ${j}`).toBeLessThan(1e-4)
      })
    })
    expect(said).toEqual(['start: whitening: conv1.filters, 16 of 18 filters from 2×2×2 patches of 40 images'])
  })

  it('come in their order, and give the same bits again', async () => {
    const rules = [{ kind: 'uniform' }, { kind: 'identity' }, { kind: 'lsuv' }] as const
    const [a, b] = [await started(rules), await started(rules)]
    for (const name of a.model.weights.names)
      expect([...a.model.weights.get(name)]).toEqual([...b.model.weights.get(name)])
    expect(a.said.map((line) => line.split(':')[1])).toEqual([
      ' uniform within ±1/√fan-in',
      ' identity',
      ' outputs scaled to deviation 1 on 64 images',
    ])
  })

  it.each([
    [[{ kind: 'dirac' }], /no such start[\s\S]*identity/],
    [[{ kind: 'identity', weights: 'conv9' }], /conv9/],
    [[{ kind: 'identity', weights: 'biases' }], /no weights to start/],
    [[{ kind: 'orthogonal', gain: 0 }], /gain of the start orthogonal/],
    [[{ kind: 'lsuv', gain: 1 }], /no option gain/],
    [[{ kind: 'whitening', weights: 'conv2' }], /cannot start from whitened patches[\s\S]*sees the images/],
    [[{ kind: 'whitening', images: 0.5 }], /images of the start whitening/],
    [{ kind: 'identity' }, /start must be a list/],
    [[null], /no such start/],
  ])('%j is refused', async (start, message) => {
    await expect(started(start as unknown as TrainOptions['start'])).rejects.toThrow(message)
  })
})

it('finds eigenvalues and eigenvectors', () => {
  const side = 9
  const random = Random.seeded(1, 'eigen')
  const matrix = new Float64Array(side * side)
  for (let i = 0; i < side; i++)
    for (let j = 0; j <= i; j++) {
      matrix[i * side + j] = random.normal()
      matrix[j * side + i] = matrix[i * side + j] as number
    }
  const { values, vectors } = symmetricEigen(matrix.slice(), side)
  expect([...values]).toEqual([...values].sort((a, b) => b - a))
  vectors.forEach((vector, k) => {
    for (let i = 0; i < side; i++) {
      const product = dot([...matrix.subarray(i * side, (i + 1) * side)], [...vector])
      expect(Math.abs(product - (values[k] as number) * (vector[i] as number))).toBeLessThan(1e-12)
    }
  })
})
