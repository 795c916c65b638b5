// `convert`: what it writes runs as before, says how closely, and is whole or not there.

import { copyFile, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Random } from '../src/core/random.ts'
import { bytesOf } from '../src/exchange/onnx/import/testing/graphs.ts'
import { Model } from '../src/model/model.ts'
import { parse } from '../src/notation/parse.ts'
import { call } from './fixtures/cli.ts'

let place = ''
const relu = { lines: [['Relu', ['x'], 'y']] } as const
const text = 'INPUT 8x8x3 -> CONV3-4 -> BN -> RELU -> FC-3'
const info = { classes: ['bird', 'cat', 'dog'], normalization: { mean: [0.5, 0.5, 0.5], std: [0.2, 0.2, 0.2] } }

beforeAll(async () => {
  place = await mkdtemp(join(tmpdir(), 'lenslet-convert-'))
  await using model = await Model.create(parse(text), { threads: 1, seed: 3, info })
  const random = Random.seeded(1)
  model.weights.set('bn1.mean', [0.1, -0.2, 0.3, 0])
  model.weights.set('bn1.variance', [1.5, 0.5, 2, 0.1])
  model.weights.set(
    'conv1.bias',
    Array.from({ length: 4 }, () => random.normal()),
  )
  await model.save(join(place, 'model.lenslet'))
})
afterAll(() => rm(place, { recursive: true }))

const run = (...words: string[]) => call(['convert', ...words], place)
const json = async (...words: string[]) => {
  const { code, stdout, stderr } = await run(...words, '--json')
  expect(code, stderr).toBe(0)
  return JSON.parse(stdout)
}
const load = (name: string) => Model.load(join(place, name), { threads: 1 })

describe('lenslet convert', () => {
  it('keeps network, weights and info, bit for bit', async () => {
    expect(await json('model.lenslet', 'same.lenslet')).toMatchObject({
      in: 'model.lenslet',
      out: 'same.lenslet',
      nodes: 5,
      parameters: 4 * 28 + 2 * 4 + 3 * 257,
      difference: 0,
      notes: [],
    })
    expect(await readFile(join(place, 'same.lenslet'))).toEqual(await readFile(join(place, 'model.lenslet')))
    const { stdout } = await run('model.lenslet', 'same.lenslet')
    expect(stdout).toMatch(/^same\.lenslet: 5 layers, 891 parameters, .*KiB\nlargest difference 0 of results up to/)
  })

  it('folds batch normalization, and says so', async () => {
    const value = await json('model.lenslet', 'folded.lenslet', '--fold-bn')
    expect(value).toMatchObject({ nodes: 4, notes: ['1 batch normalization folded into the layer before'] })
    expect(value.difference).toBeLessThan(1e-5 * value.largest)
    await using model = await load('folded.lenslet')
    expect(model.network).toEqual(parse('INPUT 8x8x3 -> CONV3-4 -> RELU -> FC-3'))
    expect(model.info).toEqual(info)
  })

  it('stores 16-bit floats with --half: half the bytes, and a difference of about 2^-11', async () => {
    const value = await json('model.lenslet', 'half.lenslet', '--half')
    expect(value.difference).toBeGreaterThan(0)
    expect(value.difference).toBeLessThan(0.01 * value.largest)
    const metadata = (await readFile(join(place, 'half.lenslet'))).toString('latin1')
    expect(metadata).toContain('"version":"2"')
    await using model = await load('half.lenslet')
    await using full = await load('model.lenslet')
    for (const name of model.weights.names) {
      const [rounded, exact] = [model.weights.get(name), full.weights.get(name)]
      for (let i = 0; i < exact.length; i++)
        expect(Math.abs((rounded[i] ?? 0) - (exact[i] ?? 0))).toBeLessThanOrEqual(2 ** -11 * Math.abs(exact[i] ?? 0))
    }
    // What is rounded already is not rounded again.
    expect(await json('half.lenslet', 'again.lenslet', '--half')).toMatchObject({ difference: 0 })
    expect(await readFile(join(place, 'again.lenslet'))).toEqual(await readFile(join(place, 'half.lenslet')))
  })

  it('refuses --half for weights that do not fit, and leaves the file that was there', async () => {
    await using model = await load('model.lenslet')
    model.weights.set('fc1.bias', [1, 70_000, 2])
    await model.save(join(place, 'large.lenslet'))
    await writeFile(join(place, 'kept.lenslet'), 'as it was')
    const { code, stderr } = await run('large.lenslet', 'kept.lenslet', '--half')
    expect(stderr).toMatch(/fc1\.bias does not fit into 16-bit floats[\s\S]*70000/)
    expect(code).toBe(2)
    expect(await readFile(join(place, 'kept.lenslet'), 'utf8')).toBe('as it was')
  })

  it('turns FC into windows', async () => {
    expect(await json('model.lenslet', 'windows.lenslet', '--fc-to-conv')).toMatchObject({ nodes: 5 })
    await using model = await load('windows.lenslet')
    expect(model.network).toEqual(parse('INPUT 8x8x3 -> CONV3-4 -> BN -> RELU -> fc1:CONV8-3 p0'))
  })

  it('writes the network of a model, of the zoo or of a text', async () => {
    expect(await json('model.lenslet', 'net.json')).toMatchObject({ nodes: 5, parameters: 891, difference: null })
    expect(JSON.parse(await readFile(join(place, 'net.json'), 'utf8')).nodes).toEqual(parse(text).nodes)
    await json('model.lenslet', 'NET.NET')
    expect(parse(await readFile(join(place, 'NET.NET'), 'utf8'))).toEqual(parse(text))
    expect(await json('lenet5', 'zoo.net')).toMatchObject({ parameters: 61_706 })
    const { stdout } = await run(text, 'text.json')
    expect(stdout).toBe('text.json: 5 layers, without weights; 891 parameters\n')
  })

  it.each<[words: string[], code: number, says: RegExp]>([
    [['model.lenslet', 'model.lenslet'], 2, /cannot be converted into its own file/],
    [['model.lenslet', 'link.lenslet'], 2, /cannot be converted into its own file/],
    [['model.lenslet', 'x.foo'], 2, /x\.foo has no ending of a format that is written[\s\S]*\.lenslet/],
    [['model.lenslet', 'x'], 2, /x has no ending/],
    [['gone.lenslet', 'x.lenslet'], 2, /there is no model gone\.lenslet/],
    [['lenet5', 'x.lenslet'], 2, /lenet5 is a network without weights[\s\S]*lenslet train lenet5/],
    [['a.net', 'x.lenslet'], 2, /a\.net is not a model[\s\S]*a network without weights/],
    [['cut.lenslet', 'x.lenslet'], 1, /cut\.lenslet/],
    [['empty.lenslet', 'x.lenslet'], 1, /empty\.lenslet is not a model[\s\S]*an empty file/],
    [['page.lenslet', 'x.lenslet'], 1, /page\.lenslet is not a model[\s\S]*a web page[\s\S]*fetch the file again/],
    [['model.lenslet', 'x.json', '--half'], 2, /--half is for weights/],
    [['model.lenslet', 'gone/x.lenslet'], 1, /cannot write gone\/x\.lenslet[\s\S]*check that its folder exists/],
    [['model.lenslet'], 2, /missing required argument 'out'/],
  ])('%j ends with %i and writes nothing', async (words, expected, says) => {
    await writeFile(join(place, 'a.net'), text)
    await writeFile(join(place, 'empty.lenslet'), '')
    await writeFile(join(place, 'page.lenslet'), '<!doctype html><title>Not found</title>')
    const bytes = await readFile(join(place, 'model.lenslet'))
    await writeFile(join(place, 'cut.lenslet'), bytes.subarray(0, bytes.length - 8))
    await rm(join(place, 'link.lenslet'), { force: true })
    await symlink('model.lenslet', join(place, 'link.lenslet'))
    const before = await readdir(place)
    const { code, stdout, stderr } = await run(...words)
    expect(stderr).toMatch(says)
    expect({ code, stdout }).toEqual({ code: expected, stdout: '' })
    expect(await readdir(place)).toEqual(before)
    expect(await readFile(join(place, 'model.lenslet'))).toEqual(bytes)
  })

  it.each(['out.keras', 'out.h5', 'out.tfjs.json'])('writes %s, verified, and reads it again', async (name) => {
    const out = await json('model.lenslet', name)
    expect(out).toMatchObject({ out: name, nodes: 5, difference: 0 })
    expect(await json(name, 'again.lenslet')).toMatchObject({ difference: 0 })
    await using model = await load('model.lenslet')
    await using again = await load('again.lenslet')
    expect(again.info).toMatchObject(info)
    expect(again.weights.get('conv1.filters')).toEqual(model.weights.get('conv1.filters'))
  })

  it('writes the weights of TensorFlow.js beside the model, and none where something fails', async () => {
    const out = await json('model.lenslet', 'half.tfjs.json', '--half')
    expect(out.difference).toBeGreaterThan(0)
    expect((await readFile(join(place, 'half.tfjs.bin'))).length).toBe(2 * (4 * 28 + 4 * 4 + 3 * 257))
    await using model = await Model.create(parse('INPUT 8x8x3 -> LRN -> FC-3'), { threads: 1 })
    await model.save(join(place, 'lrn.lenslet'))
    const before = await readdir(place)
    const { code, stderr } = await run('lrn.lenslet', 'lrn.tfjs.json')
    expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringMatching(/lrn1: Keras has no LRN/) })
    expect((await run('model.lenslet', 'x.h5', '--half')).stderr).toMatch(/32-bit floats/)
    expect(await readdir(place)).toEqual(before)
  })

  it('asks for the size of an image that the model leaves open, and takes it', async () => {
    await writeFile(join(place, 'open.onnx'), bytesOf({ ...relu, input: ['N', 3, 'h', 'w'] }))
    expect((await run('open.onnx', 'sized.lenslet')).stderr).toMatch(/the size of the image is open[\s\S]*--size 224/)
    await json('open.onnx', 'sized.lenslet', '--size', '6x8')
    await using model = await load('sized.lenslet')
    expect(model.input).toEqual({ height: 6, width: 8, channels: 3 })
    const { code, stderr } = await run('sized.lenslet', 'other.lenslet', '--size', '9')
    expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringMatching(/leave the size of their image open/) })
  })

  it('replaces a file that is there', async () => {
    await copyFile(join(place, 'model.lenslet'), join(place, 'there.lenslet'))
    await json('model.lenslet', 'there.lenslet', '--fold-bn')
    await using model = await load('there.lenslet')
    expect(model.network.nodes).toHaveLength(4)
  })
})
