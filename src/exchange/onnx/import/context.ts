/** What a handler of an operator is given: its inputs as values, its attributes, and ways to add layers. */

import { printShape, sizeOf } from '../../../core/shapes.ts'
import type { WeightSource } from '../../../model/weightSource.ts'
import type { LayerDraft, NetworkBuilder, Wire } from '../../networkBuilder.ts'
import type { OnnxNode } from '../proto/model.ts'
import { arrange } from './arrange.ts'
import { decimalOf } from './decimal.ts'
import {
  type Activation,
  Batches,
  type Constant,
  type Dimension,
  lengthOf,
  mapDimensions,
  type Value,
} from './values.ts'

/** Why an operator cannot become layers: collected, and reported with all others. */
export class Obstacle extends Error {}

export interface Graph {
  readonly builder: NetworkBuilder
  readonly opset: number
  /** Where the graph's shapes hold the batch size as a number. */
  readonly fixedBatch: number | undefined
  /** How many operators use a value. */
  uses(name: string): number
}

/** The layers of one operator. */
export class Context {
  readonly graph: Graph
  readonly node: OnnxNode
  readonly inputs: readonly (Value | undefined)[]
  #layers = 0

  constructor(graph: Graph, node: OnnxNode, inputs: readonly (Value | undefined)[]) {
    this.graph = graph
    this.node = node
    this.inputs = inputs
  }

  get opset(): number {
    return this.graph.opset
  }

  // --- attributes --------------------------------------------------------------------------------------------------

  int(name: string, usual: number): number {
    const value = this.node.attributes.get(name)
    return value?.kind === 'int' ? value.value : usual
  }

  float(name: string, usual: number): number {
    const value = this.node.attributes.get(name)
    return value?.kind === 'float' || value?.kind === 'int' ? decimalOf(value.value) : usual
  }

  text(name: string, usual: string): string {
    const value = this.node.attributes.get(name)
    return value?.kind === 'text' ? value.value : usual
  }

  ints(name: string): readonly number[] | undefined {
    const value = this.node.attributes.get(name)
    return value?.kind === 'ints' ? value.value : undefined
  }

  // --- inputs ------------------------------------------------------------------------------------------------------

  /** Whether an optional input is given. */
  has(index: number): boolean {
    return this.inputs[index] !== undefined
  }

  input(index: number): Value {
    const value = this.inputs[index]
    if (value === undefined) throw new Obstacle(`input ${index + 1} is missing`)
    return value
  }

  activation(index: number): Activation {
    const value = this.input(index)
    if (value.kind === 'activation') return value
    throw new Obstacle(`input ${index + 1} is a constant; the image, or what is computed from it, is expected`)
  }

  constant(index: number, what: string): Constant {
    const value = this.input(index)
    if (value.kind === 'constant') return value
    throw new Obstacle(`${what} are computed from the image; constants are expected`)
  }

  /** Numbers of an optional input or, in older opsets, of an attribute. */
  numbers(index: number, name: string): readonly number[] | undefined {
    if (this.has(index)) return numbersOf(this.constant(index, name))
    return this.ints(name)
  }

  // --- layers ------------------------------------------------------------------------------------------------------

  /** Adds a layer. The first of an operator takes the operator's name. */
  layer(word: string, parts: LayerDraft['parts'], inputs: readonly Wire[], weights?: LayerDraft['weights']): Wire {
    return this.add({ word, inputs, ...(parts && { parts }), ...(weights && { weights }) })
  }

  add(draft: LayerDraft): Wire {
    // PyTorch's names are paths: /layer1/conv1/Conv.
    const name = this.node.name.replace(/^\/+/, '')
    const own = name === '' ? '' : this.#layers === 0 ? name : `${name}_${draft.word.toLowerCase()}`
    this.#layers += 1
    return this.graph.builder.add({ name: own, ...draft })
  }

  /** The volume that an operator on [N, C, H, W] or [N, C, W] reads. */
  map(value: Activation): Wire {
    const [n, channels, rows, columns] =
      value.dimensions.length === 3 ? [...value.dimensions.slice(0, 2), [], value.dimensions[2]] : value.dimensions
    const { length } = value.dimensions
    if (length !== 3 && length !== 4) throw new Obstacle(`its input has ${length} dimensions; 3 or 4 are expected`)
    return this.arranged(value, n as Dimension, { channels, rows, columns } as Record<string, Dimension>)
  }

  /** The volume whose channels are these dimensions together, at one position. */
  flat(value: Activation): Wire {
    const [n, ...rest] = value.dimensions
    return this.arranged(value, n ?? [], { channels: rest.flat(), rows: [], columns: [] })
  }

  arranged(value: Activation, n: Dimension, { channels, rows, columns }: Record<string, Dimension>): Wire {
    if (n.length !== 1 || n[0]?.root !== 'n')
      throw new Obstacle(`the images of a batch are not its first dimension: ${describe(value)}`)
    const wanted = { channels: channels ?? [], rows: rows ?? [], columns: columns ?? [] }
    const found = arrange(value.wire, wanted, (word, parts, inputs) => this.layer(word, parts, inputs))
    if (found !== undefined) return found
    throw new Obstacle(`its input is arranged in an order that no layer makes: ${describe(value)}`)
  }

  /** An output of [N, C, H, W], or with as many dimensions as given. */
  mapOf(wire: Wire, rank = 4, draft?: LayerDraft): Activation {
    return this.made(wire, mapDimensions(wire, rank), draft)
  }

  made(wire: Wire, dimensions: readonly Dimension[], draft?: LayerDraft): Activation {
    return { kind: 'activation', wire, dimensions, made: { node: this.node, inputs: this.inputs, draft } }
  }
}

/** Plain numbers, of an input that shape arithmetic may have made. */
export function numbersOf(value: Constant): readonly number[] {
  return Array.from(value.entries(), (entry) => {
    if (typeof entry === 'number') return entry
    throw new Obstacle('a value depends on the batch size')
  })
}

export function scalarOf(value: Constant): number {
  const [first, ...others] = numbersOf(value)
  if (first !== undefined && others.length === 0) return first
  throw new Obstacle(`one number is expected, and ${printShape(value.shape)} are given`)
}

export function filled(shape: readonly number[], value: number): WeightSource {
  return { shape, fill: (into) => void into.fill(value) }
}

export function given(values: ArrayLike<number>, shape: readonly number[] = [values.length]): WeightSource {
  return { shape, fill: (into) => into.set(values) }
}

/** Values in the file's order. */
export function asStored(source: Constant, shape: readonly number[] = source.shape): WeightSource {
  if (sizeOf(shape) !== sizeOf(source.shape))
    throw new Obstacle(`${printShape(source.shape)} values are given, and ${printShape(shape)} expected`)
  return { shape, fill: (into) => into.set(source.entries() as ArrayLike<number>) }
}

export function describe({ dimensions }: Activation): string {
  const one = (dimension: Dimension) => {
    const length = lengthOf(dimension)
    const names = dimension.map(({ root }) => root.toUpperCase()).join('·')
    return names === '' ? '1' : length instanceof Batches ? names : `${names}=${length}`
  }
  return `[${dimensions.map(one).join(', ')}]`
}
