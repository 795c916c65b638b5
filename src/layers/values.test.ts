/** What layers compute from notation to values, by hand: which channel meets which factor, slope or piece. */

import { describe, expect, it } from 'vitest'
import { Model } from '../model/model.ts'
import { parse } from '../notation/parse.ts'

type Weights = Readonly<Record<string, readonly number[]>>

const values: readonly (readonly [text: string, weights: Weights, image: readonly number[], y: readonly number[]])[] = [
  // Two positions of three channels. A slope for each channel; −0.5 makes positive values of negative ones.
  ['INPUT 1x2x3 -> PRELU', { 'prelu1.slope': [0.25, -0.5, 2] }, [-4, -4, -4, 4, 4, -1], [-1, 2, -8, 4, 4, -2]],
  ['INPUT 1x2x3 -> PRELU shared', { 'prelu1.slope': [0.5] }, [-4, -4, 0, 4, 4, -1], [-2, -2, 0, 4, 4, -0.5]],
  // Pieces are neighbors: (1, 5), (−2, −3), and so on.
  ['INPUT 1x2x4 -> MAXOUT2', {}, [1, 5, -2, -3, 8, 7, 0, 6], [5, -2, 8, 6]],
  ['INPUT 1x1x6 -> MAXOUT3', {}, [1, 5, -2, -3, -8, -7], [5, -3]],
  ['INPUT 1x2x2 -> SCALE -0.5', {}, [2, 4, 6, -8], [-1, -2, -3, 4]],
  ['INPUT 1x2x2 -> SCALE 1 learned', { 'scale1.scale': [10, 0.5] }, [2, 4, 6, -8], [20, 2, 60, -4]],
  // The mean of each channel, (4, −2), times its values at both positions.
  ['INPUT 1x2x2 -> MULTIPLY(ID | GAP)', {}, [2, 4, 6, -8], [8, -8, 24, 16]],
  ['INPUT 1x2x2 -> MULTIPLY(GAP | ID | ID)', {}, [2, 4, 6, -8], [16, -32, 144, -128]],
  ['INPUT 1x1x2 -> MULTIPLY(GAP | ID)', {}, [3, -5], [9, 25]],
  ['INPUT 1x1x3 -> DROPPATH 0.5', {}, [1, 2, 3], [1, 2, 3]],
  ['INPUT 1x1x4 -> HARDSWISH', {}, [-4, -1.5, 1.5, 4], [-0, -0.375, 1.125, 4]],
]

describe.each(['wasm', 'reference'] as const)('on %s', (backend) => {
  it.each(values)('%s', async (text, weights, image, expected) => {
    await using model = await Model.create(parse(text), { backend, threads: 1 })
    for (const [name, array] of Object.entries(weights)) model.weights.set(name, Float32Array.from(array))
    // Two images, so that none takes another's factors.
    const doubled = [...image, ...image.map((value) => 2 * value)]
    const y = [...(await model.predict(Float32Array.from(doubled)))]
    expect(y.slice(0, expected.length)).toEqual(expected)
    await using alone = await Model.create(parse(text), { backend, threads: 1 })
    for (const [name, array] of Object.entries(weights)) alone.weights.set(name, Float32Array.from(array))
    const second = [...(await alone.predict(Float32Array.from(doubled.slice(image.length))))]
    expect(y.slice(expected.length)).toEqual(second)
  })
})

it('learned factors and slopes start where the word says, and weight decay leaves them out', async () => {
  const network = parse('INPUT 1x1x2 -> SCALE 1e-6 learned -> PRELU -> PRELU 0.1 shared')
  await using model = await Model.create(network)
  expect([...model.weights.get('scale1.scale')]).toEqual([1e-6, 1e-6].map(Math.fround))
  expect([...model.weights.get('prelu1.slope')]).toEqual([0.25, 0.25])
  expect([...model.weights.get('prelu2.slope')]).toEqual([Math.fround(0.1)])
})
