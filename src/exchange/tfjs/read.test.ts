/** TensorFlow.js: shards cut anywhere, quantized weights, numbered names, graphs of TensorFlow, hostile manifests. */

import { expect, test } from 'vitest'
import { ForeignFileError, UnsupportedModelError } from '../errors.ts'
import { input, layer, sequential } from '../keras/testing/models.ts'
import { readTfjs } from './read.ts'

const topology = {
  keras_version: '3.5.0',
  model_config: sequential(input(2), layer('Dense', { name: 'd_10', units: 2 })),
}
const weights = [
  { name: 'd_10_1/kernel', shape: [2, 2], dtype: 'float32', quantization: { dtype: 'uint8', scale: 0.5, min: -1 } },
  { name: 'd_10_1/bias', shape: [2], dtype: 'float32' },
]

function files(model: unknown, shards: Readonly<Record<string, Uint8Array>> = {}) {
  const bytes = new TextEncoder().encode(JSON.stringify(model))
  return { name: 'model.json', read: async () => bytes, beside: async (path: string) => shards[path] }
}

test('shards of a group are joined before they are cut; integers become value·scale + min', async () => {
  const bytes = new Uint8Array([0, 1, 2, 255, ...new Uint8Array(Float32Array.of(7, 8).buffer)])
  const shards = { a: bytes.subarray(0, 6), b: bytes.subarray(6) }
  const model = { modelTopology: topology, weightsManifest: [{ paths: ['a', 'b'], weights }] }
  const read = await readTfjs(files(model, shards))
  const [kernel, bias] = ['d_10.filters', 'd_10.bias'].map((name) => {
    const values = new Float32Array(name.endsWith('bias') ? 2 : 4)
    read.weights.get(name)?.fill(values)
    return [...values]
  })
  expect(kernel).toEqual([-1, -0.5, 0, 126.5])
  expect(bias).toEqual([7, 8])
})

test('missing, short and enormous weights are refused', async () => {
  const model = (changed: readonly unknown[]) => ({
    modelTopology: topology,
    weightsManifest: [{ paths: ['a'], weights: changed }],
  })
  await expect(readTfjs(files(model(weights)))).rejects.toThrow(/there is no file a/)
  await expect(readTfjs(files(model(weights), { a: new Uint8Array(5) }))).rejects.toThrow(/cut short/)
  const huge = [{ ...weights[0], shape: [2 ** 31, 2 ** 31] }]
  await expect(readTfjs(files(model(huge), { a: new Uint8Array(5) }))).rejects.toThrow(ForeignFileError)
})

test('a shard that is named twice, also by another path, is refused', async () => {
  const bytes = new Uint8Array(12)
  const one = { paths: ['a'], weights: [weights[0]] }
  const manifest = [one, { paths: ['./a'], weights: [{ ...weights[0], name: 'other/kernel' }] }]
  const read = readTfjs(files({ modelTopology: topology, weightsManifest: manifest }, { a: bytes, './a': bytes }))
  await expect(read).rejects.toThrow(/named twice/)
})

test('a graph of TensorFlow is refused with advice', async () => {
  await expect(readTfjs(files({ format: 'graph-model', modelTopology: { node: [] } }))).rejects.toThrow(
    UnsupportedModelError,
  )
})
