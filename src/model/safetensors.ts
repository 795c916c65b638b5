/**
 * The safetensors container (huggingface/safetensors): eight bytes of header length, a JSON header, the values. Our model
 * files and checkpoints are such files, so any tool that reads safetensors reads their weights. Files are hostile: every
 * length is checked before anything is read by it, and nothing is copied that the file does not hold.
 */

import * as z from 'zod'
import { printShape, type Shape, sizeOf } from '../core/index.ts'
import { SafetensorsError } from './errors.ts'

export interface Tensor {
  readonly shape: Shape
  readonly values: Float32Array
}

export interface SafetensorsFile {
  readonly tensors: ReadonlyMap<string, Tensor>
  readonly metadata: Readonly<Record<string, string>>
}

/** The header may not be larger; the format's own limit. */
const HEADER_LIMIT = 100_000_000

const entry = z.object({
  dtype: z.string(),
  shape: z.array(z.number().int().min(0).max(Number.MAX_SAFE_INTEGER)).max(16),
  data_offsets: z.tuple([z.number().int().min(0), z.number().int().min(0)]),
})
type Entry = z.infer<typeof entry>
const header = z.record(z.string(), z.union([entry, z.record(z.string(), z.string())]))

/**
 * Values as float32 (F16, BF16 and F64 are converted). Those that are so in the file are looked at where they stand and not
 * copied, if their address allows: they change with `bytes`. Throws `SafetensorsError`.
 */
export function readSafetensors(bytes: Uint8Array): SafetensorsFile {
  if (bytes.length < 8)
    throw new SafetensorsError('cut short', { received: `${bytes.length} bytes`, expected: 'at least 8' })
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const length = Number(view.getBigUint64(0, true))
  if (length > HEADER_LIMIT || length > bytes.length - 8) {
    throw new SafetensorsError('not a safetensors file, or cut short', {
      received: `a header of ${length} bytes in a file of ${bytes.length}`,
      expected: `at most ${Math.min(HEADER_LIMIT, bytes.length - 8)}`,
    })
  }
  const parsed = parseHeader(bytes.subarray(8, 8 + length))
  const data = bytes.subarray(8 + length)
  const tensors = new Map<string, Tensor>()
  let metadata: Record<string, string> = {}
  let end = 0
  for (const [name, value] of Object.entries(parsed)) {
    const isEntry = Array.isArray(value.data_offsets)
    if (isEntry === (name === '__metadata__'))
      throw new SafetensorsError(`${name}: ${isEntry ? 'not a list of texts' : 'not a tensor'}`, {
        received: JSON.stringify(value).slice(0, 120),
      })
    if (isEntry) {
      const spec = value as Entry
      tensors.set(name, readTensor(name, spec, data))
      end = Math.max(end, spec.data_offsets[1])
    } else metadata = value as Record<string, string>
  }
  if (end !== data.length) {
    throw new SafetensorsError('the values do not fill the file', {
      received: `${data.length} bytes`,
      expected: `${end} bytes`,
    })
  }
  return { tensors, metadata }
}

function parseHeader(bytes: Uint8Array): z.infer<typeof header> {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes)
    // Parsed once: to have zod compile a function for it takes longer.
    return header.parse(JSON.parse(text), { jitless: true })
  } catch (cause) {
    throw new SafetensorsError('the header is not what safetensors says', {
      received: JSON.stringify(new TextDecoder().decode(bytes.subarray(0, 60))),
      expected: 'a JSON object of tensors',
      cause,
    })
  }
}

type Reader = (view: DataView, offset: number) => number

const types: Readonly<Record<string, { readonly bytes: number; readonly read: Reader }>> = {
  F32: { bytes: 4, read: (view, offset) => view.getFloat32(offset, true) },
  F64: { bytes: 8, read: (view, offset) => view.getFloat64(offset, true) },
  BF16: { bytes: 2, read: (view, offset) => fromBits(view.getUint16(offset, true) << 16) },
  F16: { bytes: 2, read: (view, offset) => fromHalf(view.getUint16(offset, true)) },
}

function readTensor(name: string, { dtype, shape, data_offsets }: Entry, data: Uint8Array): Tensor {
  const type = types[dtype]
  if (type === undefined) {
    throw new SafetensorsError(`${name}: values of a type that is not read`, {
      received: dtype,
      expected: Object.keys(types).join(', '),
    })
  }
  const [from, to] = data_offsets
  const count = sizeOf(shape)
  if (to > data.length || to - from !== count * type.bytes) {
    throw new SafetensorsError(`${name}: its place does not fit`, {
      received: `bytes ${from} to ${to} of ${data.length} for ${printShape(shape)} ${dtype}`,
      expected: `${count * type.bytes} bytes inside the file`,
    })
  }
  const address = data.byteOffset + from
  if (dtype === 'F32' && address % 4 === 0) return { shape, values: new Float32Array(data.buffer, address, count) }
  const values = new Float32Array(count)
  if (dtype === 'F32') new Uint8Array(values.buffer).set(data.subarray(from, to))
  else {
    const view = new DataView(data.buffer, address, to - from)
    for (let i = 0; i < count; i++) values[i] = type.read(view, i * type.bytes)
  }
  return { shape, values }
}

const scratch = new DataView(new ArrayBuffer(4))

function fromBits(bits: number): number {
  scratch.setUint32(0, bits >>> 0)
  return scratch.getFloat32(0)
}

function fromHalf(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1
  const exponent = (bits >> 10) & 31
  const fraction = bits & 1023
  if (exponent === 0) return sign * fraction * 2 ** -24
  if (exponent === 31) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15)
}

/** Deterministic: the same tensors in the same order give the same bytes. All values are F32. */
export function writeSafetensors(
  tensors: ReadonlyMap<string, Tensor>,
  metadata: Readonly<Record<string, string>>,
): Uint8Array<ArrayBuffer> {
  const entries: Record<string, unknown> = { __metadata__: metadata }
  let offset = 0
  for (const [name, { shape, values }] of tensors) {
    const bytes = values.length * 4
    entries[name] = { dtype: 'F32', shape, data_offsets: [offset, offset + bytes] }
    offset += bytes
  }
  const text = JSON.stringify(entries)
  const encoded = new TextEncoder().encode(text)
  // Values start at a multiple of eight, as the format asks; the header is padded with spaces.
  const length = Math.ceil(encoded.length / 8) * 8
  const file = new Uint8Array(8 + length + offset)
  new DataView(file.buffer).setBigUint64(0, BigInt(length), true)
  file.fill(0x20, 8, 8 + length)
  file.set(encoded, 8)
  let at = 8 + length
  for (const { values } of tensors.values()) {
    file.set(new Uint8Array(values.buffer, values.byteOffset, values.byteLength), at)
    at += values.byteLength
  }
  return file
}
