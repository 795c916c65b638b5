/**
 * TensorFlow.js on two backends. The network is run op by op, NHWC as its own. As its converter leaves a graph model, BN is
 * folded into the convolution before it, and a convolution with its bias and its ReLU or ReLU6 is one fused op.
 */

import type { Tensor, Tensor4D } from '@tensorflow/tfjs-core'
import type { Volume } from 'lenslet'
import type { SizedNode } from 'lenslet/network'
import { foldNorms, onlyFollowers } from '../fold.ts'
import { repeat } from '../timing.ts'
import { type LayerAttributes, picturesOf, type Subject, subjectOf } from '../values.ts'
import type { ForwardWork, Work } from '../work.ts'
import { packageVersion } from './common.ts'
import type { Contender, Peer } from './types.ts'

type Library = typeof import('@tensorflow/tfjs-core')

interface Layer {
  readonly attributes: LayerAttributes
  readonly inputs: readonly Volume[]
  readonly output: Volume
  /** What follows and belongs to it. */
  readonly activation: 'linear' | 'relu' | 'relu6'
  /** A weight by its short name. */
  weight(name: string): Tensor | undefined
}

type Apply = (inputs: readonly Tensor4D[]) => Tensor4D

/** What TensorFlow calls explicit padding; each side for itself. */
function sides({ padding }: LayerAttributes): [[0, 0], [number, number], [number, number], [0, 0]] {
  const [top, left, bottom, right] = padding
  return [
    [0, 0],
    [top, bottom],
    [left, right],
    [0, 0],
  ]
}

/** One row a layer type: from what the layer is to what is done at each run. */
const rows: Readonly<Record<string, (tf: Library, layer: Layer) => Apply>> = {
  conv: (tf, { attributes: { stride, padding, groups }, inputs, activation, weight }) => {
    const [top, left, bottom, right] = padding
    const shared = {
      strides: stride as [number, number],
      // Its types leave out what its kernels take: a padding for each side.
      pad: [
        [0, 0],
        [top, bottom],
        [left, right],
        [0, 0],
      ] as never,
      bias: weight('bias') as Tensor,
      activation,
    }
    const filter = weight('filters') as Tensor4D
    const depthwise = groups > 1 && groups === inputs[0]?.channels
    if (!depthwise) return ([x]) => tf.fused.conv2d({ ...shared, x: x as Tensor4D, filter })
    const spread = tf.transpose(filter, [0, 1, 3, 2]) as Tensor4D
    return ([x]) => tf.fused.depthwiseConv2d({ ...shared, x: x as Tensor4D, filter: spread })
  },
  fc: (tf, { inputs: [input], output, activation, weight }) => {
    const { height, width, channels } = input as Volume
    const size = height * width * channels
    const b = tf.reshape(weight('filters') as Tensor, [size, output.channels])
    const bias = weight('bias') as Tensor
    return ([x]) => {
      const a = tf.reshape(x as Tensor4D, [-1, size])
      const y = tf.fused.matMul({ a: a as never, b: b as never, bias, activation })
      return tf.reshape(y, [-1, 1, 1, output.channels])
    }
  },
  bn: (tf, { attributes: { epsilon }, weight }) => {
    const parameter = (name: string) => weight(name) as Tensor
    const scale = tf.div(parameter('scale'), tf.sqrt(tf.add(parameter('variance'), epsilon)))
    const shift = tf.sub(parameter('shift'), tf.mul(parameter('mean'), scale))
    return ([x]) => tf.add(tf.mul(x as Tensor4D, scale), shift)
  },
  pool: (tf, { attributes }) => {
    const { kernel, stride } = attributes
    return ([x]) => tf.maxPool(x as Tensor4D, [...kernel], [...stride] as [number, number], sides(attributes))
  },
  avgpool: (tf, { attributes }) => {
    const { kernel, stride } = attributes
    return ([x]) => tf.avgPool(x as Tensor4D, [...kernel], [...stride] as [number, number], sides(attributes))
  },
  relu:
    (tf) =>
    ([x]) =>
      tf.relu(x as Tensor4D),
  relu6:
    (tf) =>
    ([x]) =>
      tf.relu6(x as Tensor4D),
  gap:
    (tf) =>
    ([x]) =>
      tf.mean(x as Tensor4D, [1, 2], true),
  add:
    (tf) =>
    ([x, y]) =>
      tf.add(x as Tensor4D, y as Tensor4D),
  dropout:
    () =>
    ([x]) =>
      x as Tensor4D,
  softmax:
    (tf) =>
    ([x]) =>
      tf.softmax(x as Tensor4D),
  widen: (tf, { inputs: [input], output }) => {
    const more = output.channels - (input as Volume).channels
    const before = more >> 1
    return ([x]) =>
      tf.pad(x as Tensor4D, [
        [0, 0],
        [0, 0],
        [0, 0],
        [before, more - before],
      ])
  },
}

interface Step {
  readonly name: string
  readonly inputs: readonly string[]
  readonly apply: Apply
}

const fusible: readonly string[] = ['relu', 'relu6'] satisfies Layer['activation'][]

function stepsOf(tf: Library, subject: Subject): Step[] {
  const { nodes } = subject
  const { weights, folded } = foldNorms(subject)
  const follows = onlyFollowers(nodes)
  /** Done already by the convolution before them. */
  const done = new Set<string>(folded)
  return nodes.slice(1).map(({ node, inputs, output }): Step => {
    const own = { name: node.name, inputs: node.inputs }
    if (done.has(node.name)) return { ...own, apply: ([x]) => x as Tensor4D }
    let activation: Layer['activation'] = 'linear'
    if (node.type === 'conv' || node.type === 'fc') {
      const next = follows.get(node.name)
      const last = next !== undefined && folded.has(next.name) ? follows.get(next.name) : next
      if (last !== undefined && fusible.includes(last.type)) {
        activation = last.type as Layer['activation']
        done.add(last.name)
      }
    }
    const attributes = node.attributes as LayerAttributes
    const weight = (name: string) => {
      const found = weights.get(`${node.name}.${name}`)
      return found && tf.tensor(found.values, [...found.shape])
    }
    const row = rows[node.type] as (typeof rows)[string]
    return { ...own, apply: row(tf, { attributes, inputs, output, activation, weight }) }
  })
}

async function forward(tf: Library, { network, batch }: ForwardWork): Promise<Contender> {
  const subject = subjectOf(network)
  const { node, output } = subject.nodes[0] as SizedNode
  const steps = stepsOf(tf, subject)
  const values = picturesOf(subject, batch)
  const last = steps.at(-1)?.name ?? ''
  const run = async () => {
    const result = tf.tidy(() => {
      const input = tf.tensor4d(values, [batch, output.height, output.width, output.channels])
      const made = new Map([[node.name, input]])
      for (const { name, inputs, apply } of steps)
        made.set(name, apply(inputs.map((each) => made.get(each) as Tensor4D)))
      return made.get(last) as Tensor4D
    })
    const data = (await result.data()) as Float32Array
    result.dispose()
    return data
  }
  return { outputs: (await run()).slice(), time: (milliseconds) => repeat(run, milliseconds) }
}

function peer(name: string, kind: string, backend: string, load: () => Promise<unknown>, training: string): Peer {
  return {
    name,
    kind,
    version: () =>
      packageVersion(name === 'tfjs-wasm' ? '@tensorflow/tfjs-backend-wasm' : '@tensorflow/tfjs-backend-cpu'),
    refuses(work: Work, threads: number) {
      if (work.kind === 'train') return training
      if (threads > 1) return 'has one thread in Node'
      const { nodes } = subjectOf(work.network)
      const strange = nodes.slice(1).find((each) => rows[each.node.type] === undefined)
      return strange === undefined ? undefined : `no row for ${strange.node.type}`
    },
    async forward(work) {
      const tf = await import('@tensorflow/tfjs-core')
      await load()
      tf.enableProdMode()
      if (!(await tf.setBackend(backend))) throw new Error(`the backend ${backend} does not start`)
      return { ...(await forward(tf, work)), description: `${tf.getBackend()} backend` }
    },
  }
}

/** Threads are off in Node (tfjs issue 3830); SIMD is on. */
export const tfjsWasm = peer(
  'tfjs-wasm',
  'WebAssembly',
  'wasm',
  () => import('@tensorflow/tfjs-backend-wasm'),
  'has no filter gradient',
)

export const tfjsCpu = peer(
  'tfjs-cpu',
  'JavaScript',
  'cpu',
  () => import('@tensorflow/tfjs-backend-cpu'),
  'measured on forward passes only',
)
