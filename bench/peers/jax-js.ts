/**
 * jax-js (the npm package @jax-js/jax) on its WebAssembly backend: single convolutions, jitted. Its kernels are generated
 * loops without tiling or SIMD (0.1.25): 0.3 GFLOP/s at 56×56×64, so it is asked only where that ends.
 */

import type { SizedNode } from 'lenslet/network'
import { filtersFirst } from '../onnx/model.ts'
import { repeat } from '../timing.ts'
import { type LayerAttributes, picturesOf, subjectOf, type Tensor } from '../values.ts'
import type { ForwardWork } from '../work.ts'
import { fromPlanes, packageVersion, toPlanes } from './common.ts'
import type { Contender, Peer } from './types.ts'

async function forward({ network, batch }: ForwardWork): Promise<Contender> {
  const { defaultDevice, init, jit, lax, numpy } = await import('@jax-js/jax')
  await init('wasm')
  defaultDevice('wasm')
  const subject = subjectOf(network)
  const [input, last] = [subject.nodes[0] as SizedNode, subject.nodes.at(-1) as SizedNode]
  const { height, width, channels } = input.output
  const { stride, padding, groups } = last.node.attributes as LayerAttributes
  const array = (values: Float32Array, shape: readonly number[]) =>
    numpy.array(values as Float32Array<ArrayBuffer>).reshape([...shape])
  const filters = filtersFirst(subject.weights.get(`${last.node.name}.filters`) as Tensor)
  const x = array(toPlanes(picturesOf(subject, batch), input.output), [batch, channels, height, width])
  const w = array(filters.values, filters.shape)
  const b = array(subject.weights.get(`${last.node.name}.bias`)?.values as Float32Array, [
    1,
    last.output.channels,
    1,
    1,
  ])
  const [top, left, bottom, right] = padding
  const layer = jit((pictures: typeof x, weights: typeof x, bias: typeof x) =>
    lax
      .convGeneralDilated(
        pictures,
        weights,
        [...stride],
        [
          [top, bottom],
          [left, right],
        ],
        { featureGroupCount: groups },
      )
      .add(bias),
  )
  const run = async () => (await layer(x.ref, w.ref, b.ref).data()) as Float32Array
  return {
    outputs: fromPlanes(await run(), last.output),
    description: 'wasm backend, jit',
    time: (milliseconds) => repeat(run, milliseconds),
  }
}

export const jaxJs: Peer = {
  name: 'jax-js',
  kind: 'WebAssembly',
  version: () => packageVersion('@jax-js/jax'),
  refuses(work, threads) {
    if (work.kind === 'train') return 'measured on single convolutions only'
    if (threads > 1) return 'has one thread'
    const { nodes } = subjectOf(work.network)
    return nodes.length === 2 && nodes[1]?.node.type === 'conv' ? undefined : 'measured on single convolutions only'
  },
  forward,
}
