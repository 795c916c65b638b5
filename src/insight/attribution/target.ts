/**
 * What a map explains: the score of a class, or a unit of a layer. Scores are logits: if a network ends in SOFTMAX or
 * SIGMOID, the score is what flows into it, as a probability close to 1 has hardly any gradient (Simonyan et al. 2014,
 * "Deep Inside Convolutional Networks", section 2).
 */

import { ArgumentError } from '../../core/errors.ts'
import { printKind } from '../../core/options.ts'
import { printVolume, type Volume } from '../../core/shapes.ts'
import { closest } from '../../core/suggest.ts'
import { listed, printable, sameForm } from '../../core/text.ts'
import type { Model } from '../../model/model.ts'
import { layerOf, type Network } from '../../network/network.ts'
import { outputNode, sourceOf } from '../../network/training.ts'
import { inferVolumes, type SizedNode } from '../../network/volumes.ts'
import { noSuchLayer } from '../../plan/nodes.ts'

/** A channel of a layer: at a position, or its mean over all positions. */
export interface Unit {
  readonly layer: string
  readonly channel: number
  /** [row, column]; default: the mean over all positions. */
  readonly position?: readonly [number, number]
}

/** A class by its index or its name, or a unit. */
export type Target = number | string | Unit

/** What a map explains, of one image. */
export interface Explained {
  readonly layer: string
  readonly channel: number
  /** The class's name, or its index; of a unit, `conv3, channel 5`. */
  readonly label: string
  /** Its value for the image: the logit. */
  readonly score: number
}

/** One target: a layer and, unless it is the top class of each image, a channel and a position. */
interface Aim {
  readonly channel?: number
  readonly position?: readonly [number, number] | undefined
}

/** The targets of some images, all of one layer. */
export interface Aims {
  readonly layer: string
  readonly volume: Volume
  /**
   * Of image `index`, by the values [h, w, c] of the layer: writes d(score)/d(values) into `gradient`, which is zero. The
   * top class is that of the first call for an image; later calls, for variants of the image, keep it.
   */
  start(index: number, values: Float32Array, gradient: Float32Array): Explained
}

/**
 * @param count images; a list of targets has one for each
 * @throws {ArgumentError} no such class, layer, channel or position; targets of several layers
 */
export function aimsOf(
  model: Pick<Model, 'network' | 'info'>,
  given: Target | readonly Target[] | undefined,
  count: number,
): Aims {
  const targets = Array.isArray(given) ? (given as readonly Target[]) : [given as Target | undefined]
  if (Array.isArray(given) && given.length !== count)
    throw new ArgumentError('there must be one target for each image, or one for all', {
      received: `${given.length} targets for ${count} images`,
    })
  const logits = logitsNode(model.network)
  const layers = new Set(targets.map((target) => (isUnit(target) ? target.layer : logits.node.name)))
  const [layer = ''] = layers
  if (layers.size > 1)
    throw new ArgumentError('the targets of one call must be of one layer', {
      received: listed([...layers]),
      advice: 'make a call for each layer',
    })
  const { output: volume } = isUnit(targets[0]) ? nodeOf(model.network, layer) : logits
  const classes = layer === logits.node.name ? model.info.classes : undefined
  const isClasses = !isUnit(targets[0])
  const top = new Map<number, number>()
  const topOf = (index: number, values: Float32Array) => {
    const found = top.get(index) ?? highest(values, volume)
    top.set(index, found)
    return found
  }
  const aims = targets.map((target): Aim => (target === undefined ? {} : aimOf(target, layer, volume, classes)))
  return {
    layer,
    volume,
    start(index, values, gradient) {
      const { channel = topOf(index, values), position } = aims[aims.length === 1 ? 0 : index] as Aim
      const label = isClasses ? (classes?.[channel] ?? `${channel}`) : `${layer}, channel ${channel}`
      return { layer, channel, label, score: scoreOf(values, gradient, volume, channel, position) }
    },
  }
}

/**
 * The same for probabilities, which need no layer: the class of image `index`, by its probabilities.
 * @throws {ArgumentError} no such class, or a network that gives a map of scores
 */
export function classesOf(
  model: Pick<Model, 'network' | 'info' | 'output'>,
  given: Target | readonly Target[] | undefined,
  count: number,
): (index: number, probabilities: Float64Array) => Explained {
  const { output } = model
  if (output.height * output.width !== 1)
    throw new ArgumentError('the network of this model is no classifier', {
      received: `scores for each position of a map, ${printVolume(output)}`,
      expected: '1×1×classes',
    })
  const { layer, start } = aimsOf(model, given, count)
  if (layer !== logitsNode(model.network).node.name)
    throw new ArgumentError('the target must be a class', { received: `a unit of ${layer}` })
  return (index, probabilities) => {
    const found = start(index, Float32Array.from(probabilities), new Float32Array(probabilities.length))
    return { ...found, score: probabilities[found.channel] as number }
  }
}

/** The node whose output the scores of classes are: in front of a closing SOFTMAX or SIGMOID. */
export function logitsNode(network: Network): SizedNode {
  const nodes = new Map(network.nodes.map((node) => [node.name, node]))
  let node = outputNode(network)
  while (layerOf(node).distribution !== undefined) node = sourceOf(nodes, node.inputs[0] as string)
  return nodeOf(network, node.name)
}

/** Throws `ArgumentError` for a name that the network does not have. */
export function nodeOf(network: Network, layer: unknown): SizedNode {
  const nodes = inferVolumes(network)
  const found = nodes.find(({ node }) => node.name === layer)
  if (found !== undefined) return found
  if (typeof layer !== 'string') throw new ArgumentError('a layer is named by a string', { received: printKind(layer) })
  throw noSuchLayer(
    'no layer',
    layer,
    nodes.map(({ node }) => node.name),
  )
}

function isUnit(target: Target | undefined): target is Unit {
  return typeof target === 'object' && target !== null
}

function aimOf(target: Target, layer: string, volume: Volume, classes: readonly string[] | undefined): Aim {
  if (isUnit(target)) {
    checkIndex(target.channel, volume.channels, `channel of ${layer}`)
    const { position } = target
    if (position !== undefined) checkPosition(position, volume, layer)
    return { channel: target.channel, position }
  }
  return { channel: typeof target === 'string' ? classNamed(target, classes) : classAt(target, volume.channels) }
}

function classAt(index: number, classes: number): number {
  checkIndex(index, classes, 'class')
  return index
}

function classNamed(name: string, classes: readonly string[] | undefined): number {
  if (classes === undefined)
    throw new ArgumentError('the model has no class names', {
      received: printable(name),
      expected: 'the index of a class, from 0',
    })
  const index = classes.findIndex((other) => sameForm(other) === sameForm(name))
  if (index !== -1) return index
  const near = closest(name, classes) ?? classes.find((other) => other.toLowerCase().includes(name.toLowerCase()))
  throw new ArgumentError('the model knows no class of this name', {
    received: printable(name),
    expected: listed(classes, 8),
    ...(near === undefined ? {} : { advice: `did you mean ${printable(near)}?` }),
  })
}

/** Throws `ArgumentError` for a position that a layer's map does not have. */
export function checkPosition(position: readonly [number, number], volume: Volume, layer: string): void {
  const expected = `[row, column], rows 0 to ${volume.height - 1}, columns 0 to ${volume.width - 1}`
  const sides = [volume.height, volume.width]
  const fits = (value: unknown, axis: number) =>
    Number.isInteger(value) && Number(value) >= 0 && Number(value) < Number(sides[axis])
  if (Array.isArray(position) && position.length === 2 && position.every(fits)) return
  throw new ArgumentError(`${layer} has no such position`, { received: JSON.stringify(position), expected })
}

/** Throws `ArgumentError` for what is no index below `count`. */
export function checkIndex(index: unknown, count: number, what: string): void {
  if (Number.isInteger(index) && Number(index) >= 0 && Number(index) < count) return
  throw new ArgumentError(`there is no such ${what}`, {
    received: printKind(index),
    expected: `a whole number from 0 to ${count - 1}`,
  })
}

/** The channel with the highest mean over all positions, the first of equals. */
function highest(values: Float32Array, { height, width, channels }: Volume): number {
  const sums = new Float64Array(channels)
  for (let i = 0; i < height * width * channels; i++) {
    const channel = i % channels
    sums[channel] = (sums[channel] as number) + (values[i] as number)
  }
  return sums.reduce((best, sum, channel) => (sum > (sums[best] as number) ? channel : best), 0)
}

/** The score, and its gradient. */
function scoreOf(
  values: Float32Array,
  gradient: Float32Array,
  { height, width, channels }: Volume,
  channel: number,
  position: readonly [number, number] | undefined,
): number {
  if (position !== undefined) {
    const at = (position[0] * width + position[1]) * channels + channel
    gradient[at] = 1
    return values[at] as number
  }
  const positions = height * width
  let sum = 0
  for (let p = 0; p < positions; p++) {
    gradient[p * channels + channel] = 1 / positions
    sum += values[p * channels + channel] as number
  }
  return sum / positions
}
