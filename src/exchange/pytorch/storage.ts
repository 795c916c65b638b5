/** PyTorch's storages: flat memory that one or several tensors are views of, and the types of its values. */

import { printable } from '../../core/text.ts'
import { dtypes } from '../../model/safetensors/dtypes.ts'
import { invalid } from './invalid.ts'
import { Global, type Persistent } from './pickleValues.ts'

/** Storage classes by the names that safetensors has for their types; the names of the types in `torch`. */
const types: readonly (readonly [storage: string, dtype: string, names: readonly string[]])[] = [
  ['FloatStorage', 'F32', ['float32', 'float']],
  ['DoubleStorage', 'F64', ['float64', 'double']],
  ['HalfStorage', 'F16', ['float16', 'half']],
  ['BFloat16Storage', 'BF16', ['bfloat16']],
  ['LongStorage', 'I64', ['int64', 'long']],
  ['IntStorage', 'I32', ['int32', 'int']],
  ['ShortStorage', 'I16', ['int16', 'short']],
  ['CharStorage', 'I8', ['int8']],
  ['ByteStorage', 'U8', ['uint8']],
  ['BoolStorage', 'BOOL', ['bool']],
  // These have no class of their own: their storages are bytes, and their tensors name the type.
  ['', 'U16', ['uint16']],
  ['', 'U32', ['uint32']],
  ['', 'U64', ['uint64']],
  ['', 'F8_E4M3', ['float8_e4m3fn']],
  ['', 'F8_E5M2', ['float8_e5m2']],
  ['', 'F8_E4M3FNUZ', ['float8_e4m3fnuz']],
  ['', 'F8_E5M2FNUZ', ['float8_e5m2fnuz']],
]

/** Class and type of each that has a class. */
const storageClasses: ReadonlyMap<string, string> = new Map(
  types.filter(([name]) => name !== '').map(([name, dtype]) => [name, dtype]),
)

const dtypesByName: ReadonlyMap<string, string> = new Map(
  types.flatMap(([, dtype, names]) => names.map((name) => [`torch.${name}`, dtype] as const)),
)

const untyped = /^torch(\.storage)?\.UntypedStorage$/

/** `torch.FloatStorage`, `torch.cuda.FloatStorage`, `torch.storage.UntypedStorage` */
export function isStorageClass(name: string): boolean {
  return untyped.test(name) || storageClasses.has(/^torch\.(?:cuda\.)?(\w+)$/.exec(name)?.[1] ?? '')
}

/** `F32` of `torch.float32`; undefined for anything else. */
export function dtypeOf(value: unknown): string | undefined {
  return value instanceof Global ? dtypesByName.get(value.name) : undefined
}

/** Of one value, in bytes. */
export const widthOf = (dtype: string) => (dtypes.get(dtype)?.bits ?? 8) / 8

export interface Storage {
  readonly key: string
  /** Absent: bytes without a type. */
  readonly dtype: string | undefined
  /** Values; bytes where they have no type. */
  readonly count: number
  /** Where the part begins that is meant; PyTorch before 0.4 had storages that are parts of others. */
  readonly offset: number
}

/** The storage that `('storage', torch.FloatStorage, '0', 'cpu', 1234)` refers to. */
export function storageOf({ id }: Persistent): Storage {
  const [kind, type, key, , count, view] = Array.isArray(id) ? (id as readonly unknown[]) : []
  if (
    kind === 'storage' &&
    type instanceof Global &&
    isStorageClass(type.name) &&
    (typeof key === 'string' || typeof key === 'number') &&
    isWhole(count)
  ) {
    const dtype = storageClasses.get(type.name.split('.').at(-1) as string)
    if (view === null || view === undefined) return { key: `${key}`, dtype, count, offset: 0 }
    const [, offset, length] = Array.isArray(view) ? (view as readonly unknown[]) : []
    if (isWhole(offset) && isWhole(length) && offset + length <= count) return { key: `${key}`, dtype, count, offset }
  }
  const received = type instanceof Global ? printable(type.name) : 'a reference of another kind'
  throw invalid(received, `a storage: ${[...storageClasses.keys()].join(', ')}`)
}

export function isWhole(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0
}
