/** Norms and pools from notation to values, by hand or by the formula of the paper, on both backends; and what they refuse. */

import { describe, expect, it } from 'vitest'
import { LensletError } from '../core/errors.ts'
import { Model } from '../model/model.ts'
import { parse } from '../notation/parse.ts'
import { cost } from '../plan/cost.ts'

type Weights = Readonly<Record<string, readonly number[]>>

/** Small beside the variances here, so that the values are those without it within the tolerance. */
const eps = 'eps=1e-12'

const values: readonly (readonly [text: string, weights: Weights, image: readonly number[], y: readonly number[]])[] = [
  // Groups (1, 3) and (10, 20) of both positions: means 2 and 15 with deviations 1 and 5.
  [`INPUT 1x2x4 -> GN g2 ${eps}`, {}, [1, 3, 10, 20, 3, 1, 20, 10], [-1, 1, -1, 1, 1, -1, 1, -1]],
  [`INPUT 1x2x2 -> GN g1 ${eps}`, { 'gn1.scale': [2, 3], 'gn1.shift': [0, 10] }, [1, 3, 1, 3], [-2, 13, -2, 13]],
  [`INPUT 1x2x2 -> IN ${eps} noshift`, { 'in1.scale': [1, 5] }, [1, 40, 3, 20], [-1, 5, 1, -5]],
  [`INPUT 1x2x2 -> LN ${eps} noscale`, { 'ln1.shift': [0, 7] }, [1, 3, 60, 20], [-1, 8, 1, 6]],
  [`INPUT 1x2x2 -> LN volume ${eps}`, {}, [1, 3, 3, 1], [-1, 1, 1, -1]],
  [`INPUT 1x1x2 -> BN ${eps} noscale noshift`, { 'bn1.mean': [1, 2], 'bn1.variance': [4, 9] }, [3, -4], [1, -2]],
  // 16^(−¾) = 1/8 and 81^(−¾) = 1/27.
  ['INPUT 1x1x3 -> LRN3 sum alpha=1 k=2', {}, [2, 3, 1], [2 / 15 ** 0.75, 3 / 8, 1 / 12 ** 0.75]],
  ['INPUT 1x1x1 -> LRN sum alpha=1 k=17', {}, [8], [8 / 27]],
  // α is divided by 3 at the edges, too.
  ['INPUT 1x1x3 -> LRN3 alpha=3 k=2', {}, [2, 3, 1], [2 / 15 ** 0.75, 3 / 8, 1 / 12 ** 0.75]],
  ['INPUT 2x2x1 -> LRN3 map sum alpha=1 k=1 beta=0.5', {}, [1, 2, 3, 1], [1 / 4, 2 / 4, 3 / 4, 1 / 4]],
  // Each window is the whole map, with the mean 2: distances 1, 1, 1 and 1.
  ['INPUT 2x2x1 -> LCN3 sum alpha=1 k=5 beta=0.5', {}, [1, 3, 3, 1], [1 / 3, 1, 1, 1 / 3]],
  ['INPUT 2x2x2 -> L2POOL2', {}, [1, 0, 1, 3, 1, 0, 1, -4], [2, 5]],
  ['INPUT 2x2x2 -> GMP', {}, [1, -7, 4, -3, 2, -9, 3, -4], [4, -3]],
]

describe.each(['wasm', 'reference'] as const)('on %s', (backend) => {
  it.each(values)('%s', async (text, weights, image, expected) => {
    await using model = await Model.create(parse(text), { backend, threads: 1 })
    for (const [name, array] of Object.entries(weights)) model.weights.set(name, Float32Array.from(array))
    // The image between two others: none takes another's statistics.
    const other = image.map((value, i) => 3 * value + i)
    const y = await model.predict(Float32Array.from([...other, ...image, ...other]))
    const middle = [...y.slice(expected.length, 2 * expected.length)]
    // A few roundings of results of about 10.
    for (const [i, value] of expected.entries()) expect(middle[i]).toBeCloseTo(value, 5)
  })
})

describe('learned arrays', () => {
  it.each([
    ['BN', 8, ['bn1.scale', 'bn1.shift', 'bn1.mean', 'bn1.variance']],
    ['BN noscale', 4, ['bn1.shift', 'bn1.mean', 'bn1.variance']],
    ['BN noscale noshift', 0, ['bn1.mean', 'bn1.variance']],
    ['GN g2 noshift', 4, ['gn1.scale']],
    ['LN', 8, ['ln1.scale', 'ln1.shift']],
    ['IN noscale noshift', 0, []],
    ['LRN', 0, []],
  ] as const)('of %s', async (word, parameters, names) => {
    const network = parse(`INPUT 3x3x4 -> ${word}`)
    expect(cost(network).totals.parameters).toBe(parameters)
    await using model = await Model.create(network)
    expect(model.weights.names).toEqual(names)
  })
})

it.each([
  ['INPUT 4x4x6 -> GN g4', /must divide evenly into the groups.*6 channels in 4 groups.*a multiple of 4/s],
  ['INPUT 4x4x6 -> GN g0', /the number of groups of GN must be one whole number/],
  ['INPUT 4x4x6 -> GN g2x3', /the number of groups of GN must be one whole number/],
  ['INPUT 1x1x6 -> IN', /a single value has no variance.*1×1 positions of 1 channel/s],
  ['INPUT 1x1x6 -> GN g6', /a single value has no variance/],
  ['INPUT 4x4x1 -> LN', /a single value has no variance/],
  ['INPUT 4x4x6 -> LN eps=0', /eps of LN must be above 0/],
  ['INPUT 4x4x6 -> LRN0', /LRN takes one window size, from 1 to 255.*received: LRN0/s],
  ['INPUT 4x4x6 -> LRN3x5', /LRN takes one window size/],
  ['INPUT 4x4x6 -> LCN300', /LCN takes one window size/],
  ['INPUT 4x4x6 -> LRN k=0', /LRN has a value out of range.*at k/s],
  ['INPUT 4x4x6 -> LRN alpha=-1', /LRN has a value out of range.*at alpha/s],
  ['INPUT 4x4x6 -> LRN beta=0', /LRN has a value out of range.*at beta/s],
  ['INPUT 4x4x6 -> L2POOL2 p2', /wholly in the padding/],
])('%s is refused', (text, message) => {
  expect(() => parse(text)).toThrow(LensletError)
  expect(() => parse(text)).toThrow(message)
})
