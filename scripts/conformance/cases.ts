/** One case of ONNX's: a model, its inputs and the outputs that it must give. */

import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { LensletError } from '../../src/core/errors.ts'
import { sameShape, sizeOf } from '../../src/core/shapes.ts'
import { ForeignFileError, UnsupportedModelError } from '../../src/exchange/errors.ts'
import { importModel } from '../../src/exchange/onnx/import/import.ts'
import type { OnnxModel, OnnxTensor } from '../../src/exchange/onnx/proto/model.ts'
import { readOnnx } from '../../src/exchange/onnx/proto/read.ts'
import { readTensorFile } from '../../src/exchange/onnx/proto/tensorFile.ts'
import type { ImportedModel } from '../../src/exchange/types.ts'
import { Model } from '../../src/model/model.ts'
import type { BackendName } from '../../src/model/options.ts'
import type { StoredTensor } from '../../src/model/safetensors.ts'

export interface CaseResult {
  readonly name: string
  /** Operators of its graph. */
  readonly ops: readonly string[]
  readonly opset: number
  readonly outcome: 'passed' | 'not meant' | 'failed'
  /** Why not. */
  readonly reason: string
}

/** Folders with a model, by their path from `folder`. */
export function casesIn(folder: string): readonly string[] {
  const found: string[] = []
  const look = (path: string, depth: number) => {
    if (existsSync(join(folder, path, 'model.onnx'))) found.push(path)
    else if (depth < 4)
      for (const entry of readdirSync(join(folder, path), { withFileTypes: true }))
        if (entry.isDirectory()) look(join(path, entry.name), depth + 1)
  }
  look('', 0)
  return found.sort()
}

export async function runCase(folder: string, name: string, backend: BackendName): Promise<CaseResult> {
  const path = join(folder, name)
  let [ops, opset]: [readonly string[], number] = [[], 0]
  const result = (outcome: CaseResult['outcome'], reason: string) => ({ name, ops, opset, outcome, reason })
  try {
    const model = readOnnx(new Uint8Array(readFileSync(join(path, 'model.onnx'))))
    ops = [...new Set(model.graph.nodes.map(({ op }) => op))].sort()
    opset = model.opsets.get('') ?? 1
    const sets = readdirSync(path).filter((each) => each.startsWith('test_data_set_'))
    for (const set of sets) {
      const outcome = await runSet(model, join(path, set), backend)
      if (outcome !== undefined) return result(...outcome)
    }
    return result('passed', '')
  } catch (error) {
    if (error instanceof UnsupportedModelError) return result('not meant', reasonOf(error))
    return result('failed', error instanceof Error ? (error.message.split('\n')[0] as string) : String(error))
  }
}

function reasonOf(error: LensletError): string {
  const received = error.received
    ?.split('\n')
    .map((line) => line.trim())
    .join('; ')
  return `${error.message.split('\n')[0] as string}${received === undefined ? '' : `: ${received}`}`
}

/** Undefined: passed. */
async function runSet(
  model: OnnxModel,
  path: string,
  backend: BackendName,
): Promise<['not meant' | 'failed', string] | undefined> {
  const open = model.graph.inputs.filter(({ name }) => !model.graph.initializers.has(name))
  const inputs = open.map((_, index) => readTensorFile(new Uint8Array(readFileSync(join(path, `input_${index}.pb`)))))
  const expected = readTensorFile(new Uint8Array(readFileSync(join(path, 'output_0.pb'))))
  const [image] = inputs
  if (image === undefined) return ['not meant', 'no input: the result is a constant']
  if (image.shape.length > 4 || image.shape.length === 0)
    return ['not meant', `an input of ${image.shape.length} dimensions`]
  if (!/^B?F/.test(expected.dtype)) return ['not meant', `an output of type ${expected.dtype}, which is no activation`]
  if (inputs.some(({ values }) => !values.every(Number.isFinite)))
    return ['not meant', 'inputs that are not finite numbers']
  const { imported, values, batchless } = bound(
    model,
    open.map(({ name }) => name),
    inputs,
  )
  const { network, weights, info } = imported
  const count = batchless ? 1 : (image.shape[0] as number)
  await using made = await Model.create(network, { weights, backend, threads: 1, batch: Math.max(1, count) })
  const scores = await made.predict(values)
  return compared(
    scores,
    [...(batchless ? [] : [count]), ...(info.tensors?.output.shape ?? [])],
    info.tensors?.output.order ?? 'chw',
    made,
    expected,
  )
}

interface Bound {
  readonly imported: ImportedModel
  readonly values: Float32Array
  /** Whether the first axis belongs to the image, since the graph computes along it. */
  readonly batchless: boolean
}

/** With the first axis as the batch; where the graph computes along it, as part of one image. */
function bound(model: OnnxModel, names: readonly string[], inputs: readonly StoredTensor[]): Bound {
  try {
    return boundAs(model, names, inputs, false)
  } catch (error) {
    if (!(error instanceof LensletError)) throw error
    try {
      return boundAs(model, names, inputs, true)
    } catch (second) {
      if (!(second instanceof LensletError)) throw second
      // The reason of the usual reading says more.
      throw error
    }
  }
}

/** The others as constants, where that gives a network; else all of them as one image. */
function boundAs(
  model: OnnxModel,
  names: readonly string[],
  inputs: readonly StoredTensor[],
  batchless: boolean,
): Bound {
  const alone = (tensor: StoredTensor) =>
    batchless ? { shape: oneImage(tensor.shape), values: tensor.values } : tensor
  const [image] = inputs as readonly [StoredTensor, ...StoredTensor[]]
  const initializers = new Map<string, OnnxTensor>(model.graph.initializers)
  for (const [index, tensor] of inputs.entries())
    if (index > 0) initializers.set(names[index] as string, { name: names[index] as string, stored: tensor })
  const withShapes = model.graph.inputs.map((value) => {
    const tensor = inputs[names.indexOf(value.name)]
    return tensor === undefined ? value : { ...value, shape: tensor.shape }
  })
  const graph = { ...model.graph, inputs: withShapes }
  try {
    const imported = importModel({ ...model, graph: { ...graph, initializers } }, { batchless })
    return {
      imported,
      values: imported.info.tensors?.input.order === 'hwc' ? image.values.slice() : toPositions(alone(image)),
      batchless,
    }
  } catch (error) {
    const isStackable =
      inputs.length > 1 &&
      inputs.every(
        ({ shape, dtype }) => (batchless || shape[0] === image.shape[0]) && shape.length <= 4 && dtype === 'F32',
      )
    if (!(error instanceof UnsupportedModelError || error instanceof ForeignFileError) || !isStackable) throw error
    const imported = importModel({ ...model, graph }, { stacked: true, batchless })
    return { imported, values: stacked(inputs.map(alone)), batchless }
  }
}

type Values = Pick<StoredTensor, 'shape' | 'values'>

/** [1, C, H, W] of a tensor of up to four axes. */
function oneImage(shape: readonly number[]): readonly number[] {
  const [a = 1, b = 1, ...rest] = shape
  return shape.length === 4 ? [1, a * b, ...rest] : [1, ...shape]
}

function stacked(inputs: readonly Values[]): Float32Array {
  const [first] = inputs as readonly [Values, ...Values[]]
  const count = first.shape[0] as number
  const sizes = inputs.map(({ shape }) => sizeOf(shape) / count)
  const total = sizes.reduce((a, b) => a + b, 0)
  const out = new Float32Array(count * total)
  for (let n = 0, at = 0; n < count; n++)
    for (const [index, { values }] of inputs.entries()) {
      const size = sizes[index] as number
      out.set(values.subarray(n * size, (n + 1) * size), at)
      at += size
    }
  return out
}

/** [N, C, ...] → [N, ..., C]. */
function toPositions({ shape, values }: Values): Float32Array {
  return turned(values, shape[0] as number, shape[1] ?? 1, sizeOf(shape.slice(2)))
}

function turned(values: Float32Array, count: number, channels: number, positions: number): Float32Array {
  const out = new Float32Array(values.length)
  const size = channels * positions
  for (let n = 0; n < count; n++)
    for (let c = 0; c < channels; c++)
      for (let p = 0; p < positions; p++)
        out[n * size + p * channels + c] = values[n * size + c * positions + p] as number
  return out
}

/** ONNX's own tolerance is 1e-3 of the value; beside it 1e-5, float32 after a few operations on numbers around 1. */
function compared(
  scores: Float32Array,
  shape: readonly number[],
  order: 'hwc' | 'chw',
  { output }: Model,
  expected: StoredTensor,
): ['failed', string] | undefined {
  if (!sameShape(shape, expected.shape))
    return ['failed', `the shape ${shape.join('×')}, expected ${expected.shape.join('×')}`]
  const { height, width, channels } = output
  const wanted =
    order === 'chw' ? turned(expected.values, shape[0] as number, channels, height * width) : expected.values
  for (const [index, value] of wanted.entries()) {
    const found = scores[index] as number
    if (Object.is(found, value) || Math.abs(found - value) <= 1e-5 + 1e-3 * Math.abs(value)) continue
    return ['failed', `value ${index} is ${found}, expected ${value}`]
  }
  return undefined
}
