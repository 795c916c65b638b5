/** Reads a TensorProto: its values stay views of the file's bytes, whichever of ONNX's ways they are stored in. */

import { asBytes, type Bytes } from '../../../core/bytes.ts'
import { printShape, type Shape, sizeOf } from '../../../core/shapes.ts'
import { printable } from '../../../core/text.ts'
import { dtypes } from '../../../model/safetensors/dtypes.ts'
import { type StoredTensor, storedTensor } from '../../../model/safetensors/tensor.ts'
import { ForeignFileError } from '../../errors.ts'
import type { Field, Visit } from '../../protobuf.ts'
import type { ExternalData, OnnxTensor } from './model.ts'

/** ONNX's numbers of element types, by the names that safetensors has for them. */
const typeNames: ReadonlyMap<number, string> = new Map([
  [1, 'F32'],
  [2, 'U8'],
  [3, 'I8'],
  [4, 'U16'],
  [5, 'I16'],
  [6, 'I32'],
  [7, 'I64'],
  [9, 'BOOL'],
  [10, 'F16'],
  [11, 'F64'],
  [12, 'U32'],
  [13, 'U64'],
  [16, 'BF16'],
])

/** `F32` for 1; undefined for types whose values are not decoded (text, complex, 4 and 8 bits). */
export function typeName(type: number): string | undefined {
  return typeNames.get(type)
}

/** What a TensorProto holds, field by field. */
interface Draft {
  name: string
  type: number
  readonly shape: number[]
  raw?: Bytes
  /** The only field of floats, where they are packed: as they are, they are the values. */
  packed?: Bytes | undefined
  readonly floats: number[]
  readonly doubles: number[]
  readonly ints: number[]
  readonly external: Map<string, string>
  isExternal: boolean
}

export function readTensor(field: Field): OnnxTensor {
  return tensorOf((visit) => field.message(visit))
}

/** From the fields of a TensorProto, wherever it stands. */
export function tensorOf(fields: (visit: Visit) => void): OnnxTensor {
  const draft: Draft = {
    name: '',
    type: 0,
    shape: [],
    floats: [],
    doubles: [],
    ints: [],
    external: new Map(),
    isExternal: false,
  }
  fields((each) => readField(draft, each))
  const { name, type, shape, external, isExternal } = draft
  if (shape.some((side) => side < 0 || !Number.isSafeInteger(side)))
    throw invalid(draft, printShape(shape), 'sides of at least 0')
  if (isExternal) return { name, type, shape, external: externalOf(draft, external) }
  return { name, stored: storedOf(draft) }
}

function readField(draft: Draft, field: Field): void {
  switch (field.number) {
    case 1:
      field.ints(draft.shape)
      return
    case 2:
      draft.type = field.int()
      return
    case 4:
      if (field.hasLength && draft.packed === undefined && draft.floats.length === 0) draft.packed = field.range()
      else {
        draft.floats.push(...floatsOf(draft.packed))
        draft.packed = undefined
        field.floats(draft.floats)
      }
      return
    case 5:
    case 7:
    case 11:
      field.ints(draft.ints)
      return
    case 8:
      draft.name = field.text()
      return
    case 9:
      draft.raw = field.range()
      return
    case 10:
      field.doubles(draft.doubles)
      return
    case 13: {
      const [key, value] = readPair(field)
      draft.external.set(key, value)
      return
    }
    case 14:
      draft.isExternal = field.int() === 1
  }
}

/** Many small fields of packed floats: no program writes them so. */
function* floatsOf(packed: Bytes | undefined): Generator<number> {
  for (const { buffer, byteOffset, byteLength } of packed?.portions(2 ** 16) ?? []) {
    const view = new DataView(buffer, byteOffset, byteLength)
    for (let at = 0; at + 4 <= byteLength; at += 4) yield view.getFloat32(at, true)
  }
}

/** A StringStringEntryProto. */
export function readPair(field: Field): [key: string, value: string] {
  let [key, value] = ['', '']
  field.message((each) => {
    if (each.number === 1) key = each.text()
    if (each.number === 2) value = each.text()
  })
  return [key, value]
}

function externalOf(draft: Draft, entries: ReadonlyMap<string, string>): ExternalData {
  const location = entries.get('location')
  const offset = Number(entries.get('offset') ?? 0)
  const length = entries.has('length') ? Number(entries.get('length')) : undefined
  const good = (value: number) => Number.isSafeInteger(value) && value >= 0
  if (location === undefined || !good(offset) || (length !== undefined && !good(length)))
    throw invalid(
      draft,
      `external data { ${[...entries].map(([key, value]) => `${key}: ${printable(value)}`).join(', ')} }`,
      'a location, an offset and a length',
    )
  return { location, offset, ...(length === undefined ? {} : { length }) }
}

function storedOf(draft: Draft): StoredTensor {
  const dtype = typeNames.get(draft.type)
  // A type that is not decoded is refused where its values are needed.
  if (dtype === undefined)
    return storedTensor(
      draft.name,
      { dtype: `ONNX type ${draft.type}`, shape: draft.shape, from: 0, to: 0 },
      new Uint8Array(),
    )
  const bytes = draft.raw ?? (dtype === 'F32' ? draft.packed : undefined) ?? asBytes(bytesOf(draft, dtype))
  return checkedTensor(draft.name, dtype, draft.shape, bytes)
}

/**
 * A tensor whose bytes are as many as its shape needs.
 * @param more whether other bytes may follow
 * @throws {ForeignFileError}
 */
export function checkedTensor(name: string, dtype: string, shape: Shape, bytes: Bytes, more = false): StoredTensor {
  const needed = (sizeOf(shape) * (dtypes.get(dtype)?.bits ?? 0)) / 8
  if (needed > bytes.length || (needed < bytes.length && !more))
    throw invalid({ name }, `${bytes.length} bytes for ${printShape(shape)} of ${dtype}`, `${needed} bytes`)
  return storedTensor(name, { dtype, shape, from: 0, to: needed }, bytes.slice(0, needed))
}

/** Typed data: 16-bit floats are stored as the numbers of their bits, and narrow integers as 32-bit ones. */
function bytesOf({ floats, doubles, ints }: Draft, dtype: string): Uint8Array {
  switch (dtype) {
    case 'F32':
      return new Uint8Array(Float32Array.from(floats).buffer)
    case 'F64':
      return new Uint8Array(Float64Array.from(doubles).buffer)
    case 'I64':
    case 'U64':
      return new Uint8Array(BigInt64Array.from(ints, wide).buffer)
    case 'I32':
    case 'U32':
      return new Uint8Array(Int32Array.from(ints).buffer)
    case 'F16':
    case 'BF16':
    case 'I16':
    case 'U16':
      return new Uint8Array(Uint16Array.from(ints).buffer)
    default:
      return Uint8Array.from(ints)
  }
}

/** 2^63 − 1, as the end of a slice that has none, is 2^63 as a number, and would become −2^63. */
const wide = (value: number) => BigInt(value === 2 ** 63 ? 2 ** 63 - 1024 : value)

function invalid({ name }: { readonly name: string }, received: string, expected: string): ForeignFileError {
  return new ForeignFileError(
    `the tensor ${name === '' ? 'without a name' : printable(name)} is damaged or cut short`,
    {
      received,
      expected,
      advice: 'fetch the file again',
    },
  )
}
