// Models with weights that are given: the same scores as with weights that are set, and what does not fit is refused.

import { expect, it } from 'vitest'
import { sizeOf } from '../core/shapes.ts'
import { parse } from '../notation/parse.ts'
import type { GivenWeights } from './givenWeights.ts'
import { Model } from './model.ts'

const network = parse('INPUT 4x4x2 -> CONV3-3 -> BN -> FC-2')
const image = Float32Array.from({ length: 32 }, (_, i) => Math.sin(i))

async function weights(): Promise<Map<string, { shape: readonly number[]; values: Float32Array }>> {
  await using model = await Model.create(network, { seed: 4, threads: 1 })
  return new Map(await model.snapshot())
}

it('gives the scores of a model with the same weights, from values and from sources', async () => {
  await using model = await Model.create(network, { seed: 4, threads: 1 })
  const expected = await model.predict(image)
  const values = await weights()
  let filled = 0
  const sources = new Map(
    [...values].map(([name, { shape, values: array }]) => [
      name,
      {
        shape,
        fill(into: Float32Array) {
          filled++
          into.set(array)
        },
      },
    ]),
  )
  for (const given of [values, sources] as GivenWeights[]) {
    await using made = await Model.create(network, { weights: given, threads: 1, info: { origin: 'elsewhere' } })
    expect(filled).toBe(0)
    expect(await made.predict(image)).toEqual(expected)
    expect(made.info).toEqual({ origin: 'elsewhere' })
  }
  expect(filled).toBe(sources.size)
  // A change to the given values is not a change to the model.
  await using made = await Model.create(network, { weights: values, threads: 1 })
  await made.predict(image)
  values.get('fc1.bias')?.values.fill(9)
  expect(await made.predict(image)).toEqual(expected)
})

it('refuses weights that are missing, of another shape, or not of the network', async () => {
  const create = (given: GivenWeights) => Model.create(network, { weights: given, threads: 1 })
  const missing = await weights()
  missing.delete('bn1.mean')
  await expect(create(missing)).rejects.toThrow(/bn1\.mean does not fit[\s\S]*no such weight[\s\S]*\[3\]/)
  const other = (await weights()).set('fc1.bias', { shape: [3], values: new Float32Array(3) })
  await expect(create(other)).rejects.toThrow(/fc1\.bias does not fit[\s\S]*\[3\][\s\S]*\[2\]/)
  const more = (await weights()).set('fc2.bias', { shape: [3], values: new Float32Array(3) })
  await expect(create(more)).rejects.toThrow(/does not have all[\s\S]*fc2\.bias/)
})

it.each([
  ['bn1.variance', -1, /bn1\.variance has an invalid value[\s\S]*-1[\s\S]*at least 0/],
  ['conv1.filters', Number.NaN, /conv1\.filters has an invalid value[\s\S]*NaN/],
])('refuses an invalid %s when the model first runs', async (name, value, says) => {
  const given = await weights()
  const shape = given.get(name)?.shape ?? []
  given.set(name, { shape, values: new Float32Array(sizeOf(shape)).fill(value) })
  await using model = await Model.create(network, { weights: given, threads: 1 })
  await expect(model.predict(image)).rejects.toThrow(says)
  await expect(model.predict(image)).rejects.toThrow(says)
})
