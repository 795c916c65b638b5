/** The weights of a TensorFlow.js model: a manifest of groups, whose bytes are cut into shards at any place. */

import type { Bytes } from '../../core/bytes.ts'
import { bytesJoined } from '../../core/storedBytes.ts'
import { printable } from '../../core/text.ts'
import { ForeignFileError } from '../errors.ts'
import { isObject, type Json, shown } from '../keras/settings.ts'
import { arrayOf } from '../keras/values.ts'
import type { KerasArray } from '../keras/weights.ts'
import { openBeside } from '../openFile.ts'
import type { ModelFiles } from '../types.ts'
import { dequantized } from './quantization.ts'

/** An array of the manifest, and how it is stored. */
export interface TfjsArray extends KerasArray {
  /** safetensors' name of the type that is stored. */
  readonly dtype: string
  readonly bytes: Bytes
  readonly isQuantized: boolean
}

const types: ReadonlyMap<string, readonly [dtype: string, bytes: number]> = new Map([
  ['float32', ['F32', 4]],
  ['float16', ['F16', 2]],
  ['int32', ['I32', 4]],
  ['int16', ['I16', 2]],
  ['int8', ['I8', 1]],
  ['uint8', ['U8', 1]],
  ['uint16', ['U16', 2]],
  ['bool', ['BOOL', 1]],
])

/** All arrays, by name. @throws {ForeignFileError} a shard is missing, or the groups are shorter than their arrays */
export async function readManifest(files: ModelFiles, manifest: unknown): Promise<ReadonlyMap<string, TfjsArray>> {
  if (!Array.isArray(manifest)) throw invalid('the model has no weightsManifest', manifest)
  const arrays = new Map<string, TfjsArray>()
  const seen = new Set<string>()
  for (const group of manifest) {
    if (!isObject(group) || !Array.isArray(group.paths) || !Array.isArray(group.weights))
      throw invalid('a group of the weightsManifest needs paths and weights', group)
    const bytes = await joinedShards(files, group.paths, seen)
    let at = 0
    for (const weight of group.weights) {
      const entry = readEntry(weight)
      if (at + entry.length > bytes.length) {
        throw new ForeignFileError(
          `the weights of ${printable(entry.name)} are not in their files: these are cut short`,
          {
            received: `${bytes.length} bytes in ${group.paths.map((path) => shown(path)).join(', ')}`,
            expected: `at least ${at + entry.length}`,
            advice: 'fetch the files of the model again',
          },
        )
      }
      if (arrays.has(entry.name)) throw invalid('two weights have one name', entry.name)
      arrays.set(entry.name, entry.array(bytes.slice(at, at + entry.length)))
      at += entry.length
    }
  }
  return arrays
}

/**
 * A number may begin in one shard and end in the next, so the shards of a group are joined before they are cut.
 *
 * @param seen shards of groups before: one that is named a thousand times would be read as many times
 */
async function joinedShards(files: ModelFiles, paths: readonly unknown[], seen: Set<string>): Promise<Bytes> {
  const shards: Bytes[] = []
  for (const path of paths) {
    if (typeof path !== 'string') throw invalid('the path of a shard must be text', path)
    if (seen.size === seen.add(samePath(path)).size) throw invalid('a shard is named twice', path)
    const bytes = await openBeside(files, path)
    if (bytes === undefined) {
      throw new ForeignFileError(`the weights of the model are missing: there is no file ${printable(path)}`, {
        expected: `${printable(path)} in the folder of ${printable(files.name)}`,
        advice: 'put the .bin files of the model beside its model.json',
      })
    }
    shards.push(bytes)
  }
  return bytesJoined(shards)
}

/** `./a.bin` is `a.bin`. */
function samePath(path: string): string {
  return path
    .split('/')
    .filter((part) => part !== '' && part !== '.')
    .join('/')
}

function readEntry(value: unknown) {
  if (!isObject(value) || typeof value.name !== 'string') throw invalid('a weight of the manifest has no name', value)
  const { name, shape, quantization } = value
  const isSide = (side: unknown) => Number.isSafeInteger(side) && (side as number) >= 0
  if (!Array.isArray(shape) || shape.length > 32 || !shape.every(isSide))
    throw invalid(`the shape of ${printable(name)} is invalid`, shape)
  const stored = isObject(quantization) ? quantization : undefined
  const type = types.get(String(stored?.dtype ?? value.dtype))
  if (type === undefined) {
    throw new ForeignFileError(`the values of ${printable(name)} are of a type that Lenslet does not read`, {
      received: shown(stored?.dtype ?? value.dtype),
      expected: [...types.keys()].join(', '),
    })
  }
  const [dtype, width] = type
  const length = shape.reduce<number>((product, side) => product * side, width)
  if (!Number.isSafeInteger(length)) throw invalid(`the shape of ${printable(name)} is too large`, shape)
  return { name, length, array: (bytes: Bytes) => arrayIn(name, dtype, shape, bytes, stored) }
}

function arrayIn(
  name: string,
  dtype: string,
  shape: readonly number[],
  bytes: Bytes,
  quantization: Json | undefined,
): TfjsArray {
  const array = arrayOf(name, dtype, shape, bytes)
  const fill = quantization === undefined ? array.fill : dequantized(name, array, quantization)
  return { shape, fill, dtype, bytes, isQuantized: quantization !== undefined && dtype !== 'F16' }
}

function invalid(message: string, received: unknown): ForeignFileError {
  return new ForeignFileError(message, {
    received: shown(received),
    expected: 'a model.json of TensorFlow.js',
    advice: 'fetch the file again',
  })
}
