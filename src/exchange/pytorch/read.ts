/**
 * Reads state dicts of PyTorch: the zip archives of version 1.6 and later (torch.save), and the older streams: a few
 * pickles in a row, then the storages. Storages stay views of the file.
 */

import { printable } from '../../core/text.ts'
import { dtypes } from '../../model/safetensors/dtypes.ts'
import { refuseOtherFile } from '../otherFile.ts'
import type { ModelFiles, TensorFile } from '../types.ts'
import { readZip, type ZipEntry } from '../zip.ts'
import { isZip } from './format.ts'
import { readPickle } from './pickle.ts'
import { invalid, stateDictRules, storageTypes, tensorsOf } from './stateDict.ts'

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
  const { value } = readPickle((entries.get(pickle) as ZipEntry).bytes(), 0, stateDictRules)
  return tensorsOf(value, (key, dtype, count) => {
    const entry = entries.get(`${folder}data/${key}`)
    if (entry === undefined) throw invalid(`no storage ${printable(key)}`, 'the storages that the pickle names')
    const needed = count * widthOf(dtype)
    if (needed > entry.size)
      throw invalid(`a storage of ${entry.size} bytes for ${count} values of ${dtype}`, `${needed} bytes`)
    return entry.bytes().subarray(0, needed)
  })
}

const widthOf = (dtype: string) => (dtypes.get(dtype)?.bits ?? 8) / 8

/** Mark, version, system, state dict, keys of the storages: five pickles. Then each storage: its length and its values. */
function readStream(bytes: Uint8Array): TensorFile {
  const values: unknown[] = []
  let at = 0
  for (let index = 0; index < 5; index++) {
    const { value, end } = readPickle(bytes, at, stateDictRules)
    values.push(value)
    at = end
    // A bare pickle of a state dict, which torch.save never wrote, holds no storages.
    if (index === 0 && typeof value !== 'bigint')
      throw invalid("a pickle without PyTorch's mark", 'what torch.save writes')
  }
  const [, , system, dict, keys] = values
  if (system instanceof Map && system.get('little_endian') === false)
    throw invalid('values in big-endian order', 'little-endian values')
  if (!Array.isArray(keys)) throw invalid('no list of storages', 'the keys of the storages')
  const storages = new Map<string, Uint8Array>()
  // Only the state dict says how long a storage's values are.
  const types = storageTypes(dict)
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  for (const key of keys.map(String)) {
    if (at + 8 > bytes.length) throw invalid(`a file that ends before storage ${printable(key)}`, 'all storages')
    const count = Number(view.getBigUint64(at, true))
    const length = count * widthOf(types.get(key) ?? 'F32')
    at += 8
    if (length > bytes.length - at)
      throw invalid(`storage ${printable(key)} of ${length} bytes where ${bytes.length - at} are left`, 'all storages')
    storages.set(key, bytes.subarray(at, at + length))
    at += length
  }
  return tensorsOf(dict, (key) => {
    const storage = storages.get(key)
    if (storage === undefined) throw invalid(`no storage ${printable(key)}`, 'the storages that the pickle names')
    return storage
  })
}
