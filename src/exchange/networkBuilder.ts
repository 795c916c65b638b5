/**
 * Builds a network and its weights layer by layer, for readers of foreign formats. Layers are written as the notation's
 * words with their parts, so that each layer itself makes and checks its attributes.
 */

import { LensletError } from '../core/errors.ts'
import { printShape, type Shape, sameShape, type Volume } from '../core/shapes.ts'
import { layerOfWord } from '../layers/layers.ts'
import type { Layer, WordParts } from '../layers/types.ts'
import type { WeightSource } from '../model/weightSource.ts'
import { isNodeName, makeNetwork, type Network, type NetworkNode } from '../network/network.ts'
import { Names } from '../notation/names.ts'
import { ForeignFileError } from './errors.ts'

/** A layer's output. */
export interface Wire {
  readonly volume: Volume
  /** Place in the list of layers. */
  readonly index: number
}

export interface LayerDraft {
  /** `CONV` */
  readonly word: string
  readonly parts?: WordParts
  readonly inputs: readonly Wire[]
  /** By the layer's own names (`filters`, `bias`), in our layout. */
  readonly weights?: Readonly<Record<string, WeightSource>>
  /** What the file calls it; made valid and unique. Absent or empty: named by type and number. */
  readonly name?: string | undefined
}

export interface BuiltNetwork {
  readonly network: Network
  readonly weights: ReadonlyMap<string, WeightSource>
}

interface Entry extends Omit<LayerDraft, 'parts'> {
  readonly layer: Layer
  readonly attributes: object
}

export class NetworkBuilder {
  readonly #entries: Entry[] = []

  /** Adds a layer. @throws {ForeignFileError} the layer's own error, with the name that the file has for it */
  add({ word, parts = {}, inputs, weights = {}, name }: LayerDraft): Wire {
    const layer = layerOfWord(word) as Layer
    const label = name === undefined || name === '' ? word : name
    try {
      const attributes = layer.notation.read(parts)
      const volumes = inputs.map(({ volume }) => volume)
      const volume = layer.output(attributes, volumes[0] as Volume, volumes)
      for (const { name: weight, shape } of layer.parameters?.(attributes, volumes[0] as Volume) ?? [])
        checkShape(`${label}: ${weight}`, weights[weight]?.shape, shape)
      this.#entries.push({ word, inputs, weights, name, layer, attributes })
      return { volume, index: this.#entries.length - 1 }
    } catch (error) {
      if (!(error instanceof LensletError) || error instanceof ForeignFileError) throw error
      const { received, expected, advice } = error
      throw new ForeignFileError(`${label}: ${error.message.split('\n')[0]}`, {
        ...(received === undefined ? {} : { received }),
        ...(expected === undefined ? {} : { expected }),
        ...(advice === undefined ? {} : { advice }),
        cause: error,
      })
    }
  }

  /** The network that ends in this layer; layers that it does not need are left out. */
  finish(output: Wire): BuiltNetwork {
    const needed = this.#needed(output)
    const names = this.#names(needed)
    const nodes = needed.map((index): NetworkNode => {
      const { layer, attributes, inputs } = this.#entries[index] as Entry
      return {
        name: names.get(index) as string,
        type: layer.type,
        attributes,
        inputs: inputs.map((wire) => names.get(wire.index) as string),
      }
    })
    const weights = new Map<string, WeightSource>()
    for (const index of needed) {
      for (const [name, source] of Object.entries((this.#entries[index] as Entry).weights ?? {}))
        weights.set(`${names.get(index)}.${name}`, source)
    }
    return { network: makeNetwork(nodes), weights }
  }

  #needed(output: Wire): readonly number[] {
    const needed = new Set<number>()
    const open = [output.index]
    for (let index = open.pop(); index !== undefined; index = open.pop()) {
      if (needed.has(index)) continue
      needed.add(index)
      // One by one: a call takes no more arguments than the machine's stack holds.
      for (const wire of (this.#entries[index] as Entry).inputs) open.push(wire.index)
    }
    // In the order in which they were added every layer comes after its inputs; the output must be the last.
    return [...needed].sort((a, b) => a - b)
  }

  /** The file's names where it has them; others by type and number, as the notation counts. */
  #names(needed: readonly number[]): ReadonlyMap<number, string> {
    const taken = new Set<string>()
    const counts = new Map<string, number>()
    const names = new Map<number, string>()
    for (const index of needed) {
      const { name = '' } = this.#entries[index] as Entry
      const valid = validName(name)
      if (valid !== '') names.set(index, unique(valid, taken, counts))
    }
    const free = new Names(taken)
    for (const index of needed) {
      if (!names.has(index)) names.set(index, free.next((this.#entries[index] as Entry).layer.type))
    }
    return names
  }
}

/** The name with `_` for characters that no layer's name has; empty if nothing is left of it. */
function validName(name: string): string {
  const text = name
    .normalize('NFC')
    .replace(/[^\p{L}\p{N}_./-]/gu, '_')
    .slice(0, 190)
  if (text === '' || isNodeName(text)) return text
  return isNodeName(`_${text}`) ? `_${text}` : ''
}

/** @param counts how often each name was asked for, so that many layers of one name take linear time */
function unique(name: string, taken: Set<string>, counts: Map<string, number>): string {
  let text = name
  for (let count = counts.get(name) ?? 1; taken.has(text); text = `${name}_${count}`) counts.set(name, ++count)
  taken.add(text)
  return text
}

function checkShape(name: string, found: Shape | undefined, expected: Shape): void {
  if (found !== undefined && sameShape(found, expected)) return
  throw new ForeignFileError(`${name} has the wrong shape`, {
    received: found === undefined ? 'no such array' : printShape(found),
    expected: printShape(expected),
  })
}
