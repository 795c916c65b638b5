/**
 * The references of pooling against ONNX's own cases (ceil mode, divisors, dilation), where ../shared/conformance is
 * present. Reads of ONNX files only what these cases hold: the attributes of one node, float32 tensors.
 */

import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { type OpCase, opCase } from '../cases.ts'
import { f32 } from '../specs.ts'
import { runReference } from '../testing/arrays.ts'
import { type Padding, type Pair, windowOn } from '../window.ts'
import { averagePool, maxPool } from './op.ts'

const folder = new URL('../../../../shared/conformance/node/', import.meta.url)
const names = existsSync(folder)
  ? readdirSync(folder).filter((name) => /^test_(max|average)pool_2d_|^test_global(max|average)pool/.test(name))
  : []

type Fields = ReadonlyMap<number, readonly (number | Uint8Array)[]>

/** A protobuf message: whole numbers and byte strings by field number. */
function fieldsOf(bytes: Uint8Array): Fields {
  const fields = new Map<number, (number | Uint8Array)[]>()
  let at = 0
  const varint = (): number => {
    let value = 0
    for (let scale = 1; ; scale *= 128) {
      const byte = bytes[at++] as number
      value += (byte & 127) * scale
      if (byte < 128) return value
    }
  }
  while (at < bytes.length) {
    const key = varint()
    const wire = key & 7
    const length = wire === 2 ? varint() : wire === 5 ? 4 : 0
    const value = wire === 0 ? varint() : bytes.subarray(at, at + length)
    at += length
    fields.set(key >>> 3, [...(fields.get(key >>> 3) ?? []), value])
  }
  return fields
}

const text = (value: number | Uint8Array | undefined): string => new TextDecoder().decode(value as Uint8Array)
const nested = (fields: Fields, field: number): Fields[] =>
  (fields.get(field) ?? []).map((value) => fieldsOf(value as Uint8Array))

/** Whole-number attributes (a single one as a list of one) of a model's only node, and its strings. */
function attributesOf(model: Uint8Array): Map<string, readonly number[] | string> {
  const [node] = nested(nested(fieldsOf(model), 7)[0] as Fields, 1)
  return new Map(
    nested(node as Fields, 5).map((attribute) => {
      const string = attribute.get(4)?.[0]
      const numbers = (attribute.get(8) ?? attribute.get(3) ?? []) as number[]
      return [text(attribute.get(1)?.[0]), string === undefined ? numbers : text(string)]
    }),
  )
}

function tensorOf(bytes: Uint8Array): { readonly dims: number[]; readonly values: Float32Array } {
  const fields = fieldsOf(bytes)
  const [raw = new Uint8Array()] = (fields.get(9) ?? []) as Uint8Array[]
  return { dims: fields.get(1) as number[], values: new Float32Array(raw.slice().buffer) }
}

/** [n, c, h, w] → [n, h, w, c] */
function channelsLast({ dims, values }: ReturnType<typeof tensorOf>): Float64Array {
  const [n = 1, c = 1, h = 1, w = 1] = dims
  return Float64Array.from({ length: n * c * h * w }, (_, i) => {
    const [channel, x, y, picture] = [
      i % c,
      Math.floor(i / c) % w,
      Math.floor(i / (c * w)) % h,
      Math.floor(i / (c * w * h)),
    ]
    return values[((picture * c + channel) * h + y) * w + x] as number
  })
}

function paddingOf(mode: string, pads: readonly number[], input: Pair, extent: Pair, stride: Pair): Padding {
  if (!mode.startsWith('SAME')) return [pads[0] ?? 0, pads[1] ?? 0, pads[2] ?? 0, pads[3] ?? 0]
  const total = ([0, 1] as const).map((axis) =>
    Math.max((Math.ceil(input[axis] / stride[axis]) - 1) * stride[axis] + extent[axis] - input[axis], 0),
  )
  const small = total.map((sum) => Math.floor(sum / 2)) as [number, number]
  const large = total.map((sum) => Math.ceil(sum / 2)) as [number, number]
  const [before, after] = mode === 'SAME_UPPER' ? [small, large] : [large, small]
  return [...before, ...after]
}

function caseOf(name: string): { readonly row: OpCase; readonly x: Float64Array; readonly y: Float64Array } {
  const read = (path: string) => new Uint8Array(readFileSync(new URL(`${name}/${path}`, folder)))
  const attributes = attributesOf(read('model.onnx'))
  const numbers = (key: string) => attributes.get(key) as readonly number[] | undefined
  const x = tensorOf(read('test_data_set_0/input_0.pb'))
  const [batch = 1, channels = 1, height = 1, width = 1] = x.dims
  const kernel = (numbers('kernel_shape') ?? [height, width]) as Pair
  const stride = (numbers('strides') ?? [1, 1]) as Pair
  const dilation = (numbers('dilations') ?? [1, 1]) as Pair
  const extent: Pair = [dilation[0] * (kernel[0] - 1) + 1, dilation[1] * (kernel[1] - 1) + 1]
  const mode = String(attributes.get('auto_pad') ?? 'NOTSET')
  const padding = paddingOf(mode, numbers('pads') ?? [], [height, width], extent, stride)
  const ceil = numbers('ceil_mode')?.[0] === 1
  const window = windowOn({ kernel, stride, padding, dilation, ceil }, { height, width, channels })
  const shared = { name, inputs: [f32(batch, height, width, channels)], terms: 1 }
  const countPadding = numbers('count_include_pad')?.[0] === 1
  const row = name.includes('max')
    ? opCase({ ...shared, op: maxPool, attributes: { window } })
    : opCase({ ...shared, op: averagePool, attributes: { window, countPadding } })
  return { row, x: channelsLast(x), y: channelsLast(tensorOf(read('test_data_set_0/output_0.pb'))) }
}

describe.skipIf(names.length === 0)("ONNX's cases (skipped where ../shared/conformance is absent)", () => {
  it.each(names.filter((name) => !name.includes('uint8')))('%s', (name) => {
    const { row, x, y } = caseOf(name)
    const actual = runReference(row, { inputs: [x], updates: [] }).outputs[0] as Float64Array
    expect(actual.length).toBe(y.length)
    actual.forEach((value, i) => {
      // One case states its results with four digits.
      expect(Math.abs(value - (y[i] as number))).toBeLessThan(1e-4)
    })
  })
})
