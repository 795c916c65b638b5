/** onnxruntime in two builds, with the same interface: native (onnxruntime-node) and WebAssembly (onnxruntime-web). */

import type { SizedNode } from 'lenslet/network'
import type { InferenceSession, Tensor, TensorConstructor } from 'onnxruntime-common'
import { onnxModel } from '../onnx/model.ts'
import { repeat } from '../timing.ts'
import { picturesOf, subjectOf } from '../values.ts'
import type { ForwardWork } from '../work.ts'
import { fromPlanes, packageVersion, toPlanes } from './common.ts'
import type { Contender, Peer } from './types.ts'

interface Runtime {
  readonly Tensor: TensorConstructor
  create(model: Uint8Array, threads: number): Promise<InferenceSession>
  readonly description: string
  /** Whether results go into a tensor that is given, as Lenslet's do into an array. */
  readonly reuses: boolean
}

function peer(name: string, kind: string, load: (threads: number) => Promise<Runtime>): Peer {
  return {
    name,
    kind,
    version: () => packageVersion(name),
    refuses: ({ kind }) => (kind === 'train' ? 'runs networks, does not train them' : undefined),
    async forward({ network, batch }: ForwardWork, threads: number): Promise<Contender> {
      const { Tensor, create, description, reuses } = await load(threads)
      const subject = subjectOf(network)
      const [input, last] = [subject.nodes[0] as SizedNode, subject.nodes.at(-1) as SizedNode]
      const session = await create(onnxModel(subject, batch), threads)
      const { height, width, channels } = input.output
      const pictures = toPlanes(picturesOf(subject, batch), input.output)
      const feeds = { [input.node.name]: new Tensor('float32', pictures, [batch, channels, height, width]) }
      const result = (await session.run(feeds))[last.node.name] as Tensor
      const data = result.data as Float32Array
      const into = { [last.node.name]: new Tensor('float32', data.slice(), result.dims) }
      const run = reuses ? () => session.run(feeds, into) : () => session.run(feeds)
      return {
        outputs: fromPlanes(data, last.output),
        description,
        time: (milliseconds) => repeat(run, milliseconds),
      }
    },
  }
}

export const onnxruntimeNode = peer('onnxruntime-node', 'native', async () => {
  const runtime = await import('onnxruntime-node')
  return {
    Tensor: runtime.Tensor,
    create: (model, threads) =>
      runtime.InferenceSession.create(model, {
        executionProviders: ['cpu'],
        intraOpNumThreads: threads,
        interOpNumThreads: 1,
        graphOptimizationLevel: 'all',
        executionMode: 'sequential',
      }),
    description: 'CPU execution provider',
    reuses: true,
  }
})

/** The module in the package has fixed-width SIMD only: not one relaxed multiply-add is in its bytes (1.30.0). */
export const onnxruntimeWeb = peer('onnxruntime-web', 'WebAssembly', async (threads) => {
  const runtime = await import('onnxruntime-web')
  runtime.env.wasm.numThreads = threads
  return {
    Tensor: runtime.Tensor,
    create: (model) =>
      runtime.InferenceSession.create(model, { executionProviders: ['wasm'], graphOptimizationLevel: 'all' }),
    description: 'WASM execution provider, fixed-width SIMD',
    // It takes a tensor for the results, hands it back, and leaves in it what was there (1.30.0).
    reuses: false,
  }
})
