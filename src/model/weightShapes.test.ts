/** Weights are set by shape where the values have one, so that an array with its axes in another order is not taken. */

import { describe, expect, it } from 'vitest'
import type { Shape } from '../core/shapes.ts'
import { parse } from '../notation/parse.ts'
import { Model, type Weight, WeightError } from './index.ts'

const network = parse('INPUT 6x6x3 -> CONV3-2')
const filters = 'conv1.filters'
const shape = [3, 3, 3, 2]
const create = () => Model.create(network, { seed: 1, threads: 1 })

const counting = (start: number) => Float32Array.from({ length: 54 }, (_, i) => start + i)
const weight = (values: Float32Array, own: Shape): Weight => Object.assign(values, { shape: own })

/** What the program holds, copied. */
const now = (model: Model) => [...model.weights.get(filters)]

describe('set', () => {
  it('takes a tensor or a weight of the same shape', async () => {
    await using model = await create()
    model.weights.set(filters, { shape, values: counting(1) })
    expect(now(model)).toEqual([...counting(1)])
    model.weights.set(filters, weight(counting(2), shape))
    expect(now(model)).toEqual([...counting(2)])
  })

  it('takes what another model gives, and what it gave itself', async () => {
    await using model = await create()
    await using other = await Model.create(network, { seed: 2, threads: 1 })
    model.weights.set(filters, other.weights.get(filters))
    expect(now(model)).toEqual(now(other))
    model.weights.set(filters, model.weights.get(filters))
    expect(now(model)).toEqual(now(other))
  })

  it('takes plain numbers, which have no shape, by their count', async () => {
    await using model = await create()
    model.weights.set(filters, counting(3))
    expect(now(model)).toEqual([...counting(3)])
    model.weights.set(filters, [...counting(4)])
    expect(now(model)).toEqual([...counting(4)])
    expect(() => model.weights.set(filters, counting(3).subarray(1))).toThrow(WeightError)
  })

  it.each([
    { what: 'axes in another order', other: [2, 3, 3, 3] },
    { what: 'fewer axes', other: [9, 6] },
    { what: 'one axis more', other: [1, 3, 3, 3, 2] },
    { what: 'one flat axis', other: [54] },
  ])('refuses $what, naming both shapes, and changes nothing', async ({ other }) => {
    await using model = await create()
    const before = now(model)
    for (const values of [{ shape: other, values: counting(1) }, weight(counting(1), other)]) {
      const set = () => model.weights.set(filters, values)
      expect(set).toThrow(WeightError)
      expect(set).toThrow(expect.objectContaining({ message: expect.stringContaining(filters) }))
      expect(set).toThrow(expect.objectContaining({ received: expect.stringContaining(`[${other.join(', ')}]`) }))
      expect(set).toThrow(expect.objectContaining({ expected: expect.stringContaining('[3, 3, 3, 2]') }))
    }
    expect(now(model)).toEqual(before)
  })

  it('refuses a shape that is right with values that are not as many', async () => {
    await using model = await create()
    const before = now(model)
    expect(() => model.weights.set(filters, { shape, values: new Float32Array(53) })).toThrow(WeightError)
    expect(now(model)).toEqual(before)
  })
})
