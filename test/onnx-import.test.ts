/** Models of other programs from `../shared`: traps that people met, and pretrained networks with right outputs. */

import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { acceptedInputs, type Layout, outputForm, toChannels, toPositions } from '../src/exchange/layout.ts'
import { modelFiles } from '../src/exchange/node/modelFiles.ts'
import { readModel, readTensors } from '../src/exchange/read.ts'
import { Model } from '../src/model/model.ts'

const shared = join(import.meta.dirname, '../../shared')
const absent = 'needs ../shared, which is not part of the repository'
const cases = join(shared, 'cases/exchange')
const names = existsSync(cases) ? readdirSync(cases).filter((name) => name.startsWith('onnx-')) : []

async function array(path: string) {
  const [only] = (await readTensors(modelFiles(path))).tensors.values()
  if (only === undefined) throw new Error(`${path} is empty`)
  return only
}

/** The model's output for a tensor, as `lenslet predict --input --output` writes it. */
async function predicted(path: string, input: string, layout: Layout) {
  const { network, weights, info } = await readModel(modelFiles(path))
  const model = await Model.create(network, { weights, info, threads: 1 })
  const { shape, values } = await array(input)
  const form = acceptedInputs(layout, model.input, info.tensors?.input).find(
    (each) => String(each.shape) === String(shape.slice(1)),
  )
  if (form === undefined) throw new Error(`an input of ${shape}`)
  const y = await model.predict(form.layout === 'nchw' ? toPositions(values, model.input) : values)
  const out = outputForm(layout, model.output, info.tensors?.output)
  const result = {
    shape: [shape[0], ...out.shape],
    values: out.layout === 'nchw' ? toChannels(y, model.output) : y,
  }
  await model.dispose()
  return result
}

describe.skipIf(names.length === 0)(`cases of ../shared/cases/exchange (${absent})`, () => {
  test.each(names)('%s', async (name) => {
    const folder = join(cases, name)
    const { model, layout, tolerance } = JSON.parse(readFileSync(join(folder, 'case.json'), 'utf8'))
    const found = await predicted(join(folder, model), join(folder, 'input.npy'), layout === 'nchw' ? 'nchw' : 'nhwc')
    const expected = await array(join(folder, 'output.npy'))
    expect(found.shape).toEqual(expected.shape)
    expect(largest(found.values, expected.values)).toBeLessThanOrEqual(tolerance)
  })
})

const golden = [
  { file: 'mnist-8/mnist-8', softmax: false },
  { file: 'cifar10-resnet20/resnet20-12fca82f', softmax: false },
  { file: 'squeezenet1.1/squeezenet1.1', softmax: true },
  { file: 'mobilenet-v1-0.25/mobilenet_v1_0.25_128_quant.dequant', softmax: true },
]
describe.skipIf(!existsSync(join(shared, 'golden')))(`pretrained networks of ../shared/models (${absent})`, () => {
  test.each(golden)('$file', async ({ file, softmax }) => {
    const folder = join(shared, 'golden', file.split('/')[1] as string)
    const model = join(shared, 'models', `${file}.onnx`)
    const found = await predicted(model, join(folder, 'input.npy'), 'nchw')
    const { shape, values } = await array(join(folder, 'output.npy'))
    expect(found.shape).toEqual(shape)
    // The goldens are logits, in float32 as well: sums in another order differ by some units of the last place.
    const expected = softmax ? softmaxOf(values, shape[1] as number) : values
    const scale = expected.reduce((most, value) => Math.max(most, Math.abs(value)), 0)
    expect(largest(found.values, expected)).toBeLessThan(64 * 2 ** -24 * Math.max(scale, 1))
  })
})

function largest(a: ArrayLike<number>, b: ArrayLike<number>): number {
  if (a.length !== b.length) return Number.POSITIVE_INFINITY
  return Array.from(a).reduce((most, value, at) => Math.max(most, Math.abs(value - (b[at] as number))), 0)
}

function softmaxOf(scores: Float32Array, classes: number): Float32Array {
  const out = new Float32Array(scores.length)
  for (let start = 0; start < scores.length; start += classes) {
    const row = Array.from(scores.subarray(start, start + classes))
    const most = Math.max(...row)
    const powers = row.map((score) => Math.exp(score - most))
    const sum = powers.reduce((a, b) => a + b, 0)
    out.set(
      powers.map((power) => power / sum),
      start,
    )
  }
  return out
}
