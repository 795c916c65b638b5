/** A Keras graph and its weights → a network. Models inside models become part of the one network. */

import { printable } from '../../core/text.ts'
import { ForeignFileError, UnsupportedModelError } from '../errors.ts'
import { NetworkBuilder } from '../networkBuilder.ts'
import type { ImportedModel, OpenSizes } from '../types.ts'
import type { KerasGraph, KerasLayer, Reference } from './graph.ts'
import { ImageUnits } from './imageUnits.ts'
import { classOf, kerasLayers } from './layers.ts'
import { Obstacle } from './settings.ts'
import { inputShape } from './shapes.ts'
import type { Tensor } from './tensor.ts'
import type { KerasWeights, LayerPlace } from './weights.ts'

/** @param version of Keras, as the file has it: `2.15.0`; undefined if it does not say */
export function buildModel(
  graph: KerasGraph,
  weights: KerasWeights,
  version: string | undefined,
  open: OpenSizes = {},
): ImportedModel {
  return new Building(graph, weights, version, open).model()
}

/** What a layer gives; undefined where something before it, or the layer itself, cannot be read. */
type Output = Tensor | undefined

class Building {
  readonly #graph: KerasGraph
  readonly #weights: KerasWeights
  readonly #version: number
  readonly #size: OpenSizes['size']
  readonly #order: 'hwc' | 'chw'
  readonly #builder = new NetworkBuilder()
  readonly #obstacles: string[] = []
  readonly #notes: string[] = []
  /** Layers whose weights are in the network. */
  readonly #weighted = new Set<KerasLayer>()
  readonly #image = new ImageUnits()
  #input: { readonly name: string; readonly tensor: Tensor } | undefined
  /** How many layers were read: models that share models can be longer than their file. */
  #count = 0

  constructor(graph: KerasGraph, weights: KerasWeights, version: string | undefined, { size }: OpenSizes) {
    this.#size = size
    this.#graph = graph
    this.#weights = weights
    this.#version = versionOf(graph, version)
    this.#order = allLayers(graph).some(({ settings }) => settings.all.data_format === 'channels_first') ? 'chw' : 'hwc'
  }

  model(): ImportedModel {
    const { inputs, outputs } = this.#graph
    if (inputs.length > 1) this.#obstacles.push(`it has ${inputs.length} inputs: ${namesOf(inputs)}`)
    if (outputs.length > 1) this.#obstacles.push(`it has ${outputs.length} outputs: ${namesOf(outputs)}`)
    const [output] = this.#run(this.#graph, undefined, [])
    if (this.#obstacles.length > 0) throw unsupported(this.#obstacles)
    if (output === undefined || this.#input === undefined)
      throw new ForeignFileError('the model has no output', { advice: 'save the model again with model.save()' })
    const { name, tensor } = this.#input
    const [last] = outputs as readonly [Reference]
    const tensors = {
      input: { name, shape: tensor.shape, order: this.#order },
      output: { name: last.layer, shape: output.shape, order: this.#order },
    }
    return { ...this.#builder.finish(output.wire), info: { tensors, ...this.#image.info(tensor) }, notes: this.#notes }
  }

  /** The outputs of a graph. `given`: what flows into it, of a model that is a layer. */
  #run(graph: KerasGraph, given: readonly Output[] | undefined, models: LayerPlace['models']): readonly Output[] {
    const byName = new Map<string, KerasLayer>()
    for (const layer of graph.layers) {
      if (byName.has(layer.name)) throw invalid(`two layers have the name ${printable(layer.name)}`)
      byName.set(layer.name, layer)
    }
    const done = new Map<string, readonly Output[]>()
    const inputs = new Map(graph.inputs.map(({ layer }, index) => [layer, given?.[index]]))
    for (const { layer, call } of inOrder(graph, byName)) {
      const wanted = layer.calls[call] as readonly Reference[]
      const values = wanted.map((reference) => outputOf(done, reference))
      const isInput =
        layer.type === 'InputLayer' || (given !== undefined && wanted.length === 0 && inputs.has(layer.name))
      const outputs = isInput
        ? [given === undefined ? this.#start(layer) : inputs.get(layer.name)]
        : this.#call(layer, values, [...models, { graph, layer: undefined }])
      done.set(`${layer.name} ${call}`, outputs)
    }
    return graph.outputs.map((reference) => outputOf(done, reference))
  }

  #call(layer: KerasLayer, values: readonly Output[], models: LayerPlace['models']): readonly Output[] {
    if (++this.#count > 10_000) throw invalid('the model has more than 10,000 layers')
    if (layer.inner !== undefined) {
      const around = models.map((each, index) => (index === models.length - 1 ? { ...each, layer } : each))
      return this.#run(layer.inner, values, around)
    }
    return [this.#attempt(layer, () => this.#layer(layer, values, models))]
  }

  #layer(layer: KerasLayer, values: readonly Output[], models: LayerPlace['models']): Output {
    const read = kerasLayers.get(classOf(layer.type))
    if (read === undefined) throw new Obstacle('Lenslet has no such layer')
    if (values.includes(undefined)) return undefined
    return read({
      name: layer.name,
      settings: layer.settings,
      inputs: values as readonly Tensor[],
      order: this.#order,
      version: this.#version,
      builder: this.#builder,
      arrays: (...names) => {
        if (this.#weighted.has(layer)) throw new Obstacle('it is used more than once, with the same weights')
        this.#weighted.add(layer)
        return this.#weights.arrays({ models, layer }, names)
      },
      note: (sentence) => this.#notes.push(sentence),
      rescaled: (tensor, factors) => this.#image.rescaled(tensor, factors),
      resized: (from, to) => this.#image.resized(from, to),
    })
  }

  #start(layer: KerasLayer): Output {
    return this.#attempt(layer, () => {
      if (this.#input !== undefined) throw new Obstacle('it is another input')
      const shape = inputShape(layer.settings, this.#order, this.#size)
      const [a = 1, b = 1, c = 1] = shape
      const map = this.#order === 'hwc' ? ([a, b, c] as const) : ([b, c, a] as const)
      const volume = shape.length === 3 ? map : shape.length === 2 ? ([1, a, b] as const) : ([1, 1, a] as const)
      const name = layer.name === '(input)' ? '' : layer.name
      const wire = this.#builder.add({ word: 'INPUT', parts: { volume }, inputs: [], name })
      this.#input = { name, tensor: { wire, shape } }
      this.#image.start(this.#input.tensor)
      return this.#input.tensor
    })
  }

  /** Collects the reasons why layers cannot be read, so that all are said at once. */
  #attempt(layer: KerasLayer, read: () => Output): Output {
    try {
      return read()
    } catch (error) {
      if (!(error instanceof Obstacle)) throw error
      this.#obstacles.push(`${printable(layer.type)} ${printable(layer.name)}: ${error.message}`)
      return undefined
    }
  }
}

interface Call {
  readonly layer: KerasLayer
  readonly call: number
}

/** Calls after those that they need, without recursion. Files list them in order, so this is a single pass. */
function inOrder(graph: KerasGraph, byName: ReadonlyMap<string, KerasLayer>): readonly Call[] {
  const order: Call[] = []
  const state = new Map<string, 'open' | 'done'>()
  const key = (name: string, call: number) => `${name} ${call}`
  const open: (Call & { readonly needs: readonly Reference[]; next: number })[] = []
  const push = ({ layer: name, call }: Reference, by: string) => {
    const layer = byName.get(name)
    const needs = layer?.calls[call]
    if (layer === undefined || needs === undefined)
      throw invalid(`${by} refers to the layer ${printable(name)}, call ${call}, which is not in the model`)
    if (state.get(key(name, call)) === 'open') throw invalid(`the layer ${printable(name)} needs its own output`)
    if (state.has(key(name, call))) return
    state.set(key(name, call), 'open')
    open.push({ layer, call, needs, next: 0 })
  }
  const starts = [...graph.inputs, ...graph.outputs]
  for (const start of starts) {
    push(start, 'the model')
    for (let top = open.at(-1); top !== undefined; top = open.at(-1)) {
      const need = top.needs[top.next++]
      if (need !== undefined) {
        push(need, printable(top.layer.name))
        continue
      }
      open.pop()
      state.set(key(top.layer.name, top.call), 'done')
      order.push(top)
    }
  }
  return order
}

function outputOf(done: ReadonlyMap<string, readonly Output[]>, { layer, call, output }: Reference): Output {
  return done.get(`${layer} ${call}`)?.[output]
}

function allLayers(graph: KerasGraph): readonly KerasLayer[] {
  return graph.layers.flatMap((layer) => (layer.inner === undefined ? [layer] : allLayers(layer.inner)))
}

/** Keras 3 calls the shape of an input batch_shape; Keras 2 batch_input_shape. */
function versionOf(graph: KerasGraph, version: string | undefined): number {
  // TensorFlow.js writes its own version ("tfjs-layers 4.22.0"), and computes what Keras 2 did.
  const found = /^(\d+)\./.exec(version ?? '')
  if (found !== null) return Number(found[1])
  if (version !== undefined) return 2
  return allLayers(graph).some(({ settings }) => settings.get('batch_shape') !== undefined) ? 3 : 2
}

function namesOf(references: readonly Reference[]): string {
  return references.map(({ layer }) => printable(layer)).join(', ')
}

function unsupported(obstacles: readonly string[]): UnsupportedModelError {
  const more = obstacles.length - 20
  const lines = [...obstacles.slice(0, 20), ...(more > 0 ? [`and ${more} more`] : [])]
  return new UnsupportedModelError('the model has more than a network of layers has', {
    received: lines.join('; '),
    expected: 'the layers of ConvNets, with one input and one output: see docs/exchange.md',
    advice: 'export the model to ONNX, or leave these layers out',
  })
}

function invalid(message: string): ForeignFileError {
  return new ForeignFileError(message, { advice: 'save the model again with model.save()' })
}
