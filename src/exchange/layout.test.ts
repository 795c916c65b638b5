// Tensors at a model's border: layouts and ranks.

import { describe, expect, it } from 'vitest'
import { acceptedInputs, outputForm, toChannels, toPositions } from './layout.ts'

const volume = { height: 2, width: 3, channels: 4 }
const form = (shape: readonly number[], order: 'hwc' | 'chw' = 'chw') => ({ name: 'x', shape, order })

it('turns [n, h, w, c] into [n, c, h, w] and back', () => {
  const values = Float32Array.from({ length: 2 * 24 }, (_, i) => i)
  const turned = toChannels(values, volume)
  for (let n = 0; n < 2; n++)
    for (let c = 0; c < 4; c++)
      for (let p = 0; p < 6; p++) expect(turned[(n * 4 + c) * 6 + p]).toBe((n * 6 + p) * 4 + c)
  expect(toPositions(turned, volume)).toEqual(values)
})

describe('outputForm', () => {
  const scores = { height: 1, width: 1, channels: 10 }
  it.each([
    ['scores as a row, unless the model says otherwise', 'nchw', scores, undefined, [10], 'nchw'],
    ['the rank of the model', 'nchw', scores, form([10, 1, 1]), [10, 1, 1], 'nchw'],
    ['the same by position', 'nhwc', scores, form([10, 1, 1]), [1, 1, 10], 'nhwc'],
    ['a map by channel', 'nchw', volume, undefined, [4, 2, 3], 'nchw'],
    ['a map by position', 'nhwc', volume, form([4, 2, 3]), [2, 3, 4], 'nhwc'],
    ["a map that the model flattens, in the model's order", 'nhwc', volume, form([24]), [24], 'nchw'],
    ['the same by position', 'nchw', volume, form([24], 'hwc'), [24], 'nhwc'],
    ['nothing of a form that is not of this network', 'nchw', scores, form([1000]), [10], 'nchw'],
  ] as const)('gives %s', (_, layout, of, given, shape, order) => {
    expect(outputForm(layout, of, given)).toEqual({ shape, layout: order })
  })
})

describe('acceptedInputs', () => {
  const shapes = (...words: Parameters<typeof acceptedInputs>) => acceptedInputs(...words).map(({ shape }) => shape)
  it.each([
    ['by channel', 'nchw', volume, undefined, [[4, 2, 3]]],
    ['by position', 'nhwc', volume, form([4, 2, 3]), [[2, 3, 4]]],
    [
      'gray images without channels',
      'nchw',
      { ...volume, channels: 1 },
      undefined,
      [
        [1, 2, 3],
        [2, 3],
      ],
    ],
    ['a row of values', 'nhwc', { height: 1, width: 1, channels: 5 }, undefined, [[1, 1, 5], [5]]],
    ["a row that the model's graph reshapes", 'nchw', volume, form([24]), [[4, 2, 3], [24]]],
  ] as const)('are %s', (_, layout, of, given, expected) => {
    expect(shapes(layout, of, given)).toEqual(expected)
  })
})
