// .npz archives: as NumPy writes them, stored and compressed, and what is refused without unpacking it.

import { zipSync } from 'fflate'
import { expect, it } from 'vitest'
import { storedTensor } from '../../model/safetensors/tensor.ts'
import { joined } from '../joined.ts'
import { readZip } from '../zip.ts'
import { readNpzFile, writeNpzFile } from './files.ts'
import { npyParts } from './npy.ts'

const read = (bytes: Uint8Array) =>
  readNpzFile({ name: 'x.npz', read: async () => bytes, beside: async () => undefined })
const array = (name: string, dtype: string, shape: readonly number[], bytes: Uint8Array) =>
  storedTensor(name, { dtype, shape, from: 0, to: bytes.length }, bytes)
const ones = (dtype: string, shape: readonly number[], length: number) =>
  array('x', dtype, shape, new Uint8Array(length).fill(1))

const arrays = new Map([
  ['conv/weight:0', ones('F32', [2, 3], 24)],
  ['a.b', ones('F64', [], 8)],
  ['flags', ones('BOOL', [3], 3)],
  ['empty', ones('I64', [0, 4], 0)],
])
const summary = (tensors: typeof arrays | Awaited<ReturnType<typeof read>>['tensors']) =>
  [...tensors].map(([name, { dtype, shape, bytes }]) => [name, dtype, shape, [...bytes]])

it('reads what it writes, array by array as it is stored', async () =>
  expect(summary((await read(joined(writeNpzFile(arrays)))).tensors)).toEqual(summary(arrays)))

it('reads compressed archives, and leaves out what is no array', async () => {
  const entries = [...arrays].map(([name, tensor]) => [`${name}.npy`, joined(npyParts(tensor))] as const)
  const { tensors, notes } = await read(zipSync({ ...Object.fromEntries(entries), 'README.txt': Uint8Array.of(65) }))
  expect(summary(tensors)).toEqual(summary(arrays))
  expect(notes).toEqual(['left out, as they are no arrays: README.txt'])
})

/** Whose header says less than what its 20 MB of zeros unpack to. */
function bomb(): Uint8Array {
  const [header = new Uint8Array()] = npyParts(ones('F32', [6], 24))
  return zipSync({ 'x.npy': joined([header, new Uint8Array(20e6)]) }, { level: 9 })
}

it('refuses an archive that unpacks to more than its header says, by its first bytes', async () => {
  const file = bomb()
  const entry = readZip(file, 'x.npz').get('x.npy')
  expect(entry?.size).toBe(20e6 + 128)
  // Unpacked to the end, these contents would be refused for their checksum, which is damaged here.
  const view = new DataView(file.buffer, file.byteOffset)
  const directory = view.getUint32(file.length - 22 + 16, true)
  view.setUint32(directory + 16, 0, true)
  await expect(read(file)).rejects.toThrow(/20000000 bytes of values[\s\S]*24, \[6\]/)
})

it('reads the first bytes of an entry, however it is stored', () => {
  const contents = Uint8Array.from({ length: 5000 }, (_, i) => (i * i) % 251)
  for (const level of [0, 9] as const) {
    const entry = readZip(zipSync({ x: [contents, { level }] }), 'x.zip').get('x')
    for (const length of [0, 1, 1000, 5000, 6000]) expect(entry?.head(length)).toEqual(contents.subarray(0, length))
  }
})

it('names the array that is damaged', async () =>
  expect(read(zipSync({ 'w.npy': Uint8Array.of(1, 2, 3) }))).rejects.toThrow(/w is not an .npy array/))
