/** The arrays of an unpickled state dict: PyTorch's tensors as views of its storages, brought into dense order. */

import { sizeOf } from '../../core/shapes.ts'
import { printable } from '../../core/text.ts'
import { dtypes } from '../../model/safetensors/dtypes.ts'
import { storedTensor } from '../../model/safetensors/tensor.ts'
import type { StoredTensor } from '../../model/safetensors.ts'
import { ForeignFileError } from '../errors.ts'
import type { TensorFile } from '../types.ts'
import { Call, Global, Persistent, type PickleDict, type PickleRules } from './pickle.ts'

/** Storage classes by the names that safetensors has for their types. */
const storages: ReadonlyMap<string, string> = new Map([
  ['FloatStorage', 'F32'],
  ['DoubleStorage', 'F64'],
  ['HalfStorage', 'F16'],
  ['BFloat16Storage', 'BF16'],
  ['LongStorage', 'I64'],
  ['IntStorage', 'I32'],
  ['ShortStorage', 'I16'],
  ['CharStorage', 'I8'],
  ['ByteStorage', 'U8'],
  ['BoolStorage', 'BOOL'],
])

const rebuilds = ['torch._utils._rebuild_tensor_v2', 'torch._utils._rebuild_tensor']
const parameters = ['torch._utils._rebuild_parameter', 'torch._utils._rebuild_parameter_with_state']

/** Names that stand in state dicts and beside them in checkpoints. They are data: none is ever called. */
const harmless = new Set([
  'collections.OrderedDict',
  'collections.defaultdict',
  'torch.Size',
  'torch.device',
  'torch.storage.UntypedStorage',
  'torch.storage._load_from_bytes',
  'torch.serialization._get_layout',
  'torch.nn.parameter.Parameter',
  'argparse.Namespace',
  'numpy.core.multiarray.scalar',
  'numpy._core.multiarray.scalar',
  'numpy.dtype',
  '_codecs.encode',
  'builtins.set',
  'builtins.dict',
  'builtins.list',
  'builtins.int',
  'builtins.float',
  'builtins.bool',
  'builtins.complex',
  ...rebuilds,
  ...parameters,
])

const dtypeNames = /^torch\.(float|double|half|u?int|long|short|bfloat|bool|float8_\w+|complex)\d*$/

export const stateDictRules: PickleRules = {
  allows: (name) =>
    harmless.has(name) || dtypeNames.test(name) || storages.has(/^torch\.(?:cuda\.)?(\w+)$/.exec(name)?.[1] ?? ''),
}

/** Bytes of a storage by its key. */
export type FindStorage = (key: string, dtype: string, count: number) => Uint8Array

/** Dictionaries in dictionaries are joined by dots; what is no array is left out, with a note. */
export function tensorsOf(value: unknown, find: FindStorage): TensorFile {
  const tensors = new Map<string, StoredTensor>()
  const left: string[] = []
  const [dict, wrapper] = unwrapped(value)
  const stack: [string, unknown][] = [...dict].reverse().map(([key, each]) => [`${key}`, each])
  let steps = 0
  for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
    const [name, each] = next
    steps += 1
    if (steps > 1_000_000) throw invalid('more than a million values', 'a state dict')
    const tensor = tensorOf(name, each, find)
    if (tensor !== undefined) tensors.set(name, tensor)
    else if (each instanceof Map && name.split('.').length < 32)
      stack.push(...[...each].reverse().map(([key, inner]): [string, unknown] => [`${name}.${key}`, inner]))
    else left.push(name)
  }
  const notes = [
    ...(wrapper === undefined ? [] : [`the arrays are those of ${printable(wrapper)}`]),
    ...(left.length === 0
      ? []
      : [
          `left out, as they are no arrays: ${left.slice(0, 5).map(printable).join(', ')}${left.length > 5 ? ` and ${left.length - 5} more` : ''}`,
        ]),
  ]
  if (tensors.size > 0) return { tensors, notes }
  throw invalid('no arrays', 'a state dict: arrays by name')
}

const wrappers = [
  'state_dict',
  'model_state_dict',
  'model_ema',
  'ema_state_dict',
  'ema',
  'model',
  'net',
  'network',
  'params',
]

/** A checkpoint holds the state dict beside an optimizer's, a number of epochs, ... */
function unwrapped(value: unknown): [PickleDict, string | undefined] {
  let dict = value
  let path: string | undefined
  for (let depth = 0; depth < 4; depth++) {
    if (!(dict instanceof Map)) break
    const own: PickleDict = dict
    const inner = wrappers.find(
      (name) => own.get(name) instanceof Map && [...(own.get(name) as PickleDict).values()].some(isArrayOrDict),
    )
    const hasArrays = [...own.values()].some((each) => each instanceof Call && isTensorCall(each))
    if (inner === undefined || hasArrays) break
    dict = own.get(inner)
    path = path === undefined ? inner : `${path}.${inner}`
  }
  if (dict instanceof Map) return [dict, path]
  const received = dict instanceof Call && isTensorCall(dict) ? 'one array without a name' : 'no dictionary'
  throw invalid(received, 'a state dict: arrays by name')
}

const isArrayOrDict = (value: unknown) => value instanceof Map || (value instanceof Call && isTensorCall(value))
const isTensorCall = ({ name }: Call) => rebuilds.includes(name) || parameters.includes(name)

function tensorOf(name: string, value: unknown, find: FindStorage): StoredTensor | undefined {
  if (!(value instanceof Call)) return undefined
  if (parameters.includes(value.name)) return tensorOf(name, value.args[0], find)
  if (!rebuilds.includes(value.name)) return undefined
  const [storage, offset, shape, strides] = value.args
  if (
    !(storage instanceof Persistent) ||
    !isWhole(offset) ||
    !isWholes(shape) ||
    !isWholes(strides) ||
    shape.length !== strides.length ||
    shape.length > 64
  )
    throw invalid(`${printable(name)} with an invalid description`, 'a storage, an offset, a shape and strides')
  const { key, dtype, count } = storageOf(name, storage)
  const bytes = find(key, dtype, count)
  const width = (dtypes.get(dtype)?.bits ?? 8) / 8
  const size = sizeOf(shape)
  const last =
    size === 0
      ? offset - 1
      : offset + shape.reduce((sum, side, axis) => sum + (side - 1) * (strides[axis] as number), 0)
  if ((last + 1) * width > bytes.length || size > 2 ** 40)
    throw invalid(
      `${printable(name)}, which reads value ${last} of ${bytes.length / width}`,
      'values within the storage',
    )
  return storedTensor(name, { dtype, shape, from: 0, to: size * width }, dense(bytes, width, offset, shape, strides))
}

/** `('storage', torch.FloatStorage, '0', 'cpu', 1234)`; older files end in a view of another storage. */
function storageOf(
  name: string,
  { id }: Persistent,
): { readonly key: string; readonly dtype: string; readonly count: number } {
  const [kind, type, key, , count, view] = Array.isArray(id) ? (id as readonly unknown[]) : []
  const dtype = type instanceof Global ? storages.get(type.name.split('.').at(-1) ?? '') : undefined
  if (
    kind === 'storage' &&
    dtype !== undefined &&
    (typeof key === 'string' || typeof key === 'number') &&
    isWhole(count) &&
    (view === null || view === undefined)
  )
    return { key: `${key}`, dtype, count }
  const received = type instanceof Global ? printable(type.name) : 'another kind of reference'
  throw invalid(`${printable(name)} in ${received}`, `a storage: ${[...storages.keys()].join(', ')}`)
}

/** The types of all storages that a value refers to, by their keys. */
export function storageTypes(value: unknown): ReadonlyMap<string, string> {
  const types = new Map<string, string>()
  const seen = new Set<unknown>()
  const stack = [value]
  while (stack.length > 0) {
    const next = stack.pop()
    if (typeof next !== 'object' || next === null || seen.has(next)) continue
    seen.add(next)
    if (next instanceof Persistent) {
      const { key, dtype } = storageOf('an array', next)
      types.set(key, dtype)
    } else if (next instanceof Map) stack.push(...next.values())
    else if (next instanceof Call) stack.push(...next.args)
    else if (Array.isArray(next)) stack.push(...next)
  }
  return types
}

/** A view where the values lie in order already. */
function dense(
  bytes: Uint8Array,
  width: number,
  offset: number,
  shape: readonly number[],
  strides: readonly number[],
): Uint8Array {
  const size = sizeOf(shape)
  let expected = 1
  let isDense = true
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    if (shape[axis] !== 1 && strides[axis] !== expected) isDense = false
    expected *= shape[axis] as number
  }
  if (isDense || size === 0) return bytes.subarray(offset * width, (offset + size) * width)
  // Values may be repeated (stride 0), but not so often that memory runs out.
  if (size * width > 2 ** 32) throw invalid(`a view of ${size} values`, 'at most 4 GiB')
  const out = new Uint8Array(size * width)
  const index = shape.map(() => 0)
  let from = offset
  for (let to = 0; to < out.length; to += width) {
    for (let byte = 0; byte < width; byte++) out[to + byte] = bytes[from * width + byte] as number
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      index[axis] = (index[axis] as number) + 1
      from += strides[axis] as number
      if ((index[axis] as number) < (shape[axis] as number)) break
      from -= (strides[axis] as number) * (shape[axis] as number)
      index[axis] = 0
    }
  }
  return out
}

function isWhole(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0
}

function isWholes(value: unknown): value is number[] {
  return Array.isArray(value) && value.every(isWhole)
}

export function invalid(received: string, expected: string): ForeignFileError {
  return new ForeignFileError('the file is damaged, or is not a state dict of PyTorch', {
    received,
    expected,
    advice: 'fetch the file again; or save model.state_dict()',
  })
}
