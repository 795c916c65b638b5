// Dense evaluation from the command line: predict --dense, and plan --fc-to-conv --size.

import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { DenseEvaluation } from '../src/insight/dense.ts'
import { Model } from '../src/model/model.ts'
import { parse } from '../src/notation/parse.ts'
import { call } from './fixtures/cli.ts'

let place = ''
beforeAll(async () => {
  place = await mkdtemp(join(tmpdir(), 'lenslet-dense-'))
  // A network without padding and with a stride of 4; FC reads the 2×2 map.
  await save('model.lenslet', 'INPUT 12x12x3 -> CONV4-2 p0 s2 -> POOL2 -> FC-2')
  await save('map.lenslet', 'INPUT 12x12x3 -> CONV3-2')
  await save('local.lenslet', 'INPUT 12x12x3 -> LOCAL3-2 -> FC-2')
  // Half red, half green: the mean score of all crops is between those of the ends.
  const half = (red: number, green: number) => ({
    create: { width: 16, height: 32, channels: 3 as const, background: { r: red, g: green, b: 0 } },
  })
  const green = await sharp(half(0, 255)).png().toBuffer()
  const photo = sharp(half(255, 0))
    .extend({ right: 16 })
    .composite([{ input: green, left: 16, top: 0 }])
  await writeFile(join(place, 'photo.png'), await photo.png().toBuffer())
})
afterAll(() => rm(place, { recursive: true }))

/** Class 0 counts red, class 1 green. */
async function save(file: string, text: string): Promise<void> {
  const info = { classes: ['red', 'green'], normalization: { mean: [0, 0, 0], std: [1, 1, 1] } }
  const model = await Model.create(parse(text), { threads: 1, ...(file !== 'map.lenslet' && { info }) })
  if (file === 'model.lenslet') {
    const filters = Float32Array.from({ length: 4 * 4 * 3 * 2 }, (_, i) =>
      Math.floor(i / 2) % 3 === i % 2 ? 1 / 16 : 0,
    )
    model.weights.set('conv1.filters', filters)
    model.weights.set(
      'fc1.filters',
      Float32Array.from({ length: 2 * 2 * 2 * 2 }, (_, i) => ([1, 0, 0, 1][i % 4] as number) / 4),
    )
  }
  await model.save(join(place, file))
  await model.dispose()
}

const run = (...words: string[]) => call(words, place)
const predicted = async (...words: string[]) => {
  const { code, stdout, stderr } = await run('predict', 'model.lenslet', 'photo.png', ...words, '--json')
  expect(code, stderr).toBe(0)
  const top = JSON.parse(stdout)[0].top as { label: string; probability: number }[]
  return { red: top.find(({ label }) => label === 'red')?.probability, stderr }
}

describe('predict --dense', () => {
  it('says which crops it averages, and gives what the library gives', async () => {
    const { red, stderr } = await predicted('--dense', '--size', '32')
    expect(stderr).toContain('images of 32×32: the mean of 36 crops of 12×12 (6×6), one every 4 pixels')
    await using model = await Model.load(join(place, 'model.lenslet'), { threads: 1 })
    await using dense = await DenseEvaluation.create(model, { height: 32, width: 32 })
    const [found] = await dense.classify([join(place, 'photo.png')])
    expect(red).toBe(found?.find((one) => one.class === 'red')?.probability)
    // Neither what the model sees in the whole photo, nor what it sees in its middle.
    expect(red).not.toBe((await predicted()).red)
  })

  it('takes a finer stride, and an image of other sides', async () => {
    const { stderr } = await predicted('--dense', '--size', '20x30', '--stride', '2')
    expect(stderr).toContain('images of 20×30: the mean of 50 crops of 12×12 (5×10), one every 2 pixels')
  })

  it('says which pixels are in no crop', async () => {
    const { stderr } = await predicted('--dense', '--size', '15x17')
    expect(stderr).toContain('2 crops of 12×12 (1×2), one every 4 pixels; 3 rows and 1 column at the end in no crop')
  })

  it('names only rows or columns where the others are all seen', async () => {
    const { stderr } = await predicted('--dense', '--size', '16x19')
    expect(stderr).toContain('one every 4 pixels; 3 columns at the end in no crop\n')
  })

  it('without --size, takes the notes’ proportion of 384 to 224, in whole strides', async () => {
    expect((await predicted('--dense')).stderr).toContain('images of 20×20')
  })

  it.each([
    [['model.lenslet', 'photo.png', '--size', '24'], /--size is for models that leave[\s\S]*predict --dense/],
    [['model.lenslet', 'photo.png', '--stride', '2'], /--stride is for --dense/],
    [['model.lenslet', 'photo.png', '--dense', '--size', '8'], /height is less than the network's input[\s\S]*from 12/],
    [['model.lenslet', 'photo.png', '--dense', '--stride', '3'], /does not divide[\s\S]*1, 2, 4/],
    [['model.lenslet', 'photo.png', '--dense', '--size', '24x24x1'], /--size is invalid[\s\S]*384x512/],
    [['map.lenslet', 'photo.png', '--dense'], /does not classify images/],
    [['local.lenslet', 'photo.png', '--dense'], /local1: .*cannot be made fully convolutional/],
  ])('refuses %j', async (words, message) => {
    const { code, stdout, stderr } = await run('predict', ...words)
    expect(stderr).toMatch(message)
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
  })
})

describe('plan --fc-to-conv --size', () => {
  it('prints the network that runs on larger images, and its cost', async () => {
    const { code, stdout } = await run('plan', 'alexnet', '--fc-to-conv', '--size', '384', '--json')
    expect(code).toBe(0)
    const { network, layers, totals } = JSON.parse(stdout)
    expect(network.notation).toContain('fc1: CONV6-4096 p0 -> RELU')
    expect(network.title).toBeUndefined()
    expect(layers.at(-1)).toMatchObject({ name: 'fc3', type: 'conv', output: { height: 6, width: 6, channels: 1000 } })
    expect(totals.parameters).toBe(61_100_840)
  })

  it('takes a size alone', async () => {
    const { stdout } = await run('plan', 'lenet5', '--size', '32x36', '--json')
    expect(JSON.parse(stdout).layers[0].output).toEqual({ height: 32, width: 36, channels: 1 })
  })

  it('refuses what does not work out', async () => {
    expect(await run('plan', 'INPUT 8x8x1 -> CONV3-2', '--fc-to-conv')).toMatchObject({ code: 2, stdout: '' })
    expect((await run('plan', 'alexnet', '--fc-to-conv', '--size', '200')).stderr).toMatch(
      /does not work on images of 200×200×3/,
    )
  })
})
