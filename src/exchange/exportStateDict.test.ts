// A state dict as PyTorch's modules have it: names, shapes and order of axes; and the way back.

import { expect, it } from 'vitest'
import { Model } from '../model/model.ts'
import { readSafetensors } from '../model/safetensors.ts'
import { parse } from '../notation/parse.ts'
import { exportStateDict } from './exportStateDict.ts'
import { matchWeights } from './matchWeights.ts'

const network = parse('INPUT 4x5x4 -> CONV3x5-6 g2 -> BN -> RELU -> PRELU -> FC-2')

it('has the arrays of the modules', async () => {
  await using model = await Model.create(network, { seed: 3, threads: 1 })
  const { tensors, metadata } = readSafetensors(await exportStateDict(model))
  expect(metadata.format).toBe('pt')
  expect(Object.fromEntries([...tensors].map(([name, { shape }]) => [name, shape]))).toEqual({
    'conv1.weight': [6, 2, 3, 5],
    'conv1.bias': [6],
    'bn1.weight': [6],
    'bn1.bias': [6],
    'bn1.running_mean': [6],
    'bn1.running_var': [6],
    'prelu1.weight': [6],
    'fc1.weight': [2, 120],
    'fc1.bias': [2],
  })
  const { shape, values } = { shape: [3, 5, 2, 6], values: model.weights.get('conv1.filters') }
  const [, width, channels, filters] = shape as [number, number, number, number]
  const theirs = tensors.get('conv1.weight')?.values as Float32Array
  for (const [k, c, y, x] of [
    [0, 0, 0, 0],
    [5, 1, 2, 4],
    [3, 0, 1, 2],
  ] as const)
    expect(theirs[((k * 2 + c) * 3 + y) * 5 + x]).toBe(values[((y * width + x) * channels + c) * filters + k])
})

it('gives the same weights when it is read again', async () => {
  await using model = await Model.create(network, { seed: 3, threads: 1 })
  const { tensors } = readSafetensors(await exportStateDict(model))
  const { weights, leftOver } = matchWeights(network, tensors)
  await using again = await Model.create(network, { seed: 4, threads: 1, weights })
  for (const name of model.weights.names) expect(again.weights.get(name)).toEqual(model.weights.get(name))
  expect(leftOver).toEqual([])
})

it('takes names of modules, as many as there are layers with weights', async () => {
  await using model = await Model.create(network, { seed: 3, threads: 1 })
  const bytes = await exportStateDict(model, { modules: ['features.0', 'features.1', 'features.3', 'classifier'] })
  expect([...readSafetensors(bytes).tensors.keys()]).toContain('features.1.running_var')
  await expect(exportStateDict(model, { modules: ['a'] })).rejects.toThrow(/received: 1 modules\n {2}expected: 4/)
})
