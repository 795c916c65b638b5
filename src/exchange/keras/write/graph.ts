/**
 * A network as layers of Keras. What Keras does not have is refused by layer and reason, all at once. Volumes of one position
 * are lists of channels where a layer gives them so, as in Keras.
 */

import { type Shape, sizeOf, type Volume } from '../../../core/shapes.ts'
import { listed } from '../../../core/text.ts'
import type { NetworkNode } from '../../../network/network.ts'
import { outputNode, withoutHeads } from '../../../network/training.ts'
import { inferVolumes } from '../../../network/volumes.ts'
import { UnsupportedModelError } from '../../errors.ts'
import type { ExportedModel } from '../../types.ts'
import { kerasForms } from './forms.ts'
import {
  type Dialect,
  NoForm,
  shapeOf,
  type Value,
  type Writing,
  type WrittenLayer,
  type WrittenModel,
} from './writing.ts'

/** @throws {UnsupportedModelError} layers that Keras does not have */
export function kerasLayersOf(model: ExportedModel, dialect: Dialect): WrittenModel {
  const layers: WrittenLayer[] = []
  const names = new Set<string>()
  const values = new Map<string, Value>()
  const obstacles: string[] = []
  const nodes = inferVolumes(model.network)
  const volumes = new Map(nodes.map(({ node, output }) => [node.name, output]))
  for (const { node, output } of withoutHeads(nodes)) {
    const inputs = node.inputs.map((name) => values.get(name) as Value)
    const source = volumes.get(node.inputs[0] ?? '') ?? output
    const writing = writingOf({ model, dialect, layers, names }, node, inputs, source, output)
    const form = Object.hasOwn(kerasForms, node.type) ? kerasForms[node.type] : undefined
    try {
      if (form === undefined) throw new NoForm(`Keras has no ${node.type.toUpperCase()}`)
      values.set(node.name, form(writing))
    } catch (error) {
      if (!(error instanceof NoForm)) throw error
      obstacles.push(`${node.name}: ${error.message}`)
      values.set(node.name, { layer: '', shape: shapeOf(output), isPositive: false })
    }
  }
  if (obstacles.length > 0) {
    throw new UnsupportedModelError('the network has layers that cannot be written as layers of Keras', {
      received: listed(obstacles, 12),
      expected: dialect === 'tfjs' ? 'layers of TensorFlow.js' : 'layers of Keras',
      advice: 'write ONNX, which has all layers',
    })
  }
  const [first] = layers as [WrittenLayer]
  const input = { layer: first.name, shape: first.shape, isPositive: false }
  return { layers, input, output: values.get(outputNode(model.network).name) as Value }
}

interface Draft {
  readonly model: ExportedModel
  readonly dialect: Dialect
  readonly layers: WrittenLayer[]
  readonly names: Set<string>
}

function writingOf(
  { model, dialect, layers, names }: Draft,
  node: NetworkNode,
  inputs: readonly Value[],
  input: Volume,
  output: Volume,
): Writing {
  let count = 0
  const add: Writing['add'] = (type, config, { inputs: from, shape, arrays = [], isPositive = false }) => {
    const name = uniqueName(count++ === 0 ? node.name : `${node.name}_${type.toLowerCase()}`, names)
    layers.push({ type, name, config: { name, trainable: true, ...config }, inputs: from, arrays, shape })
    return { layer: name, shape, isPositive }
  }
  const reshaped = (type: string, config: object, value: Value, shape: Shape) =>
    add(type, config, { inputs: [value], shape, isPositive: value.isPositive })
  return {
    attributes: node.attributes,
    inputs,
    x: inputs[0] as Value,
    input,
    output,
    dialect,
    array(name, as, shape) {
      const found = model.weights.get(`${node.name}.${name}`)
      return found === undefined ? [] : [{ name: as, shape: shape ?? found.shape, values: () => found.values }]
    },
    add,
    map: (value) =>
      value.shape.length === 3
        ? value
        : reshaped('Reshape', { target_shape: [1, 1, ...value.shape] }, value, [1, 1, ...value.shape]),
    flat: (value) => (value.shape.length === 1 ? value : reshaped('Flatten', {}, value, [sizeOf(value.shape)])),
  }
}

/** Slashes separate names of Keras's variables. */
function uniqueName(text: string, taken: Set<string>): string {
  const name = text.replace(/[^\p{L}\p{N}_.-]/gu, '_')
  let unique = name
  for (let number = 2; taken.has(unique); number++) unique = `${name}_${number}`
  taken.add(unique)
  return unique
}
