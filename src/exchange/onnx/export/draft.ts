/** The graph of a network while it is written: operators, constants, and where each weight comes from. */

import type { Shape } from '../../../core/shapes.ts'
import { sizeOf } from '../../../core/shapes.ts'
import type { OnnxAttributes, OnnxPort } from '../../../layers/onnx.ts'
import type { OnnxAttribute, OnnxNode, OnnxValue } from '../proto/model.ts'
import { UniqueNames } from './names.ts'

/** One of the network's weights, as the graph has it: its axes in another order, then in another shape. */
export interface WeightUse {
  readonly kind: 'weight'
  /** `conv1.filters` */
  readonly weight: string
  /** In the network. */
  readonly from: Shape
  /** Which of the network's axes each axis is, before the shape changes. */
  readonly axes: readonly number[]
  readonly shape: Shape
  /** Stored as 16-bit floats. */
  readonly half?: boolean
}

export type Initializer =
  | WeightUse
  | { readonly kind: 'floats'; readonly values: readonly number[]; readonly shape: Shape }
  | { readonly kind: 'ints'; readonly values: readonly number[]; readonly shape: Shape }

/** A graph as data. */
export interface DraftGraph {
  readonly nodes: readonly OnnxNode[]
  readonly initializers: ReadonlyMap<string, Initializer>
  readonly input: OnnxValue
  readonly output: OnnxValue
}

export class GraphDraft {
  readonly nodes: OnnxNode[] = []
  readonly initializers = new Map<string, Initializer>()
  readonly #values = new UniqueNames()
  readonly #nodes = new UniqueNames()
  /** Constants that are there already. */
  readonly #constants = new Map<string, string>()
  readonly #maps = new Map<string, string>()

  /** Keeps a name of a value for the graph's input or output. */
  reserve(name: string): void {
    this.#values.take(name)
  }

  /** @param name of the operator and of its output */
  node(op: string, name: string, inputs: readonly string[], attributes: OnnxAttributes = {}): string {
    const output = this.#values.take(name)
    this.nodes.push({
      name: this.#nodes.take(name),
      op,
      domain: '',
      inputs,
      outputs: [output],
      attributes: read(attributes),
    })
    return output
  }

  /** @param name `conv1.weight` */
  weight(name: string, use: Omit<WeightUse, 'kind'>): string {
    const own = this.#values.take(name)
    this.initializers.set(own, { kind: 'weight', ...use })
    return own
  }

  constant(kind: 'floats' | 'ints', values: readonly number[], shape: Shape, name: string): string {
    const key = `${kind} [${shape}] ${values.map((value) => (Object.is(value, -0) ? '-0' : value))}`
    const known = this.#constants.get(key)
    if (known !== undefined) return known
    const own = this.#values.take(name)
    this.initializers.set(own, { kind, values, shape })
    this.#constants.set(key, own)
    return own
  }

  /** As [N, C, H, W]. */
  map({ name, layout }: OnnxPort): string {
    if (layout === 'map') return name
    const known = this.#maps.get(name)
    if (known !== undefined) return known
    const axes = this.constant('ints', [2, 3], [2], 'axes')
    const map = this.node('Unsqueeze', `${name}/map`, [name, axes])
    this.#maps.set(name, map)
    return map
  }

  /** With the value under another name, as the graph's output. */
  finish(last: string, input: OnnxValue, output: OnnxValue): DraftGraph {
    const made = this.nodes.some(({ outputs }) => outputs.includes(last))
    if (!made)
      this.nodes.push({
        name: this.#nodes.take(output.name),
        op: 'Identity',
        domain: '',
        inputs: [last],
        outputs: [output.name],
        attributes: new Map(),
      })
    const renamed = (name: string) => (made && name === last ? output.name : name)
    const nodes = this.nodes.map((node) => ({
      ...node,
      inputs: node.inputs.map(renamed),
      outputs: node.outputs.map(renamed),
    }))
    return { nodes, initializers: this.initializers, input, output }
  }
}

function read(attributes: OnnxAttributes): ReadonlyMap<string, OnnxAttribute> {
  return new Map(Object.entries(attributes).map(([name, value]) => [name, attributeOf(value)]))
}

function attributeOf(value: OnnxAttributes[string]): OnnxAttribute {
  if (typeof value === 'number') return { kind: 'int', value }
  if (typeof value === 'string') return { kind: 'text', value }
  if ('float' in value) return { kind: 'float', value: Math.fround(value.float) }
  return { kind: 'ints', value }
}

/** The weight's values in the graph's order. */
export function valuesOf({ from, axes, shape }: WeightUse, values: Float32Array): Float32Array {
  return moved(from, axes, values, new Float32Array(sizeOf(shape)), 'there')
}

/** The network's values, from those of the graph. */
export function valuesBack({ from, axes }: WeightUse, values: ArrayLike<number>, into: Float32Array): void {
  moved(from, axes, values, into, 'back')
}

/** Transposes, or undoes it: `from` is the network's shape in both directions. */
function moved(
  from: Shape,
  axes: readonly number[],
  values: ArrayLike<number>,
  into: Float32Array,
  direction: 'there' | 'back',
): Float32Array {
  const strides = from.map((_, axis) => sizeOf(from.slice(axis + 1)))
  const sides = axes.map((axis) => from[axis] as number)
  const steps = axes.map((axis) => strides[axis] as number)
  const rank = sides.length
  const index = new Array<number>(rank).fill(0)
  const inner = rank === 0 ? 1 : (sides[rank - 1] as number)
  const step = rank === 0 ? 1 : (steps[rank - 1] as number)
  let base = 0
  for (let at = 0; at < values.length; ) {
    for (let i = 0, place = base; i < inner; i++, at++, place += step) {
      if (direction === 'there') into[at] = values[place] as number
      else into[place] = values[at] as number
    }
    for (let axis = rank - 2; axis >= 0; axis--) {
      index[axis] = (index[axis] as number) + 1
      base += steps[axis] as number
      if ((index[axis] as number) < (sides[axis] as number)) break
      base -= (steps[axis] as number) * (sides[axis] as number)
      index[axis] = 0
    }
  }
  return into
}
