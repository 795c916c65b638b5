// Models written as files of Keras and TensorFlow.js, and read again: the same values, layer by layer.

import { describe, expect, it } from 'vitest'
import { Model } from '../../../model/model.ts'
import { parse } from '../../../notation/parse.ts'
import { UnsupportedModelError } from '../../errors.ts'
import { joined } from '../../joined.ts'
import { readTfjs } from '../../tfjs/read.ts'
import { writeTfjs } from '../../tfjs/write.ts'
import type { ExportedModel, ImportedModel } from '../../types.ts'
import { readKerasH5 } from '../readH5.ts'
import { readKeras } from '../readKeras.ts'
import { writeKeras, writeKerasH5 } from './files.ts'

const files = (bytes: Uint8Array, others: ReadonlyMap<string, Uint8Array> = new Map()) => ({
  name: 'x',
  read: async () => bytes,
  beside: async (name: string) => others.get(name),
})

/** Each way out and in again. */
const formats: Readonly<Record<string, (model: ExportedModel) => Promise<ImportedModel>>> = {
  h5: async (model) => readKerasH5(files(joined(writeKerasH5(model)))),
  keras: async (model) => readKeras(files(joined(writeKeras(model)))),
  tfjs: async (model) => {
    const { main, beside } = writeTfjs(model, {}, 'x.tfjs.json')
    return readTfjs(files(joined(main), new Map([...beside].map(([name, parts]) => [name, joined(parts)]))))
  },
}

/** Trained a little, as far as anybody can tell: norms have statistics, slopes are not their first ones. */
async function modelOf(text: string): Promise<Model> {
  const model = await Model.create(parse(text), { seed: 4, threads: 1, backend: 'reference' })
  for (const name of model.weights.names) {
    const values = model.weights.get(name).map((value, i) => value + (i % 7) / 20)
    if (/\.(scale|shift|mean|variance|bias|slope)$/.test(name)) model.weights.set(name, values)
  }
  return model
}

async function compare(text: string, format: string): Promise<void> {
  await using model = await modelOf(text)
  const info = { classes: ['a', 'b'].slice(0, model.output.channels), origin: 'a test' }
  const weights = await model.snapshot()
  const read = await formats[format]?.({ network: model.network, weights, info })
  if (read === undefined) throw new Error(`no format ${format}`)
  expect(read.info).toMatchObject(info)
  await using again = await Model.create(read.network, { weights: read.weights, threads: 1, backend: 'reference' })
  const { height, width, channels } = model.input
  const input = Float32Array.from({ length: height * width * channels }, (_, i) => Math.sin(i * 1.7))
  const [a, b] = [await model.predict(input), await again.predict(input)]
  expect(b.length).toBe(a.length)
  for (const [i, value] of a.entries())
    expect(Math.abs(value - (b[i] as number))).toBeLessThan(1e-5 * (1 + Math.abs(value)))
}

const common = [
  'INPUT 9x9x3 -> CONV3-4 -> BN -> RELU -> POOL2 -> FC-6 -> LRELU 0.2 -> DROPOUT 0.3 -> FC-2 -> SOFTMAX',
  'INPUT 9x8x4 -> CONV3-8 g4 s2 p1 nobias -> RELU6 -> CONV1-6 -> GAP -> FC-2 -> SIGMOID',
  // Paddings: TensorFlow's "same", zeros before the window, none.
  'INPUT 8x8x2 -> CONV3-3 s2 p0,0,1,1 -> ELU 0.5 -> CONV3-2 s1 p1 d2 -> TANH -> FLATTEN -> FC-2',
  'INPUT 9x9x3 -> CONV7-4 s2 p3 -> RELU -> POOL3 s2 p1 -> AVGPOOL2 -> FC-2',
  'INPUT 8x8x3 -> RELU -> POOL3 s2 ceil -> AVGPOOL2 p1 countpad -> GMP -> FC-2',
  'INPUT 6x6x4 -> MULTIPLY(ID | GAP -> FC-4 -> SIGMOID) -> CONCAT(CONV1-2 | CONV3-2 -> SILU) -> ADD(ID | CONV3-4) -> PRELU -> GAP -> FC-2',
  'INPUT 5x5x2 -> TCONV3-3 s2 p1 -> SELU -> TCONV2-2 s2 -> PAD p1 -> CROP p0,1,2,1 -> SOFTPLUS -> UPSAMPLE2 -> LN -> GAP',
  'INPUT 4x4x2 -> SCALE 0.5 -> SOFTSIGN -> RESHAPE 2x8x2 -> SCALE 0.7 learned -> PRELU shared -> FC-2 nobias -> MISH',
]
const newer = [
  'INPUT 6x6x4 -> CONV3-4 g2 -> GN g2 -> HARDSWISH -> UPSAMPLE2 bilinear -> IN -> GELU -> HARDSIGMOID -> CELU -> GAP -> FC-2',
]

describe.each(Object.keys(formats))('as %s', (format) => {
  it.each(format === 'tfjs' ? common : [...common, ...newer])('%s', (text) => compare(text, format))
})

it('says which layers Keras does not have, and why', async () => {
  await using model = await modelOf('INPUT 8x8x4 -> LRN -> TANH -> POOL3 s2 p1 -> MAXOUT2 -> FLATTEN chw -> FC-2')
  const { network } = model
  const weights = await model.snapshot()
  const write = () => writeKerasH5({ network, weights, info: {} })
  expect(write).toThrow(UnsupportedModelError)
  expect(write).toThrow(/lrn1: Keras has no LRN[\s\S]*pool1: a padding[\s\S]*maxout1: Keras has no MAXOUT[\s\S]*chw/)
})

it('says what TensorFlow.js does not have', async () => {
  await using model = await modelOf(newer[0] as string)
  const { network } = model
  const weights = await model.snapshot()
  expect(() => writeTfjs({ network, weights, info: {} }, {}, 'x.tfjs.json')).toThrow(
    /conv1: 2 groups[\s\S]*GroupNormalization[\s\S]*hard_swish[\s\S]*bilinear[\s\S]*gelu/,
  )
})
