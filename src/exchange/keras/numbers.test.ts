/** Layers of Keras against their formulas as plain loops; and the units of images. */

import { describe, expect, test } from 'vitest'
import type { Shape } from '../../core/shapes.ts'
import { normalizationTable } from '../../data/normalization.ts'
import { Model } from '../../model/model.ts'
import type { ImportedModel } from '../types.ts'
import { chain, input, layer } from './testing/models.ts'

const [height, width, channels] = [2, 3, 4]
const values = Float32Array.from({ length: height * width * channels }, (_, at) => ((at * 7) % 11) - 4.5)

/** Scores in float64, rounded to float32 at the end. */
async function outputOf({ network, weights, info }: ImportedModel, x: Float32Array): Promise<Float32Array> {
  await using model = await Model.create(network, { weights, info, backend: 'reference' })
  return model.predict(x)
}

/** Both sides compute in float64, in another order; one is rounded to float32 (2⁻²⁴) at the end. */
function expectSame(actual: Float32Array, expected: readonly number[]): void {
  expect(actual).toHaveLength(expected.length)
  const largest = Math.max(...expected.map(Math.abs))
  for (const [at, value] of expected.entries())
    expect(Math.abs((actual[at] as number) - value), `value ${at}`).toBeLessThanOrEqual(largest * 2 ** -23)
}

/** (x − mean)/√(variance + ε)·γ + β over the sets of places that belong together; γ and β are 0, 1, 2, … by channel. */
function normalized(sets: readonly (readonly number[])[], epsilon: number): readonly number[] {
  const result: number[] = []
  for (const places of sets) {
    const x = places.map((place) => values[place] as number)
    const mean = x.reduce((sum, each) => sum + each, 0) / x.length
    const variance = x.reduce((sum, each) => sum + (each - mean) ** 2, 0) / x.length
    for (const place of places) {
      const channel = place % channels
      result[place] = (((values[place] as number) - mean) / Math.sqrt(variance + epsilon)) * channel + channel
    }
  }
  return result
}

const places = Array.from(values, (_, at) => at)
const affine = { gamma: [channels], beta: [channels] }

test('LayerNormalization is over the channels of each position', async () => {
  const model = chain(
    [input(height, width, channels), layer('LayerNormalization', { axis: -1, epsilon: 0.01 })],
    affine,
  )
  const sets = Array.from({ length: height * width }, (_, at) => places.slice(at * channels, (at + 1) * channels))
  expectSame(await outputOf(model, values), normalized(sets, 0.01))
})

test.each([1, 2, 4, -1])(
  'GroupNormalization of %i groups is over positions and neighboring channels',
  async (groups) => {
    const model = chain([input(height, width, channels), layer('GroupNormalization', { groups, axis: -1 })], affine)
    const size = groups === -1 ? 1 : channels / groups
    const sets = Array.from({ length: channels / size }, (_, group) =>
      places.filter((place) => Math.floor((place % channels) / size) === group),
    )
    expectSame(await outputOf(model, values), normalized(sets, 1e-3))
  },
)

test.each([
  ['each channel', [1, 1, channels], (place: number) => place % channels],
  ['all channels', [1, 1, 1], () => 0],
])('PReLU with slopes for %s', async (_, shape, slope) => {
  const model = chain([input(height, width, channels), layer('PReLU', { shared_axes: [1, 2] })], {
    alpha: shape as Shape,
  })
  const expected = places.map((place) => {
    const x = values[place] as number
    return x > 0 ? x : x * slope(place)
  })
  expectSame(await outputOf(model, values), expected)
})

describe('a model whose channels come first', () => {
  const [rows, columns, inputs, filters, units] = [4, 5, 2, 3, 2]
  const format = { data_format: 'channels_first' }
  /** By channel, row, column: whole numbers, so that every sum is exact. */
  const x = (c: number, y: number, at: number) => ((c * 31 + y * 7 + at * 3) % 5) - 2

  /** A convolution of 3×3 without padding, NCHW; filters and biases are 0, 1, 2, … */
  function convolved(filter: number, y: number, at: number): number {
    let sum = filter
    for (let i = 0; i < 3; i++)
      for (let j = 0; j < 3; j++)
        for (let c = 0; c < inputs; c++) sum += x(c, y + i, at + j) * (((i * 3 + j) * inputs + c) * filters + filter)
    return sum
  }

  test.each([
    ['by channel, if Flatten is not told', {}, (f: number, y: number, at: number) => (f * 2 + y) * 3 + at],
    ['by position, if it is', format, (f: number, y: number, at: number) => (y * 3 + at) * filters + f],
  ])('is flattened %s', async (_, flat, place) => {
    const layers = [
      input(inputs, rows, columns),
      layer('Conv2D', { filters, kernel_size: [3, 3], strides: [1, 1], ...format }),
      layer('Flatten', flat),
      layer('Dense', { units }),
    ]
    const model = chain(layers, {
      'conv2d/kernel': [3, 3, inputs, filters],
      'conv2d/bias': [filters],
      'dense/kernel': [2 * 3 * filters, units],
      'dense/bias': [units],
    })
    const expected = Array.from({ length: units }, (_each, unit) => unit)
    for (let f = 0; f < filters; f++)
      for (let y = 0; y < 2; y++)
        for (let at = 0; at < 3; at++)
          for (let unit = 0; unit < units; unit++)
            expected[unit] = (expected[unit] as number) + convolved(f, y, at) * (place(f, y, at) * units + unit)
    const ours = Float32Array.from({ length: rows * columns * inputs }, (_each, index) => {
      const [position, c] = [Math.floor(index / inputs), index % inputs]
      return x(c, Math.floor(position / columns), position % columns)
    })
    expect([...(await outputOf(model, ours))]).toEqual(expected)
  })
})

describe('the units of images', () => {
  const photo = input(2, 2, 3)
  const bytes = { mean: [0, 0, 0], std: [1 / 255, 1 / 255, 1 / 255] }
  const conv = layer('Conv2D', { filters: 3, kernel_size: 1, use_bias: false })
  const kernel = { kernel: [1, 1, 3, 3] }

  test.each([
    ['Rescaling', [photo, layer('Rescaling', { scale: 1 / 127.5, offset: -1 })]],
    ['Normalization', [photo, layer('Normalization', { mean: [124, 117, 104], variance: [3400, 3200, 3300] })]],
    ['layers of training before it', [photo, layer('RandomFlip'), layer('Rescaling', { scale: 1 / 255 })]],
    ['Resizing', [photo, layer('Resizing', { height: 4, width: 4 }), layer('Rescaling', { scale: 1 / 255 })]],
  ])('are bytes where the model begins with %s', (_, layers) => {
    expect(chain([...layers, conv], kernel).info.normalization).toEqual(bytes)
  })

  test.each([
    ['takes 0..1 to −1..1', [photo, layer('Rescaling', { scale: 2, offset: -1 })]],
    ['divides by a deviation of 0..1', [photo, layer('Normalization', { mean: [0.5], variance: [0.06] })]],
    ['rescales what is no longer the image', [photo, conv, layer('Rescaling', { scale: 1 / 255 })]],
    ['has no image', [input(3), layer('Rescaling', { scale: 1 / 255 })]],
  ])('are not told by a model that %s', (_, layers) => {
    expect(chain(layers, kernel).info.normalization).toBeUndefined()
  })

  test('a white photo is divided by 255 once', async () => {
    const model = chain([photo, layer('Rescaling', { scale: 1 / 255 })])
    const table = normalizationTable(model.info.normalization as typeof bytes)
    const white = new Float32Array(12).fill(table[255] as number)
    // 255 times the float32 that is nearest to 1/255.
    expect([...(await outputOf(model, white))]).toEqual(new Array(12).fill(Math.fround(255 * Math.fround(1 / 255))))
  })
})
