/** Turns a network of Caffe's, layer by layer, into one of ours. All that stands in the way is said at once. */

import { listed, printable } from '../../core/text.ts'
import { UnsupportedModelError } from '../errors.ts'
import { type BuiltNetwork, NetworkBuilder } from '../networkBuilder.ts'
import type { Arrays } from './arrays.ts'
import { imageShape } from './image.ts'
import type { Use } from './layers/converter.ts'
import { converters, losses, sources } from './layers/table.ts'
import type { MeanFile } from './meanFile.ts'
import type { CaffeNet } from './net.ts'
import { neededLayers, outputLayer } from './output.ts'
import { refuse } from './refuse.ts'
import { type Tensor, volumeOf } from './tensor.ts'
import { type Source, type WiredLayer, type Wiring, wire } from './wiring.ts'

export interface Converted extends BuiltNetwork {
  /** What gives the images: a data layer, whose parameters say how they are prepared; undefined for a bare input. */
  readonly source: WiredLayer | undefined
  readonly input: { readonly name: string; readonly shape: readonly number[] }
  readonly output: { readonly name: string; readonly shape: readonly number[] }
  readonly notes: readonly string[]
}

/**
 * @throws {UnsupportedModelError} with every layer that ours cannot be
 * @throws {ForeignFileError} the file contradicts itself
 */
export function convert(net: CaffeNet, arrays: Arrays, mean: MeanFile | undefined): Converted {
  const wiring = wire(net)
  return new Conversion({ net, wiring, arrays, mean }).run()
}

interface Context {
  readonly net: CaffeNet
  readonly wiring: Wiring
  readonly arrays: Arrays
  readonly mean: MeanFile | undefined
}

/** Fifty of them still make a message that can be read. */
const longestObstacle = 300

class Conversion {
  readonly #context: Context
  readonly #builder = new NetworkBuilder()
  readonly #obstacles: string[] = []
  /** The tops of each layer; of layer −1: the inputs. Absent where an obstacle is in the way. */
  readonly #tops = new Map<number, readonly Tensor[]>()
  readonly #absorbed = new Set<number>()
  #image: { readonly source: Source; readonly tensor: Tensor } | undefined

  constructor(context: Context) {
    this.#context = context
  }

  run(): Converted {
    const { wiring, arrays } = this.#context
    const output = outputLayer(wiring)
    const needed = neededLayers(wiring, output)
    for (const layer of wiring.layers) {
      if (!needed.has(layer.index) || sources.has(layer.type)) continue
      const tops = this.#collect(layer, () => this.#layer(layer))
      if (tops !== undefined) this.#tops.set(layer.index, tops)
    }
    this.#refuse()
    arrays.check()
    const image = this.#image
    const [result] = this.#tops.get(output.index) ?? []
    if (image === undefined || result === undefined) throw new UnsupportedModelError('the network takes no images')
    const unused = wiring.layers.filter(({ index, type }) => !needed.has(index) && !sources.has(type))
    return {
      ...this.#builder.finish(result.wire),
      source: wiring.layers[image.source.layer],
      input: { name: image.source.name, shape: image.tensor.shape.slice(1) },
      output: { name: output.tops[0] ?? output.name, shape: result.shape.slice(1) },
      notes: [
        ...(losses.has(output.type) ? [`${output.name} (${output.type}) became what it is computed from`] : []),
        ...(unused.length === 0
          ? []
          : [`left out, since the output does not need them: ${listed(unused.map(({ name }) => name))}`]),
      ],
    }
  }

  /** What one layer throws, for all to be said together. */
  #collect<T>({ name, type }: WiredLayer, run: () => T): T | undefined {
    try {
      return run()
    } catch (error) {
      if (!(error instanceof UnsupportedModelError) || error.received !== undefined) throw error
      this.#obstacles.push(`${printable(name)} (${printable(type)}): ${error.message}`.slice(0, longestObstacle))
      return undefined
    }
  }

  #refuse(): void {
    const [first, ...others] = this.#obstacles
    if (first === undefined) return
    throw new UnsupportedModelError('the model has layers that ours cannot be', {
      received: [first, ...others.slice(0, 49)].join('; ') + (others.length > 49 ? `; ${others.length - 49} more` : ''),
      expected: `layers of the types ${[...converters.keys()].join(', ')}`,
    })
  }

  #layer(layer: WiredLayer): readonly Tensor[] | undefined {
    const isLoss = losses.has(layer.type)
    const bottoms = isLoss ? layer.inputs.slice(0, 1) : layer.inputs
    const converter = losses.get(layer.type) ?? converters.get(layer.type)
    if (converter === undefined) refuse('a layer of this type is not known')
    const inputs = bottoms.map((source) => this.#tensorOf(source))
    const { min, max } = converter.bottoms ?? { min: 1, max: 1 }
    if (inputs.length < min || inputs.length > max)
      refuse(`${inputs.length} bottoms (expected ${min === max ? min : `${min} to ${max}`})`)
    // What is in the way of an input is said there.
    if (inputs.includes(undefined)) return undefined
    if (this.#absorbed.has(layer.index)) return inputs as Tensor[]
    const parameters = layer.message.parameters(converter.parameters ?? '')
    if (parameters.unknown.length > 0) refuse(`parameters that Caffe does not have: ${listed(parameters.unknown)}`)
    return converter.convert(this.#use(layer, inputs as Tensor[], parameters))
  }

  #use(layer: WiredLayer, inputs: readonly Tensor[], parameters: Use['parameters']): Use {
    const input = inputs[0] as Tensor
    const takers = this.#context.wiring.takers[layer.index] ?? []
    return {
      layer,
      input,
      inputs,
      parameters,
      arrays: this.#context.arrays,
      follower: takers.length === 1 ? takers[0] : undefined,
      add: ({ inputs: wires = [input.wire], ...draft }) =>
        this.#builder.add({ ...draft, inputs: wires, name: layer.name }),
      addUnnamed: (draft) => this.#builder.add(draft),
      absorb: ({ index }) => this.#absorbed.add(index),
    }
  }

  #tensorOf(source: Source): Tensor | undefined {
    const { layers } = this.#context.wiring
    const from = layers[source.layer]
    if (from !== undefined && !sources.has(from.type)) {
      const tops = this.#tops.get(source.layer)
      if (tops !== undefined && tops[source.top] === undefined) refuse(`the top ${source.name} of ${from.name}`)
      return tops?.[source.top]
    }
    const image = this.#image
    if (image !== undefined && (image.source.layer !== source.layer || image.source.top !== source.top))
      refuse(`a second input, ${printable(source.name)}, beside ${printable(image.source.name)}`)
    this.#image ??= { source, tensor: this.#input(source) }
    return this.#image.tensor
  }

  #input(source: Source): Tensor {
    const shape = imageShape(source, this.#context)
    const { height, width, channels } = volumeOf(shape)
    const parts = { volume: [height, width, channels] as const }
    return { wire: this.#builder.add({ word: 'INPUT', parts, inputs: [], name: source.name }), shape }
  }
}
