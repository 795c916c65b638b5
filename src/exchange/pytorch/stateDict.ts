/** The arrays of an unpickled checkpoint by name. */

import { counted, listed, printable } from '../../core/text.ts'
import type { StoredTensor } from '../../model/safetensors.ts'
import type { TensorFile } from '../types.ts'
import { invalid } from './invalid.ts'
import type { PickleRules } from './pickle.ts'
import type { PickleDict } from './pickleValues.ts'
import { isStorageClass } from './storage.ts'
import { copiedBytes, type FindStorage, tensorCall, tensorNames, tensorOf } from './tensor.ts'

/** Names that stand in state dicts and beside them in checkpoints. They are data: none is ever called. */
const harmless = new Set([
  'collections.OrderedDict',
  'collections.defaultdict',
  'torch.Size',
  'torch.Tensor',
  'torch.device',
  'torch.serialization._get_layout',
  'torch.nn.parameter.Parameter',
  'torch.nn.parameter.Buffer',
  'argparse.Namespace',
  'numpy.core.multiarray.scalar',
  'numpy._core.multiarray.scalar',
  'numpy.dtype',
  '_codecs.encode',
  ...['__builtin__', 'builtins'].flatMap((module) =>
    ['set', 'dict', 'list', 'int', 'float', 'bool', 'complex'].map((name) => `${module}.${name}`),
  ),
  ...tensorNames,
])

const dtypeNames = /^torch\.(float|double|half|u?int|long|short|bfloat|bool|float8_\w+|complex)\d*$/

export const stateDictRules: PickleRules = {
  allows: (name) => harmless.has(name) || dtypeNames.test(name) || isStorageClass(name),
}

/** Arrays may be copied so far beyond the storages that they are views of: a few bytes can describe any number of values. */
const freeCopies = 2 ** 26

/**
 * The arrays of a checkpoint. Dictionaries in dictionaries, and lists of arrays, are joined by dots; what is no array is left
 * out, with a note.
 *
 * @param storageBytes of all storages together
 */
export function tensorsOf(value: unknown, find: FindStorage, storageBytes: number): TensorFile {
  const [root, wrapper, besides] = unwrapped(value)
  const tensors = new Map<string, StoredTensor>()
  const left: string[] = []
  let copied = 0
  for (const [name, each] of flattened(root)) {
    const call = tensorCall(each)
    if (call === undefined) {
      left.push(name)
      continue
    }
    if (tensors.has(name)) throw invalid(`two arrays ${printable(name)}`, 'unique names')
    const tensor = tensorOf(name, call, find)
    copied += copiedBytes(tensor)
    if (copied > freeCopies + 2 * storageBytes) {
      throw invalid(
        `views of ${counted(copied, 'byte')} in storages of ${counted(storageBytes, 'byte')}`,
        `at most ${counted(freeCopies + 2 * storageBytes, 'byte')}`,
        'save {name: tensor.contiguous()}',
      )
    }
    tensors.set(name, tensor)
  }
  if (tensors.size === 0) throw invalid('no arrays', 'a state dict: arrays by name')
  const notes = [
    ...(wrapper === undefined
      ? []
      : [`the arrays are those of ${printable(wrapper)}${besides.length > 0 ? `; not read: ${listed(besides)}` : ''}`]),
    ...(left.length === 0 ? [] : [`left out, as they are no arrays: ${listed(left)}`]),
  ]
  return { tensors, notes }
}

/** Names under which checkpoints hold a state dict, beside an optimizer's, a number of epochs, ...; the best first. */
const wrappers = [
  'state_dict_ema',
  'ema_state_dict',
  'model_ema',
  'ema',
  'state_dict',
  'model_state_dict',
  'model_state',
  'model',
  'module',
  'net',
  'network',
  'params',
  'weights',
]

/** The state dict in a checkpoint, its name there, and the names of what is beside it. */
function unwrapped(value: unknown): [value: unknown, name: string | undefined, besides: readonly string[]] {
  let root = value
  const path: string[] = []
  const besides: string[] = []
  for (let depth = 0; depth < 4 && root instanceof Map; depth++) {
    const dict: PickleDict = root
    const count = (each: unknown) =>
      each instanceof Map ? [...each.values()].filter((inner) => tensorCall(inner) !== undefined).length : 0
    const inner = wrappers.find((name) => {
      const found = dict.get(name)
      // A single number beside it, such as the best accuracy, does not make a checkpoint a state dict.
      return found instanceof Map && (count(found) > count(dict) || (count(dict) === 0 && wraps(found)))
    })
    if (inner === undefined) break
    besides.push(...[...dict.keys()].filter((key) => key !== inner).map(textOf))
    path.push(inner)
    root = dict.get(inner)
  }
  return [root, path.length === 0 ? undefined : path.join('.'), besides]
}

/** Whether a dictionary has another state dict in it by one of the names. */
const wraps = (dict: PickleDict) => wrappers.some((name) => dict.get(name) instanceof Map)

/** Longer names than any state dict has. */
const longestName = 10_000

/** Every value with its path. A dictionary that stands in several places, or in itself, is read at the first. */
function* flattened(root: unknown): Generator<readonly [name: string, value: unknown]> {
  const open: (readonly [string, unknown])[] = [[tensorCall(root) === undefined ? '' : 'tensor', root]]
  const seen = new Set<unknown>()
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const [path, value] = next
    const inner = entriesOf(value)
    if (inner === undefined) {
      if (path !== '') yield [path, value]
      continue
    }
    if (seen.has(value)) continue
    seen.add(value)
    for (const [key, each] of inner.reverse()) {
      const name = path === '' ? key : `${path}.${key}`
      if (name.length > longestName) throw invalid(`a name of ${name.length} characters`, `at most ${longestName}`)
      open.push([name, each])
    }
  }
}

function entriesOf(value: unknown): [string, unknown][] | undefined {
  if (value instanceof Map) return [...value].map(([key, each]) => [textOf(key), each])
  if (!Array.isArray(value)) return undefined
  const hasArrays = value.some((each) => each instanceof Map || tensorCall(each) !== undefined)
  return hasArrays ? value.map((each: unknown, index) => [`${index}`, each]) : undefined
}

/** Keys are texts or numbers. Others are not looked into: they may be nested to any depth. */
function textOf(key: unknown): string {
  return typeof key === 'string' || typeof key === 'number' || typeof key === 'boolean' ? `${key}` : '?'
}
