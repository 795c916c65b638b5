/** Whole files: the archives of Keras 3, with models inside models, and HDF5 files whose names are cut in two. */

import { zipSync } from 'fflate'
import { expect, test } from 'vitest'
import { WeightsOnlyError } from '../errors.ts'
import { hdf5File } from '../hdf5/testing/libhdf5.ts'
import { readJson } from './json.ts'
import { readH5Tensors, readKerasH5 } from './readH5.ts'
import { readKeras } from './readKeras.ts'
import { input, layer, sequential } from './testing/models.ts'

const files = (name: string, bytes: Uint8Array) => ({
  name,
  read: async () => bytes,
  beside: async () => undefined,
})
const dense = (name: string, units: number) => layer('Dense', { name, units })

function valuesOf(
  weights: ReadonlyMap<string, { shape: readonly number[]; fill(into: Float32Array): void }>,
  name: string,
) {
  const source = weights.get(name)
  const values = new Float32Array(source?.shape.reduce((product, side) => product * side, 1) ?? 0)
  source?.fill(values)
  return [...values]
}

test.each(['layers', '_layer_checkpoint_dependencies'])(
  'a .keras archive with a model in a model, in %s',
  async (container) => {
    const weights = await hdf5File('earliest', (root) => {
      const put = (path: string, at: number, ...values: number[]) =>
        root.create_dataset({
          name: `${path}/vars/${at}`,
          data: Float32Array.from(values),
          shape: at === 0 ? [1, values.length] : [values.length],
        })
      const groups = new Set<string>()
      for (const path of ['dense', 'sequential', `sequential/${container}`, `sequential/${container}/dense`, 'dense_1'])
        for (const part of [
          container,
          `${container}/${path}`,
          ...(path.includes('dense') ? [`${container}/${path}/vars`] : []),
        ])
          if (!groups.has(part)) {
            groups.add(part)
            root.create_group(part)
          }
      put(`${container}/dense`, 0, 1)
      put(`${container}/dense`, 1, 2)
      put(`${container}/sequential/${container}/dense`, 0, 3)
      put(`${container}/sequential/${container}/dense`, 1, 4)
      put(`${container}/dense_1`, 0, 5, 6)
      put(`${container}/dense_1`, 1, 7, 8)
    })
    const inner = {
      ...sequential(input(1), dense('x', 1)),
      config: { ...sequential(input(1), dense('x', 1)).config, name: 'inner' },
    }
    const config = sequential(input(1), dense('b', 1), inner, dense('a', 2))
    const text = (value: unknown) => new TextEncoder().encode(JSON.stringify(value))
    const archive = zipSync({
      'metadata.json': text({ keras_version: '3.5.0' }),
      'config.json': text(config),
      'model.weights.h5': [weights, { level: 0 }],
    })
    const model = await readKeras(files('m.keras', archive))
    expect(valuesOf(model.weights, 'b.filters')).toEqual([1])
    expect(valuesOf(model.weights, 'x.filters')).toEqual([3])
    expect(valuesOf(model.weights, 'x.bias')).toEqual([4])
    expect(valuesOf(model.weights, 'a.filters')).toEqual([5, 6])
  },
)

test('an HDF5 file with names in two attributes; and one with weights alone', async () => {
  const write = (config: string | undefined) =>
    hdf5File('earliest', (root) => {
      if (config !== undefined) root.create_attribute('model_config', config)
      const group = root.create_group('model_weights').create_group('d')
      group.create_attribute('weight_names0', ['d/kernel:0'], null, 'S10')
      group.create_attribute('weight_names1', ['d/bias:0'], null, 'S8')
      const inner = group.create_group('d')
      inner.create_dataset({ name: 'kernel:0', data: Float32Array.of(1, 2), shape: [1, 2] })
      inner.create_dataset({ name: 'bias:0', data: Float32Array.of(3, 4), shape: [2] })
    })
  const whole = await write(JSON.stringify(sequential(input(1), dense('d', 2))))
  expect(valuesOf((await readKerasH5(files('m.h5', whole))).weights, 'd.bias')).toEqual([3, 4])
  const alone = await write(undefined)
  await expect(readKerasH5(files('m.h5', alone))).rejects.toThrow(WeightsOnlyError)
  expect([...(await readH5Tensors(files('m.h5', alone))).tensors.keys()].sort()).toEqual(['d/d/bias:0', 'd/d/kernel:0'])
})

test('an archive whose weights are compressed zeros is refused before they are unpacked', async () => {
  const text = (value: unknown) => new TextEncoder().encode(JSON.stringify(value))
  const archive = zipSync({
    'config.json': text(sequential(input(1), dense('d', 2))),
    'model.weights.h5': [new Uint8Array(70 * 2 ** 20), { level: 1 }],
  })
  await expect(readKeras(files('m.keras', archive))).rejects.toThrow(/far larger than its file/)
})

test('NaN and Infinity, as Python writes them, are read; long spaces take no longer than other text', () => {
  expect(readJson('{"a": NaN, "b": [-Infinity,Infinity], "c": "NaN, \\" NaN"}', 'it')).toEqual({
    a: null,
    b: [null, null],
    c: 'NaN, " NaN',
  })
  // Quadratic, this would take minutes.
  expect(readJson(`[NaN,${' '.repeat(3e6)}1]`, 'it')).toEqual([null, 1])
})
