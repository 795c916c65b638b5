/** The reader against libhdf5: what it writes in either version comes back, and damage ends with a named error. */

import { describe, expect, test } from 'vitest'
import { Random } from '../../core/random.ts'
import { ForeignFileError } from '../errors.ts'
import { arraysBelow, openHdf5 } from './file.ts'
import { hdf5File, type Version } from './testing/libhdf5.ts'

const long = 'x'.repeat(100_000)
const floats = (count: number) => Float32Array.from({ length: count }, (_, index) => index / 4 - 3)

function sample(version: Version): Promise<Uint8Array> {
  return hdf5File(version, (root) => {
    root.create_attribute('model_config', `{"a": "${version === 'earliest' ? long : 'short'}"}`)
    const group = root.create_group('model_weights')
    group.create_attribute('layer_names', ['conv1', 'a_longer_name'], null, 'S13')
    group.create_attribute('variable', ['one', 'three é'])
    for (let i = 0; i < 40; i++) group.create_attribute(`note${i}`, `note ${i}`)
    for (let i = 0; i < 300; i++)
      group.create_dataset({ name: `array${i}`, data: Float32Array.of(i, -i), shape: [2, 1] })
    const inner = group.create_group('conv1').create_group('conv1')
    inner.create_dataset({ name: 'kernel:0', data: floats(35), shape: [5, 7], chunks: [2, 3], compression: 4 })
    inner.create_dataset({ name: 'plain', data: floats(12), shape: [12], chunks: [5] })
    inner.create_dataset({ name: 'one', data: floats(6), shape: [2, 3], chunks: [2, 3], compression: 1 })
    inner.create_dataset({ name: 'double', data: Float64Array.of(0.1, 2), shape: [2] })
    inner.create_dataset({ name: 'count', data: Int32Array.of(7), shape: [] })
  })
}

describe.each(['earliest', 'latest'] as const)('a file of libhdf5, %s', (version) => {
  test('has the groups, attributes and arrays that were written', async () => {
    const root = openHdf5(await sample(version))
    const group = root.at('model_weights')
    expect(group?.attributes.get('layer_names')?.texts()).toEqual(['conv1', 'a_longer_name'])
    expect(group?.attributes.get('variable')?.texts()).toEqual(['one', 'three é'])
    expect(group?.attributes.get('note39')?.texts()).toEqual(['note 39'])
    expect(root.attributes.get('model_config')?.texts()[0]).toHaveLength(version === 'earliest' ? 100_009 : 14)
    for (const i of [0, 1, 150, 299]) expect(valuesAt(root, `model_weights/array${i}`)).toEqual([i, i === 0 ? -0 : -i])
    const inner = 'model_weights/conv1/conv1'
    expect(root.at(`${inner}/kernel:0`)?.array().shape).toEqual([5, 7])
    expect(valuesAt(root, `${inner}/kernel:0`)).toEqual([...floats(35)])
    expect(valuesAt(root, `${inner}/plain`)).toEqual([...floats(12)])
    expect(valuesAt(root, `${inner}/one`)).toEqual([...floats(6)])
    expect(root.at(`${inner}/double`)?.array().datatype.dtype).toBe('F64')
    expect(root.at(`${inner}/count`)?.array()).toMatchObject({ shape: [], datatype: { dtype: 'I32' } })
    expect(root.at(`${inner}/other`)).toBeUndefined()
    expect([...arraysBelow(root)]).toHaveLength(305)
  })

  test('that is cut anywhere, or has other bytes, is read or refused by name, in bounded steps', async () => {
    const good = await sample(version)
    const random = Random.seeded(1)
    for (let trial = 0; trial < 150; trial++) {
      const bytes = good.slice(0, trial < 30 ? random.integer(good.length) : good.length)
      for (let i = 0; i < 1 + random.integer(8) && bytes.length > 0; i++)
        bytes[random.integer(Math.min(bytes.length, 1 << (4 + random.integer(14))))] = [0, 255, random.integer(256)][
          random.integer(3)
        ] as number
      expect(() => readAll(bytes)).toSatisfy(endsWell)
    }
  })
})

test('a file that is cut short says how long it must be', async () => {
  const good = await sample('earliest')
  expect(() => openHdf5(good.subarray(0, good.length / 2))).toThrow(
    expect.objectContaining({
      message: expect.stringContaining('cut short'),
      expected: expect.stringMatching(/bytes/),
    }),
  )
  expect(() => openHdf5(new Uint8Array(600))).toThrow(/not an HDF5 file/)
})

test('groups that contain themselves end', async () => {
  const bytes = await hdf5File('earliest', (root) => {
    const group = root.create_group('a')
    for (const name of ['b', 'c', 'd']) group.create_hard_link('/a', name)
  })
  expect(() => [...arraysBelow(openHdf5(bytes))]).toThrow(ForeignFileError)
})

test('compressed values cannot be larger than their bytes can become', async () => {
  const bytes = await hdf5File('latest', (root) => {
    root.create_dataset({ name: 'x', data: new Float32Array(4000), shape: [4000], chunks: [4000], compression: 9 })
  })
  // The side of the array, 4000, becomes 2^30.
  const view = new DataView(bytes.buffer)
  for (let at = 0; at + 8 <= bytes.length; at++)
    if (view.getUint32(at, true) === 4000) view.setUint32(at, 2 ** 30, true)
  expect(() => readAll(bytes)).toThrow(ForeignFileError)
})

test('arrays that are all at one place are refused before their values are read', async () => {
  const bytes = await hdf5File('earliest', (root) => {
    root.create_dataset({ name: 'x', data: floats(4000), shape: [4000] })
    for (const name of ['y', 'z', 'zz']) root.create_hard_link('/x', name)
  })
  // Of Dataset, only `bytes()` reads values.
  expect(() => [...arraysBelow(openHdf5(bytes))]).toThrow(/at the same place/)
  const alone = openHdf5(bytes)
  expect(() => [1, 2, 3, 4].map(() => alone.at('x')?.array())).not.toThrow()
})

test('compressed zeros, a thousand times as large as their file, are refused before they are unpacked', async () => {
  const count = 20 * 2 ** 20
  const bytes = await hdf5File('latest', (root) => {
    root.create_dataset({ name: 'x', data: new Float32Array(count), shape: [count], chunks: [count], compression: 9 })
  })
  expect(bytes.length).toBeLessThan((4 * count) / 100)
  expect(() => openHdf5(bytes).at('x')?.array()).toThrow(/far larger than the file/)
})

function valuesAt(root: ReturnType<typeof openHdf5>, path: string): readonly number[] {
  const bytes = root.at(path)?.array().values.read().slice() as Uint8Array<ArrayBuffer>
  return [...new Float32Array(bytes.buffer)]
}

function readAll(bytes: Uint8Array): void {
  const root = openHdf5(bytes)
  for (const each of arraysBelow(root)) each.values.read()
  for (const attribute of root.at('model_weights')?.attributes.values() ?? [])
    if (attribute.datatype.kind !== 'number') attribute.texts()
}

function endsWell(read: () => void): boolean {
  try {
    read()
  } catch (error) {
    if (!(error instanceof ForeignFileError)) throw error
  }
  return true
}
