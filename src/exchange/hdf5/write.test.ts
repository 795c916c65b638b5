// HDF5 files that libhdf5 (h5wasm) reads, and our own reader.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Dataset, File, type Group, ready } from 'h5wasm/node'
import { expect, it } from 'vitest'
import { joined } from '../joined.ts'
import { arraysBelow, openHdf5 } from './file.ts'
import { hdf5Parts, type NewArray, type NewGroup } from './write.ts'

const array = (shape: readonly number[], first: number): NewArray => ({
  shape,
  values: () => Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => first + i / 4),
})
const long = 'a "configuration" of many characters, ü '.repeat(5000)
/** 300 groups, which need more than one node, in an order that is not that of their names. */
const many = Array.from({ length: 300 }, (_, i): [string, NewGroup] => [
  `layer ${(i * 7) % 300}`,
  { entries: new Map([['kernel:0', array([2, 3], i)]]), attributes: new Map([['weight_names', ['kernel:0', 'ü']]]) },
])
const root: NewGroup = {
  entries: new Map<string, NewGroup | NewArray>([
    ['weights', { entries: new Map(many), attributes: new Map([['layer_names', many.map(([name]) => name)]]) }],
    ['empty', { entries: new Map() }],
    ['scalar', array([], 9)],
  ]),
  attributes: new Map<string, string | readonly string[]>([
    ['model_config', long],
    ['keras_version', '3.0.0'],
    ['none', []],
  ]),
}

it('is what libhdf5 reads', async () => {
  await ready
  const folder = mkdtempSync(join(tmpdir(), 'lenslet-hdf5-'))
  try {
    writeFileSync(join(folder, 'x.h5'), joined(hdf5Parts(root)))
    const file = new File(join(folder, 'x.h5'), 'r')
    expect(file.attrs.model_config?.value).toBe(long)
    expect(file.attrs.keras_version?.value).toBe('3.0.0')
    expect(file.keys().sort()).toEqual(['empty', 'scalar', 'weights'])
    const weights = file.get('weights') as Group
    expect(weights.attrs.layer_names?.value).toEqual(many.map(([name]) => name))
    expect(weights.keys()).toHaveLength(300)
    for (const [name, group] of many.slice(0, 20)) {
      const found = file.get(`weights/${name}/kernel:0`) as Dataset
      expect(found.shape).toEqual([2, 3])
      expect(found.value).toEqual((group.entries.get('kernel:0') as NewArray).values())
    }
    expect((file.get('scalar') as Dataset).value).toBe(9)
    file.close()
  } finally {
    rmSync(folder, { recursive: true })
  }
})

it('is what our reader reads', () => {
  const found = openHdf5(joined(hdf5Parts(root)))
  expect(found.attributes.get('model_config')?.texts()).toEqual([long])
  expect(found.at('weights')?.attributes.get('layer_names')?.texts()).toEqual(many.map(([name]) => name))
  expect(found.at('weights/layer 7')?.attributes.get('weight_names')?.texts()).toEqual(['kernel:0', 'ü'])
  expect([...arraysBelow(found)]).toHaveLength(301)
  expect(new Float32Array(found.at('weights/layer 7/kernel:0')?.array().values.read().slice().buffer ?? [])[0]).toBe(1)
})
