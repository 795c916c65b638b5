/**
 * ConvNetJS 0.3.0 (Karpathy 2014): plain JavaScript, one picture after the other, float64. Its own trainer does the step;
 * its gradients are summed over a batch and applied once a batch, as everybody's.
 */

import { createRequire } from 'node:module'
import type { Volume } from 'lenslet'
import type { SizedNode } from 'lenslet/network'
import { repeat } from '../timing.ts'
import { type LayerAttributes, labelledBytes, type Subject, subjectOf } from '../values.ts'
import type { TrainWork, Work } from '../work.ts'
import { changesOf, packageVersion } from './common.ts'
import type { Contender, Peer } from './types.ts'

/** What is used of it. A volume's weights are [sy, sx, depth], as Lenslet's. */
interface Vol {
  readonly w: Float64Array
}
interface ConvNetLayer {
  readonly layer_type: string
  readonly filters?: readonly Vol[]
  readonly biases?: Vol
}
interface Net {
  readonly layers: readonly ConvNetLayer[]
  makeLayers(definitions: readonly object[]): void
}
interface Library {
  readonly Vol: new (sx: number, sy: number, depth: number, value: number) => Vol
  readonly Net: new () => Net
  readonly SGDTrainer: new (net: Net, options: object) => { train(picture: Vol, label: number): { loss: number } }
}

/** Its definitions by our layer types; ReLU is a word on the layer before, the last FC is inside its softmax. */
const definitions: Readonly<Record<string, (attributes: LayerAttributes, output: Volume) => object>> = {
  input: (_, { height, width, channels }) => ({ type: 'input', out_sx: width, out_sy: height, out_depth: channels }),
  conv: ({ kernel, stride, padding, filters }) => ({
    type: 'conv',
    sx: kernel[0],
    filters,
    stride: stride[0],
    pad: padding[0],
  }),
  pool: ({ kernel, stride }) => ({ type: 'pool', sx: kernel[0], stride: stride[0] }),
  fc: ({ units }) => ({ type: 'softmax', num_classes: units }),
}

/** Only networks as its demos have them: square windows, ReLU after convolutions, one FC at the end. */
function define(nodes: readonly SizedNode[]): object[] {
  const result: Record<string, unknown>[] = []
  for (const { node, output } of nodes) {
    const last = result.at(-1)
    if (node.type === 'relu' && last?.type === 'conv') last.activation = 'relu'
    else result.push(definitions[node.type]?.(node.attributes as LayerAttributes, output) as Record<string, unknown>)
  }
  return result
}

function refuses(work: Work, threads: number): string | undefined {
  if (work.kind === 'forward') return 'measured where it is at home: in training'
  if (threads > 1) return 'has one thread'
  const { nodes } = subjectOf(work.network)
  const strange = nodes.find(({ node }) => node.type !== 'relu' && definitions[node.type] === undefined)
  return strange === undefined ? undefined : `has no ${strange.node.type}`
}

function setWeights(net: Net, { weights, nodes }: Subject): readonly [string, ConvNetLayer][] {
  const ours = nodes.filter(({ parameters }) => parameters.length > 0).map(({ node }) => node.name)
  const theirs = net.layers.filter(({ filters }) => filters !== undefined)
  return ours.map((name, index) => {
    const layer = theirs[index] as ConvNetLayer
    const filters = weights.get(`${name}.filters`)?.values as Float32Array
    const count = layer.filters?.length ?? 0
    layer.filters?.forEach(({ w }, k) => {
      for (let position = 0; position < w.length; position++) w[position] = filters[position * count + k] as number
    })
    layer.biases?.w.set(weights.get(`${name}.bias`)?.values as Float32Array)
    return [name, layer]
  })
}

function getWeight(layers: ReadonlyMap<string, ConvNetLayer>, name: string): ArrayLike<number> {
  const [node = '', what] = name.split('.')
  const { filters = [], biases } = layers.get(node) as ConvNetLayer
  if (what === 'bias') return (biases as Vol).w
  const positions = filters[0]?.w.length ?? 0
  return Float64Array.from({ length: positions * filters.length }, (_, index) => {
    return filters[index % filters.length]?.w[Math.floor(index / filters.length)] as number
  })
}

async function train(work: TrainWork): Promise<Contender> {
  const { batch, rate, momentum, weightDecay, checkedSteps } = work
  const { Vol, Net, SGDTrainer } = createRequire(import.meta.url)('convnetjs') as Library
  const subject = subjectOf(work.network)
  const { height, width, channels } = (subject.nodes[0] as SizedNode).output
  const size = height * width * channels
  const { images, labels } = labelledBytes(subject, batch)
  const pictures = Array.from(labels, (_, index) => {
    const picture = new Vol(width, height, channels, 0)
    for (let i = 0; i < size; i++) picture.w[i] = ((images[index * size + i] as number) / 255 - 0.5) / 0.5
    return picture
  })
  const net = new Net()
  net.makeLayers(define(subject.nodes))
  const layers = new Map(setWeights(net, subject))
  // Its L2 term is divided by the batch with the gradient's sum.
  const trainer = new SGDTrainer(net, {
    method: 'sgd',
    learning_rate: rate,
    momentum,
    batch_size: batch,
    l2_decay: weightDecay * batch,
  })
  const step = () => {
    for (const [index, picture] of pictures.entries()) trainer.train(picture, labels[index] as number)
  }
  for (let count = 0; count < checkedSteps; count++) step()
  return {
    outputs: changesOf(subject, (name) => getWeight(layers, name)),
    description: `${trainer.constructor.name}, float64`,
    time: (milliseconds) => repeat(step, milliseconds),
  }
}

export const convnetjs: Peer = {
  name: 'convnetjs',
  kind: 'JavaScript',
  version: () => packageVersion('convnetjs'),
  refuses,
  train,
}
