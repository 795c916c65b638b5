/**
 * Reads safetensors. Files are hostile: every length is checked before anything is read or allocated by it, so time and
 * memory are linear in the file, and values are decoded only when they are asked for.
 */

import { asBytes, type Bytes } from '../../core/bytes.ts'
import { SafetensorsError } from '../errors.ts'
import { parseHeader } from './header.ts'
import { type StoredTensor, storedTensor } from './tensor.ts'

export interface SafetensorsFile {
  /** By name, in the header's order. */
  readonly tensors: ReadonlyMap<string, StoredTensor>
  readonly metadata: Readonly<Record<string, string>>
}

/** The header may not be larger; the format's own limit. */
const headerLimit = 100_000_000

/**
 * Tensors of every type of the format; one that cannot be decoded says so when its values are asked for, and leaves the
 * others alone. They are views of `bytes`, or read from them when they are used.
 * @throws {SafetensorsError}
 */
export function readSafetensors(bytes: Uint8Array | Bytes): SafetensorsFile {
  const { header, data } = split(asBytes(bytes))
  const { entries, metadata } = parseHeader(header, data.length)
  const tensors = new Map<string, StoredTensor>()
  for (const [name, entry] of entries) {
    tensors.set(name, storedTensor(name, entry, data.slice(entry.from, entry.to)))
  }
  return { tensors, metadata }
}

function split(bytes: Bytes): { header: string; data: Bytes } {
  if (bytes.length < 8) {
    throw new SafetensorsError(bytes.length === 0 ? 'the file is empty' : 'the file is cut short', {
      received: `${bytes.length} bytes`,
      expected: 'at least 8',
      advice: 'fetch the file again',
    })
  }
  const start = bytes.read(0, 40)
  const length = Number(new DataView(start.buffer, start.byteOffset, 8).getBigUint64(0, true))
  if (length > headerLimit || length > bytes.length - 8) {
    throw new SafetensorsError(otherFile(start) ?? 'not a safetensors file, or cut short', {
      received: `a header of ${length} bytes in a file of ${bytes.length}`,
      expected: `at most ${Math.min(headerLimit, bytes.length - 8)}`,
      advice: 'fetch the file again',
    })
  }
  // A copy: browsers decode no text from shared memory.
  const header = bytes.read(8, 8 + length).slice()
  if (header[0] !== 0x7b) {
    throw new SafetensorsError('not a safetensors file', {
      received: `a header that starts with ${JSON.stringify(String.fromCharCode(...header.subarray(0, 20)))}`,
      expected: '{',
    })
  }
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(header)
    return { header: text, data: bytes.slice(8 + length) }
  } catch (cause) {
    throw new SafetensorsError('the header is not valid UTF-8', { expected: 'a JSON object in UTF-8', cause })
  }
}

/** What is often saved in place of a model, by its first characters. */
function otherFile(bytes: Uint8Array): string | undefined {
  const start = String.fromCharCode(...bytes).trimStart()
  if (start.startsWith('version https://git-lfs')) return 'a Git LFS pointer in place of the file'
  return /^<(!doctype|html|\?xml)/i.test(start) ? 'a web page in place of the file' : undefined
}
