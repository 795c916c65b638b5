/**
 * Reads state dicts of PyTorch: the zip archives of version 1.6 and later (torch.save), and the older streams: a few
 * pickles in a row, then the storages. Storages stay views of the file.
 */

import { counted, printable } from '../../core/text.ts'
import { ForeignFileError } from '../errors.ts'
import { refuseOtherFile } from '../otherFile.ts'
import type { ModelFiles, TensorFile } from '../types.ts'
import { readZip, type ZipEntry } from '../zip.ts'
import { isZip } from './format.ts'
import { invalid } from './invalid.ts'
import { readPickle } from './pickle.ts'
import type { Persistent } from './pickleValues.ts'
import { stateDictRules, tensorsOf } from './stateDict.ts'
import { type Storage, storageOf, widthOf } from './storage.ts'
import type { FindStorage } from './tensor.ts'

/** @throws {ForeignFileError} a damaged file, or a pickle with anything but arrays and plain values */
export async function readPytorch(files: ModelFiles): Promise<TensorFile> {
  const bytes = await files.read()
  refuseOtherFile(files.name, bytes.subarray(0, 512))
  if (isZip(bytes)) return readArchive(bytes, files.name)
  if (bytes[0] === 0x80) return readStream(bytes)
  if (new TextDecoder('latin1').decode(bytes.slice(257, 262)) === 'ustar')
    throw invalid('a tar archive, as PyTorch before 0.1.10 wrote it', 'a file of a later version')
  throw invalid(
    `a file that begins with ${[...bytes.subarray(0, 4)].map((byte) => byte.toString(16).padStart(2, '0')).join(' ')}`,
    'a zip archive or a pickle',
  )
}

function readArchive(bytes: Uint8Array, file: string): TensorFile {
  const entries = readZip(bytes, file)
  const pickle = [...entries.keys()].find((name) => /(^|\/)data\.pkl$/.test(name))
  if (pickle === undefined) throw invalid('a zip archive without data.pkl', 'what torch.save writes')
  const folder = pickle.slice(0, -'data.pkl'.length)
  if (entries.has(`${folder}constants.pkl`) || [...entries.keys()].some((name) => name.startsWith(`${folder}code/`)))
    throw invalid('a TorchScript model, which is a program', 'a state dict')
  const order = entries.get(`${folder}byteorder`)
  if (order !== undefined && new TextDecoder().decode(order.bytes().slice()).trim() === 'big')
    throw invalid('values in big-endian order', 'little-endian values')
  const { value, references } = readPickle(unpackedPickle(entries.get(pickle) as ZipEntry), 0, stateDictRules)
  const storages = new Map<string, Uint8Array>()
  let total = 0
  for (const [key, storage] of storagesOf(references)) {
    const size = sizeOfStorage(storage)
    const entry = entries.get(`${folder}data/${key}`)
    if (entry === undefined) throw invalid(`no storage ${printable(key)}`, 'the storages that the pickle names')
    // Not only `less than`: a compressed entry would be unpacked for values that nobody asked for.
    if (entry.size !== size)
      throw invalid(`storage ${printable(key)} of ${entry.size} bytes`, `${size} bytes, as the pickle says`)
    total += size
    storages.set(key, entry.bytes())
  }
  return tensorsOf(value, finder(storages), total)
}

/** A pickle has some hundred bytes for each array. */
const largestPickle = 2 ** 26

function unpackedPickle(entry: ZipEntry): Uint8Array {
  if (entry.size <= largestPickle) return entry.bytes()
  throw invalid(`data.pkl of ${entry.size} bytes`, `at most ${largestPickle}`)
}

const sizeOfStorage = ({ count, dtype }: Storage) => count * widthOf(dtype ?? 'U8')

/** All storages to which a pickle refers, by their keys. */
function storagesOf(references: readonly Persistent[]): ReadonlyMap<string, Storage> {
  return new Map(references.map(storageOf).map((storage) => [storage.key, storage]))
}

function cut(where: string): ForeignFileError {
  return new ForeignFileError('the file is cut short', {
    received: `a file that ends ${where}`,
    expected: 'all storages that its arrays need',
    advice: 'fetch the file again',
  })
}

function finder(storages: ReadonlyMap<string, Uint8Array>): FindStorage {
  return (key) => {
    const storage = storages.get(key)
    if (storage !== undefined) return storage
    throw invalid(`no storage ${printable(key)}`, 'the storages that the pickle names')
  }
}

/** `0x1950a86a20f9469cfc6c`, the first value of the older files. */
const mark = 0x1950a86a20f9469cfc6cn

/** Mark, version, system, state dict, keys of the storages: five pickles. Then each storage: its length and its values. */
function readStream(bytes: Uint8Array): TensorFile {
  const values: unknown[] = []
  const references: Persistent[] = []
  let at = 0
  for (let index = 0; index < 5; index++) {
    const { value, end, references: found } = readPickle(bytes, at, stateDictRules)
    values.push(value)
    for (const each of found) references.push(each)
    at = end
    // A bare pickle of a state dict, which torch.save never wrote, holds no storages.
    if (index === 0 && value !== mark) throw invalid("a pickle without PyTorch's mark", 'what torch.save writes')
  }
  const [, , system, dict, keys] = values
  if (system instanceof Map && system.get('little_endian') === false)
    throw invalid('values in big-endian order', 'little-endian values')
  if (!Array.isArray(keys)) throw invalid('no list of storages', 'the keys of the storages')
  const storages = new Map<string, Uint8Array>()
  // Only the state dict says how long a storage's values are.
  const described = storagesOf(references)
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const first = at
  for (const key of keys) {
    if (typeof key !== 'string') throw invalid('a key of a storage that is no text', 'the keys of the storages')
    const storage = described.get(key)
    if (storage === undefined) throw invalid(`storage ${printable(key)}, which no array uses`, 'storages of the arrays')
    const found = at + 8 > bytes.length ? undefined : view.getBigUint64(at, true)
    if (found === undefined) throw cut(`before storage ${printable(key)}`)
    if (found !== BigInt(storage.count))
      throw invalid(`storage ${printable(key)} of ${found} values`, `${storage.count}, as the pickle says`)
    const size = sizeOfStorage(storage)
    at += 8
    if (size > bytes.length - at)
      throw cut(`in storage ${printable(key)}: ${counted(size, 'byte')} where ${bytes.length - at} are left`)
    storages.set(key, bytes.subarray(at, at + size))
    at += size
  }
  return tensorsOf(dict, finder(storages), at - first)
}
