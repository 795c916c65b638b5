/** The model file, `.lenslet`: safetensors whose metadata holds the network and the model's info. */

import { list, number, object, optional, printFault, string } from '../core/schema.ts'
import { printShape, sameShape } from '../core/shapes.ts'
import { networkFromJson } from '../network/json.ts'
import type { Network } from '../network/network.ts'
import { inferVolumes } from '../network/volumes.ts'
import { ModelFileError } from './errors.ts'
import { readSafetensors, safetensorsParts, type Tensor, writeSafetensors } from './safetensors.ts'

/** Metadata of a model. */
export interface ModelInfo {
  /** Names of the classes, in the order of the scores. */
  readonly classes?: readonly string[] | undefined
  /** (x/255 − mean)/std, for each channel: what pictures need before the network sees them. */
  readonly normalization?: { readonly mean: readonly number[]; readonly std: readonly number[] } | undefined
  /** Where it comes from: data set, epochs, accuracy; one line for people. */
  readonly origin?: string | undefined
}

export interface ModelFile {
  readonly network: Network
  readonly info: ModelInfo
  readonly tensors: ReadonlyMap<string, Tensor>
}

const numbers = list(number(), { min: 1, max: 65536 })
const infoSchema = object({
  classes: optional(list(string, { max: 1 << 20 })),
  normalization: optional(object({ mean: numbers, std: numbers })),
  origin: optional(string),
})

export function encodeModel(file: ModelFile): Uint8Array<ArrayBuffer> {
  return writeSafetensors(file.tensors, metadataOf(file))
}

/** The same bytes, part after part, without a copy of the weights. */
export function modelParts(file: ModelFile): Iterable<Uint8Array> {
  return safetensorsParts(file.tensors, metadataOf(file))
}

function metadataOf({ network, info }: ModelFile): Readonly<Record<string, string>> {
  return { format: 'lenslet.model', version: '1', network: JSON.stringify(network), info: JSON.stringify(info) }
}

/** Throws `SafetensorsError`, `ModelFileError`, or what is wrong with the network in it. */
export function decodeModel(bytes: Uint8Array): ModelFile {
  const { tensors, metadata } = readSafetensors(bytes)
  if (metadata.format !== 'lenslet.model' || metadata.version !== '1') {
    throw new ModelFileError('not a Lenslet model', {
      received:
        metadata.format === undefined
          ? 'safetensors without our metadata'
          : `${metadata.format} version ${metadata.version}`,
      expected: 'lenslet.model version 1',
    })
  }
  const network = networkFromJson(metadata.network ?? '')
  const info = parseInfo(metadata.info ?? '{}')
  for (const { node, parameters } of inferVolumes(network)) {
    for (const spec of parameters) {
      const name = `${node.name}.${spec.name}`
      const shape = tensors.get(name)?.shape
      if (shape !== undefined && sameShape(shape, spec.shape)) continue
      throw new ModelFileError(`${name} does not fit the network`, {
        received: shape === undefined ? 'no such weight in the file' : printShape(shape),
        expected: printShape(spec.shape),
      })
    }
  }
  return { network, info, tensors }
}

function parseInfo(text: string): ModelInfo {
  try {
    return checkInfo(JSON.parse(text))
  } catch (cause) {
    throw new ModelFileError('its info cannot be read', { received: text.slice(0, 80), cause })
  }
}

/** What a later version may have added is left out. */
function checkInfo(value: unknown): ModelInfo {
  const { classes, normalization, origin } = value as Record<string, unknown>
  const info = { classes, normalization, origin }
  const fault = infoSchema.fault(info)
  if (fault !== undefined) throw new ModelFileError(printFault(fault))
  return info as ModelInfo
}
