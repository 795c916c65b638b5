/** The model file, `.lenslet`: safetensors whose metadata holds the network and the model's info. */

import type { Bytes } from '../core/bytes.ts'
import { listed } from '../core/text.ts'
import { networkFromJson } from '../network/json.ts'
import type { Network } from '../network/network.ts'
import { ModelFileError } from './errors.ts'
import { checkFit } from './fit.ts'
import { checkInfo, type ModelInfo, parseInfo } from './info.ts'
import {
  checksumOf,
  readSafetensors,
  type StoredTensor,
  safetensorsParts,
  type Tensor,
  writeSafetensors,
} from './safetensors.ts'

export interface ModelFile {
  readonly network: Network
  readonly info: ModelInfo
  readonly tensors: ReadonlyMap<string, StoredTensor>
  /** False for a file of a version that wrote none: damage to its weights cannot be noticed. */
  readonly hasChecksum: boolean
}

interface ModelContents extends Omit<ModelFile, 'hasChecksum' | 'tensors'> {
  readonly tensors: ReadonlyMap<string, Tensor>
}

const format = 'lenslet.model'

/**
 * Which types weights are stored as, by the version of the file: readers that know version 1 only refuse 16-bit floats by the
 * version, and not for damage. A model with 32-bit floats stays version 1.
 */
const typesOf: ReadonlyMap<string, readonly string[]> = new Map([
  ['1', ['F32']],
  ['2', ['F32', 'F16']],
])

function versionOf(tensors: ReadonlyMap<string, Tensor | StoredTensor>): string {
  return [...tensors.values()].some((tensor) => 'dtype' in tensor && tensor.dtype === 'F16') ? '2' : '1'
}

/** @throws {ModelFileError} what could not be read again: weights that are not finite, or info that does not fit */
export function encodeModel(file: ModelContents): Uint8Array<ArrayBuffer> {
  return writeSafetensors(file.tensors, metadataOf(file))
}

/** The same bytes, part after part, without a copy of the weights. */
export function modelParts(file: ModelContents): Iterable<Uint8Array> {
  return safetensorsParts(file.tensors, metadataOf(file))
}

function metadataOf(file: ModelContents): Readonly<Record<string, string>> {
  checkInfo(file.info)
  checkFit(file)
  const network = JSON.stringify(file.network)
  const texts = { format, version: versionOf(file.tensors), network, info: JSON.stringify(file.info) }
  return { ...texts, checksum: checksumOf(texts, file.tensors) }
}

/**
 * A model from the bytes of its file. Checked before anything is used: the container, the checksum, the network, and whether
 * weights and info belong to it.
 * @throws {SafetensorsError} the bytes are not a safetensors file
 * @throws {ModelFileError} the file is of another kind, damaged, or its weights or info do not fit its network
 * @throws {NetworkFileError | NetworkError | SizeError} what is wrong with the network in it
 */
export function decodeModel(bytes: Uint8Array | Bytes): ModelFile {
  const { tensors, metadata } = readSafetensors(bytes)
  const types = typesOf.get(metadata.version ?? '')
  if (metadata.format !== format || types === undefined) {
    throw new ModelFileError('not a Lenslet model', {
      received:
        metadata.format === undefined
          ? 'safetensors without our metadata'
          : `${metadata.format} version ${metadata.version}`,
      expected: `${format} version ${[...typesOf.keys()].join(' or ')}`,
    })
  }
  checkSum(metadata, tensors, types)
  const network = networkFromJson(metadata.network ?? '')
  const info = parseInfo(metadata.info ?? '{}')
  checkFit({ network, info, tensors })
  return { network, info, tensors, hasChecksum: metadata.checksum !== undefined }
}

const textNames = ['format', 'version', 'network', 'info']

/**
 * Against a checksum, where there is one. Files of older versions have none, so a text of any other name is refused: it may
 * be the checksum with a damaged name.
 */
function checkSum(
  metadata: Readonly<Record<string, string>>,
  tensors: ReadonlyMap<string, StoredTensor>,
  types: readonly string[],
): void {
  const { checksum, ...texts } = metadata
  const other = Object.keys(texts).filter((name) => !textNames.includes(name))
  if (other.length > 0) throw damaged(`the metadata ${listed(other)}`, `${textNames.join(', ')} and checksum`)
  if (checksum === undefined) return
  const stored = [...tensors].find(([, { dtype }]) => !types.includes(dtype))
  if (stored !== undefined) throw damaged(`${stored[0]} of type ${stored[1].dtype}`, types.join(' or '))
  const found = checksumOf(Object.fromEntries(textNames.map((name) => [name, texts[name] ?? ''])), tensors)
  if (found !== checksum) throw damaged(`contents with the checksum ${found}`, `${checksum}, as stored in the file`)
}

function damaged(received: string, expected: string): ModelFileError {
  return new ModelFileError('the file is damaged', {
    received,
    expected,
    advice: 'copy the file again. If it was changed on purpose, remove checksum from its metadata',
  })
}
