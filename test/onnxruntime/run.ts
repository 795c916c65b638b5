/** Runs ONNX models in ONNX Runtime, the oracle of the export. It is installed apart (README.md); absent, `oracle` is undefined. */

import { createRequire } from 'node:module'
import { join } from 'node:path'
import type { Volume } from '../../src/core/shapes.ts'

interface OrtTensor {
  readonly dims: readonly number[]
  readonly data: Float32Array
}
interface Session {
  readonly inputNames: readonly string[]
  readonly outputNames: readonly string[]
  run(feeds: Readonly<Record<string, OrtTensor>>): Promise<Readonly<Record<string, OrtTensor>>>
  release(): Promise<void>
}
interface Ort {
  readonly InferenceSession: { create(bytes: Uint8Array, options: object): Promise<Session> }
  readonly Tensor: new (type: 'float32', data: Float32Array, dims: readonly number[]) => OrtTensor
}

export const oracle: Ort | undefined = load()

export const missing = 'ONNX Runtime is not installed: npm ci --ignore-scripts --prefix test/onnxruntime'

function load(): Ort | undefined {
  try {
    return createRequire(join(import.meta.dirname, 'package.json'))('onnxruntime-node') as Ort
  } catch {
    return undefined
  }
}

/** Scores of images [n, h, w, c], in that order too: the model itself takes and gives NCHW. */
export async function scoresByOrt(bytes: Uint8Array, images: Float32Array, input: Volume, output: Volume) {
  const ort = oracle as Ort
  const session = await ort.InferenceSession.create(bytes, { logSeverityLevel: 3 })
  const { height, width, channels } = input
  const n = images.length / (height * width * channels)
  const [from, to] = [session.inputNames[0] as string, session.outputNames[0] as string]
  const feed = new ort.Tensor('float32', channelsFirst(images, input), [n, channels, height, width])
  const result = (await session.run({ [from]: feed }))[to] as OrtTensor
  const scores = channelsLast(result.data, output)
  await session.release()
  return { scores, dims: result.dims }
}

function channelsFirst(values: Float32Array, volume: Volume): Float32Array {
  return moved(values, volume, (into, from, to) => {
    into[to] = values[from] as number
  })
}

function channelsLast(values: Float32Array, volume: Volume): Float32Array {
  return moved(values, volume, (into, from, to) => {
    into[from] = values[to] as number
  })
}

/** Calls `put` with the places of each value by position and by channel. */
function moved(
  values: Float32Array,
  { height, width, channels }: Volume,
  put: (into: Float32Array, last: number, first: number) => void,
): Float32Array {
  const into = new Float32Array(values.length)
  const [area, size] = [height * width, height * width * channels]
  for (let start = 0; start < values.length; start += size)
    for (let position = 0; position < area; position++)
      for (let c = 0; c < channels; c++) put(into, start + position * channels + c, start + c * area + position)
  return into
}
