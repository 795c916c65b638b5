/**
 * A network: the layers and their wiring as immutable JSON data, without weights. Notation, zoo, builder and imports make
 * it; the plan reads it.
 */

import { isLayerType, layers } from '../layers/layers.ts'
import type { Layer } from '../layers/types.ts'
import { NetworkError } from './errors.ts'

export interface Network {
  readonly format: 'lenslet.network'
  readonly version: 1
  /** In an order in which every node comes after its inputs. The first is the input, the last the output. */
  readonly nodes: readonly NetworkNode[]
}

export interface NetworkNode {
  /** Unique: `conv1`, or what the person wrote. Letters, digits, `_`, `-`, `.`, `/`. */
  readonly name: string
  /** A key of `layers`. */
  readonly type: string
  /** What the layer of that type reads: plain data. */
  readonly attributes: object
  /** Names of earlier nodes. */
  readonly inputs: readonly string[]
}

const namePattern = /^[\p{L}_][\p{L}\p{N}_./-]*$/u

/** A letter or `_`, then letters, digits, `_`, `-`, `.`, `/`; at most 200 characters. */
export function isNodeName(text: string): boolean {
  return namePattern.test(text) && text.length <= 200
}

/** The layer of a node. Throws `NetworkError` for a type that does not exist. */
export function layerOf(node: NetworkNode): Layer {
  if (isLayerType(node.type)) return layers[node.type]
  throw new NetworkError(`${node.name}: no layer of this type`, {
    received: node.type,
    expected: `one of ${Object.keys(layers).join(', ')}`,
  })
}

/** Checks the wiring and freezes. Volumes are checked by `inferVolumes`. Throws `NetworkError`. */
export function makeNetwork(nodes: readonly NetworkNode[]): Network {
  const [first] = nodes
  if (first === undefined) throw new NetworkError('a network needs at least an INPUT', { received: 'no nodes' })
  const known = new Set<string>()
  const used = new Set<string>()
  for (const node of nodes) {
    const { min, max } = layerOf(node).inputs
    if (!isNodeName(node.name)) {
      throw new NetworkError('a node has an invalid name', {
        received: JSON.stringify(node.name.slice(0, 80)),
        expected: 'a letter or _, then letters, digits, _ - . /; at most 200 characters',
      })
    }
    if (known.has(node.name))
      throw new NetworkError('two nodes have the same name', { received: node.name, expected: 'unique names' })
    if (node.inputs.length < min || node.inputs.length > max) {
      throw new NetworkError(`${node.name}: wrong number of inputs`, {
        received: `${node.inputs.length}`,
        expected: min === max ? `${min}` : `${min} to ${max}`,
        advice: (max === 0) === (node === first) ? 'check the wiring' : 'a network has one INPUT, and starts with it',
      })
    }
    for (const name of node.inputs) {
      if (!known.has(name)) throw new NetworkError(`${node.name}: its input is not an earlier node`, { received: name })
      used.add(name)
    }
    known.add(node.name)
  }
  const last = nodes.at(-1) as NetworkNode
  const loose = nodes.find(({ name }) => name !== last.name && !used.has(name))
  if (loose !== undefined) {
    throw new NetworkError(`${loose.name}: nothing uses its output`, { expected: `${last.name} to be the only output` })
  }
  const closing = nodes.find((node) => node !== last && layerOf(node).loss !== undefined)
  if (closing !== undefined) {
    throw new NetworkError(`${closing.name}: the loss must be the last layer`, {
      received: `${last.name} after it`,
      expected: `${layerOf(closing).notation.word} at the end of the network`,
    })
  }
  if (layerOf(first).inputs.max !== 0 || nodes.filter((node) => layerOf(node).inputs.max === 0).length !== 1) {
    throw new NetworkError('a network has one INPUT, and starts with it', {
      received: nodes
        .map(({ type }) => type)
        .slice(0, 8)
        .join(', '),
    })
  }
  return deepFreeze({ format: 'lenslet.network', version: 1, nodes: structuredClone(nodes) as NetworkNode[] })
}

/** Strings, numbers and null count as frozen. */
function deepFreeze<T>(value: T): T {
  if (Object.isFrozen(value)) return value
  for (const part of Object.values(value as object)) deepFreeze(part)
  return Object.freeze(value)
}
