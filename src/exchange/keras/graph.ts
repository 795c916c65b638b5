/** A Keras model's configuration as a graph: Sequential and Functional, as every version of Keras writes them. */

import { ForeignFileError } from '../errors.ts'
import { isObject, type Json, Settings, shown } from './settings.ts'

/** An output of a call of a layer. */
export interface Reference {
  readonly layer: string
  /** Number of the call: a layer that is used twice has two. */
  readonly call: number
  readonly output: number
}

export interface KerasLayer {
  /** `Conv2D` */
  readonly type: string
  readonly name: string
  readonly settings: Settings
  /** The inputs of each call. */
  readonly calls: readonly (readonly Reference[])[]
  /** Of a model that is used as a layer. */
  readonly inner?: KerasGraph
}

export interface KerasGraph {
  readonly type: string
  readonly name: string
  readonly layers: readonly KerasLayer[]
  readonly inputs: readonly Reference[]
  readonly outputs: readonly Reference[]
}

const modelTypes = new Set(['Sequential', 'Functional', 'Model'])

/** @throws {ForeignFileError} not a configuration of a model that is made of layers */
export function readGraph(value: unknown): KerasGraph {
  if (!isObject(value)) throw invalid('the configuration of the model must be an object', value)
  const type = value.class_name
  if (typeof type !== 'string') throw invalid('the configuration of the model has no class_name', value)
  if (!modelTypes.has(type) && !(isObject(value.config) && Array.isArray(value.config.layers)))
    throw invalid('the model is a class of its own, so its file does not say what it computes', type)
  // Until Keras 2.2, the configuration of a Sequential was the list of its layers.
  const config = Array.isArray(value.config) ? { layers: value.config } : value.config
  if (!isObject(config) || !Array.isArray(config.layers)) throw invalid('the model has no list of layers', value.config)
  const name = typeof config.name === 'string' ? config.name : ''
  const isChain = !Array.isArray(config.output_layers) && !config.layers.some((each) => hasInputs(each))
  return isChain ? chain(type, name, config) : graph(type, name, config)
}

const hasInputs = (layer: unknown) =>
  isObject(layer) && Array.isArray(layer.inbound_nodes) && layer.inbound_nodes.length > 0

/** A Sequential: each layer's input is the layer before it. */
function chain(type: string, name: string, config: Json): KerasGraph {
  const layers: KerasLayer[] = []
  const list = config.layers as readonly unknown[]
  const first = list[0]
  if (isObject(first) && first.class_name !== 'InputLayer') layers.push(inputOf(config, first))
  for (const each of list) {
    const before = layers.at(-1)
    layers.push(
      readLayer(each, [before === undefined ? [] : [{ layer: before.name, call: 0, output: 0 }]], layers.length),
    )
  }
  const [start, end] = [layers[0], layers.at(-1)]
  if (start === undefined || end === undefined) throw invalid('the model has no layers', config.layers)
  const reference = (layer: KerasLayer) => [{ layer: layer.name, call: 0, output: 0 }]
  return { type, name, layers, inputs: reference(start), outputs: reference(end) }
}

/** The input of a Sequential without an InputLayer: the first layer says its shape, or the model was built with one. */
function inputOf(config: Json, first: Json): KerasLayer {
  const inner = innerInput(first)
  const built = isObject(config.build_config) ? config.build_config.input_shape : undefined
  const shape = config.build_input_shape ?? built ?? inner
  return { type: 'InputLayer', name: '(input)', settings: new Settings({ batch_shape: shape }), calls: [[]] }
}

function innerInput(layer: Json): unknown {
  let at: unknown = layer
  // The first layer may be a model, whose first layer may be a model.
  for (let depth = 0; depth < 16 && isObject(at); depth++) {
    const config: unknown = at.config
    if (isObject(config)) {
      const shape = config.batch_input_shape ?? config.batch_shape
      if (shape != null) return shape
      at = Array.isArray(config.layers) ? config.layers[0] : undefined
    } else at = Array.isArray(config) ? config[0] : undefined
  }
  return undefined
}

function graph(type: string, name: string, config: Json): KerasGraph {
  const layers = (config.layers as readonly unknown[]).map((each, index) => {
    const nodes = isObject(each) && Array.isArray(each.inbound_nodes) ? each.inbound_nodes : []
    return readLayer(each, nodes.length === 0 ? [[]] : nodes.map(readCall), index)
  })
  return { type, name, layers, inputs: references(config.input_layers), outputs: references(config.output_layers) }
}

function readLayer(value: unknown, calls: readonly (readonly Reference[])[], index: number): KerasLayer {
  if (!isObject(value) || typeof value.class_name !== 'string') throw invalid(`layer ${index} has no class_name`, value)
  const config = isObject(value.config) ? value.config : {}
  const name = [value.name, config.name].find((each) => typeof each === 'string') as string | undefined
  const layer = {
    type: value.class_name,
    name: name ?? `${value.class_name}_${index}`,
    settings: new Settings(config),
    calls,
  }
  const isModel = modelTypes.has(value.class_name) || Array.isArray(config.layers)
  return isModel ? { ...layer, inner: readGraph(value) } : layer
}

/**
 * The inputs of a call. Keras 2: `[["conv1", 0, 0, {}], …]`. Keras 3: `{ args, kwargs }` with tensors anywhere in the
 * arguments.
 */
function readCall(value: unknown): readonly Reference[] {
  if (!isObject(value)) return references(value)
  const found: Reference[] = []
  // As deep as the JSON, which has a bound.
  const visit = (each: unknown) => {
    if (isObject(each) && each.class_name === '__keras_tensor__' && isObject(each.config))
      for (const reference of references(each.config.keras_history)) found.push(reference)
    else if (typeof each === 'object' && each !== null) Object.values(each).forEach(visit)
  }
  visit([value.args, value.kwargs])
  return found
}

/** `["conv1", 0, 0]`, or a list of such; also as an object by name. */
function references(value: unknown): readonly Reference[] {
  if (isObject(value)) return Object.values(value).flatMap(references)
  if (!Array.isArray(value)) throw invalid('a reference to a layer must be a list', value)
  const [layer, call, output] = value
  if (typeof layer === 'string') {
    if (Number.isInteger(call) && Number.isInteger(output)) return [{ layer, call, output }]
    throw invalid('a reference to a layer must have its name and two numbers', value)
  }
  return value.flatMap(references)
}

function invalid(message: string, received: unknown): ForeignFileError {
  return new ForeignFileError(message, {
    received: shown(received),
    expected: 'a Sequential or Functional model of Keras',
    advice: 'save the model again with model.save()',
  })
}
