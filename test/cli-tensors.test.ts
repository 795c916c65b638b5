// `predict --input --output`: tensors as they are, in both layouts, and calls that do not fit.

import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { halfBytes } from '../src/exchange/half.ts'
import { joined } from '../src/exchange/joined.ts'
import { npyParts, readNpy } from '../src/exchange/numpy/npy.ts'
import { bytesOf } from '../src/exchange/onnx/import/testing/graphs.ts'
import { Model } from '../src/model/model.ts'
import { storedTensor } from '../src/model/safetensors/tensor.ts'
import { parse } from '../src/notation/parse.ts'
import { call } from './fixtures/cli.ts'

let place = ''
const [height, width, channels, count] = [4, 5, 3, 3]
const images = Float32Array.from({ length: count * height * width * channels }, (_, i) => 100 * Math.sin(i))
let scores: Float32Array = new Float32Array()

const write = (name: string, shape: readonly number[], bytes: Uint8Array, dtype = 'F32') =>
  writeFile(join(place, name), joined(npyParts(storedTensor(name, { dtype, shape, from: 0, to: bytes.length }, bytes))))
const read = async (name: string) => readNpy(await readFile(join(place, name)))

/** [n, h, w, c] → [n, c, h, w] */
function byChannel(values: Float32Array): Float32Array {
  const area = height * width
  return values.map((_, i) => {
    const [n, c, p] = [Math.floor(i / (channels * area)), Math.floor(i / area) % channels, i % area]
    return values[(n * area + p) * channels + c] as number
  })
}

beforeAll(async () => {
  place = await mkdtemp(join(tmpdir(), 'lenslet-tensors-'))
  const normalization = { mean: [0.5, 0.4, 0.3], std: [0.1, 0.2, 0.3] }
  await using model = await Model.create(parse(`INPUT ${height}x${width}x${channels} -> FC-2`), {
    info: { normalization },
  })
  await model.save(join(place, 'model.lenslet'))
  scores = await model.predict(images)
  await using map = await Model.create(parse(`INPUT ${height}x${width}x${channels} -> RELU`))
  await map.save(join(place, 'map.lenslet'))
  const tensors = {
    input: { name: 'x', shape: [channels, height, width], order: 'chw' },
    output: { name: 'y', shape: [2, 1, 1], order: 'chw' },
  } as const
  model.info = { tensors }
  await model.save(join(place, 'ranked.lenslet'))
  await write('x.npy', [count, height, width, channels], new Uint8Array(images.buffer))
  await write('nchw.npy', [count, channels, height, width], new Uint8Array(byChannel(images).buffer))
})
afterAll(() => rm(place, { recursive: true }))

const run = (...words: string[]) => call(['predict', ...words], place)

describe('lenslet predict --input', () => {
  it('feeds the tensor as it is: no mean, no deviation', async () => {
    const { code, stdout, stderr } = await run('model.lenslet', '--input', 'x.npy', '--output', 'y.npy')
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(stdout).toBe('y.npy: [3, 2], float32\n')
    const { shape, dtype, values } = await read('y.npy')
    expect({ shape, dtype, values }).toEqual({ shape: [3, 2], dtype: 'F32', values: scores })
  })

  it('takes the size of the tensor where the model leaves it open', async () => {
    await writeFile(join(place, 'open.onnx'), bytesOf({ input: ['N', 3, 'h', 'w'], lines: [['Relu', ['x'], 'y']] }))
    const words = ['--input', 'nchw.npy', '--output', 'y3.npy', '--layout', 'nchw']
    expect((await run('open.onnx', ...words)).stderr).toBe('')
    const { shape, values } = await read('y3.npy')
    expect({ shape, values }).toEqual({
      shape: [count, channels, height, width],
      values: byChannel(images).map((value) => Math.max(0, value)),
    })
    const { code, stderr } = await run('open.onnx', ...words, '--size', '9')
    expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringMatching(/\[n, 3, 9, 9\]/) })
  })

  it('gives the same for NCHW', async () => {
    const words = ['--input', 'nchw.npy', '--output', 'y2.npy', '--layout', 'nchw', '--json']
    const { stdout } = await run('model.lenslet', ...words)
    expect(JSON.parse(stdout)).toEqual({ output: 'y2.npy', shape: [3, 2], layout: 'nchw' })
    expect((await read('y2.npy')).values).toEqual(scores)
  })

  it.each([
    ['nhwc', 'x.npy', [count, height, width, channels]],
    ['nchw', 'nchw.npy', [count, channels, height, width]],
  ])('writes a map as %s', async (layout, name, shape) => {
    await run('map.lenslet', '--input', name, '--output', 'map.npy', '--layout', layout)
    const map = await read('map.npy')
    expect(map.shape).toEqual(shape)
    expect(map.values).toEqual((await read(name)).values.map((value) => Math.max(0, value)))
  })

  it.each([
    ['nhwc', 'x.npy', [3, 1, 1, 2]],
    ['nchw', 'nchw.npy', [3, 2, 1, 1]],
  ])('keeps the rank that the model has elsewhere, %s', async (layout, name, shape) => {
    await run('ranked.lenslet', '--input', name, '--output', 'ranked.npy', '--layout', layout)
    const found = await read('ranked.npy')
    expect([found.shape, found.values]).toEqual([shape, scores])
  })

  it('reads other types of numbers', async () => {
    const whole = images.map(Math.round)
    await write('f32.npy', [count, height, width, channels], new Uint8Array(whole.buffer))
    await write('f64.npy', [count, height, width, channels], new Uint8Array(Float64Array.from(whole).buffer), 'F64')
    await write('f16.npy', [count, height, width, channels], halfBytes(whole, 'x'), 'F16')
    await write('i8.npy', [count, height, width, channels], new Uint8Array(Int8Array.from(whole).buffer), 'I8')
    const results = []
    for (const type of ['f32', 'f64', 'f16', 'i8']) {
      await run('model.lenslet', '--input', `${type}.npy`, '--output', `${type}-y.npy`)
      results.push((await read(`${type}-y.npy`)).values)
    }
    for (const result of results) expect(result).toEqual(results[0])
  })

  it.each<[words: string[], code: number, says: RegExp]>([
    [
      ['--input', 'nchw.npy', '--output', 'z.npy'],
      2,
      /does not fit[\s\S]*\[3, 3, 4, 5\][\s\S]*\[n, 4, 5, 3\][\s\S]*--layout nchw/,
    ],
    [['--input', 'x.npy', '--output', 'z.npy', '--layout', 'nchw'], 2, /\[n, 3, 4, 5\][\s\S]*leave --layout nchw out/],
    [['--input', 'one.npy', '--output', 'z.npy'], 2, /\[4, 5, 3\][\s\S]*add an axis for the batch/],
    [['--input', 'flat.npy', '--output', 'z.npy'], 2, /\[60\][\s\S]*the first axis counts the images/],
    [['--input', 'nan.npy', '--output', 'z.npy'], 2, /NaN/],
    [['--input', 'huge.npy', '--output', 'z.npy'], 1, /huge[\s\S]*cut short/],
    [['--input', 'gone.npy', '--output', 'z.npy'], 1, /cannot read gone\.npy/],
    [['--input', 'model.lenslet', '--output', 'z.npy'], 2, /one array[\s\S]*fc1\.filters, fc1\.bias/],
    [['--input', 'x.npy'], 2, /--output is missing/],
    [['--output', 'z.npy'], 2, /--input is missing/],
    [['--input', 'x.npy', '--output', 'z.txt'], 2, /no ending that tensors are written for[\s\S]*\.npy/],
    [['--input', 'x.npy', '--output', 'gone/z.npy'], 1, /cannot write gone\/z\.npy/],
    [['a.png', '--input', 'x.npy', '--output', 'z.npy'], 2, /--input and images exclude each other/],
    [['--input', 'x.npy', '--output', 'z.npy', '--csv'], 2, /--input and --csv exclude each other/],
    [['--input', 'x.npy', '--output', 'z.npy', '--layout', 'chw'], 2, /nhwc, nchw/],
    [[], 2, /there is nothing to predict/],
  ])('%j ends with %i and writes nothing', async (words, expected, says) => {
    await write('one.npy', [height, width, channels], new Uint8Array(images.slice(0, 60).buffer))
    await write('flat.npy', [60], new Uint8Array(images.slice(0, 60).buffer))
    await write('nan.npy', [1, height, width, channels], new Uint8Array(new Float32Array(60).fill(Number.NaN).buffer))
    const header = (await readFile(join(place, 'one.npy'))).subarray(0, 64)
    await writeFile(
      join(place, 'huge.npy'),
      header.toString('latin1').replace('(4, 5, 3)', '(4000, 5000, 30)').slice(0, 64),
      'latin1',
    )
    const before = await readdir(place)
    const { code, stdout, stderr } = await run('model.lenslet', ...words)
    expect(stderr).toMatch(says)
    expect({ code, stdout }).toEqual({ code: expected, stdout: '' })
    expect(await readdir(place)).toEqual(before)
  })
})
