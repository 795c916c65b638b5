// `export --torch`: the folder that PyTorch trains in, what is refused before it is written, and the way home.

import { copyFile, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Model } from '../src/model/model.ts'
import { readSafetensors } from '../src/model/safetensors.ts'
import { networkFromJson } from '../src/network/json.ts'
import { call, side, writeBars } from './fixtures/cli.ts'

let place = ''
const net = `INPUT ${side}x${side}x1 -> CONV3-4 -> BN -> RELU -> POOL2 -> FC-10`
const colors = { red: [220, 40, 40], green: [40, 200, 40], blue: [40, 40, 220] } as const

beforeAll(async () => {
  place = await mkdtemp(join(tmpdir(), 'lenslet-export-'))
  await writeBars(join(place, 'bars'), { train: 50, test: 20 })
  for (const [name, [r, g, b]] of Object.entries(colors)) {
    await mkdir(join(place, 'photos', name), { recursive: true })
    for (let index = 0; index < 5; index++)
      await sharp({ create: { width: 12, height: 9, channels: 3, background: { r: r + index, g, b } } })
        .png()
        .toFile(join(place, 'photos', name, `${index}.png`))
  }
})
afterAll(() => rm(place, { recursive: true }))

const run = (...words: string[]) => call(words, place)
const bars = ['--data', 'mnist:bars', '--batch', '10']
const done = async (...words: string[]) => {
  const outcome = await run('export', ...words)
  expect(outcome.code, outcome.stderr).toBe(0)
  return outcome
}
const json = async (...path: string[]) => JSON.parse(await readFile(join(place, ...path), 'utf8'))
const tensors = async (...path: string[]) => readSafetensors(await readFile(join(place, ...path))).tensors

describe('lenslet export --torch', () => {
  it('writes network, weights, data, recipe and programs', async () => {
    const { stdout } = await done(net, '--torch', 'all', ...bars, '--epochs', '2', '--seed', '7', '--json')
    expect(JSON.parse(stdout)).toMatchObject({
      folder: 'all',
      parameters: 4 * 10 + 8 + 1010,
      gradientBytes: 4 * (4 * 10 + 8 + 1010),
      counts: { train: 50, validation: 0, test: 20 },
      notes: [],
    })
    const names = await readdir(join(place, 'all'))
    expect(names.toSorted()).toEqual(
      [
        'README.md',
        'data.safetensors',
        'lenslet',
        'lenslet_torch.py',
        'network.json',
        'recipe.json',
        'train.py',
        'weights.safetensors',
      ].toSorted(),
    )
    const programs = await readdir(join(place, 'all', 'lenslet'))
    expect(programs).toEqual(expect.arrayContaining(['__init__.py', 'layers.py', 'recipe.py']))
    expect(programs.filter((name) => !name.endsWith('.py'))).toEqual([])
    const network = networkFromJson(await readFile(join(place, 'all', 'network.json'), 'utf8'))
    const recipe = await json('all', 'recipe.json')
    expect(recipe).toMatchObject({
      input: { height: side, width: side, channels: 1 },
      classes: [...'0123456789'],
      data: { kind: 'arrays', file: 'data.safetensors' },
      epochs: 2,
      batch: 10,
      stepsPerEpoch: 5,
      seed: 7,
      keep: 'best',
    })
    await using model = await Model.load(join(place, 'all', 'weights.safetensors'), { threads: 1 })
    await using fresh = await Model.create(network, { threads: 1, seed: 7 })
    expect(model.network).toEqual(network)
    for (const name of fresh.weights.names) expect(model.weights.get(name), name).toEqual(fresh.weights.get(name))
    const { classes, normalization } = recipe
    expect(model.info).toEqual({ classes, normalization: { mean: normalization.mean, std: normalization.std } })
    const data = await tensors('all', 'data.safetensors')
    expect([...data.keys()]).toEqual(['train.labels', 'test.labels', 'train.images', 'test.images'])
    const idx = await readFile(join(place, 'bars', 'train-images-idx3-ubyte'))
    expect(data.get('train.images')).toMatchObject({ dtype: 'U8', shape: [50, side, side, 1] })
    expect(Buffer.from(data.get('train.images')?.bytes ?? []).equals(idx.subarray(16))).toBe(true)
    const labels = await readFile(join(place, 'bars', 't10k-labels-idx1-ubyte'))
    expect([...(data.get('test.labels')?.values ?? [])]).toEqual([...labels.subarray(8)])
    const readme = await readFile(join(place, 'all', 'README.md'), 'utf8')
    for (const words of ['python3 train.py', '--rdzv_backend c10d', 'srun torchrun', '--max_restarts', '1, 2, 5, 10'])
      expect(readme).toContain(words)
  })

  it('has the weights with which `train` would take its first step, all --start rules applied', async () => {
    const how = [...bars, '--seed', '3', '--start', 'uniform,whitening=conv1,lsuv', '--optimizer', 'sgd', '--rate', '0']
    const { stdout } = await done(net, '--torch', 'begun', ...how)
    expect(stdout).toContain('whitening: conv1.filters')
    // With a rate of 0, all weights but the running statistics stay.
    const trained = await run('train', net, '--out', 'begun-run', ...how, '--epochs', '1', '--keep', 'last')
    expect(trained.code, trained.stderr).toBe(0)
    await using model = await Model.load(join(place, 'begun', 'weights.safetensors'), { threads: 1 })
    await using after = await Model.load(join(place, 'begun-run', 'model.lenslet'), { threads: 1 })
    for (const name of ['conv1.filters', 'conv1.bias', 'fc1.filters', 'fc1.bias'])
      expect(model.weights.get(name), name).toEqual(after.weights.get(name))
  })

  it('lists the files of a folder of images, or packs their pixels', async () => {
    const words = ['INPUT 8x8x3 -> CONV3-4 -> FC-3', '--data', 'images:photos', '--batch', '4']
    await done(...words, '--torch', 'listed', '--validation', '0.2')
    const recipe = await json('listed', 'recipe.json')
    expect(recipe.data).toMatchObject({
      kind: 'files',
      root: join(place, 'photos'),
      file: 'images.json',
      prepare: {
        resize: { kind: 'cover', side: null, height: null, width: null },
        interpolation: 'bilinear',
        fill: [0, 0, 0],
      },
    })
    expect(recipe.counts).toEqual({ train: 9, validation: 3, test: 3 })
    const list = await json('listed', 'images.json')
    expect(list).toMatchObject({ format: 'lenslet.images', version: 1 })
    const all = [list.train, list.validation, list.test].flatMap(({ files, labels }) =>
      files.map((file: string, i: number) => [file, recipe.classes[labels[i]]]),
    )
    expect(all.map(([file]) => file).toSorted()).toEqual(
      Object.keys(colors)
        .flatMap((name) => Array.from({ length: 5 }, (_, i) => `${name}/${i}.png`))
        .toSorted(),
    )
    for (const [file, label] of all) expect(file.split('/')[0]).toBe(label)
    await done(...words, '--torch', 'packed', '--validation', '0.2', '--pack')
    const data = await tensors('packed', 'data.safetensors')
    expect(data.get('validation.images')).toMatchObject({ dtype: 'U8', shape: [3, 8, 8, 3] })
    // The order of the images is that of the list, so that the same seed shows the same.
    const pixels = data.get('train.images')?.bytes ?? new Uint8Array()
    list.train.files.forEach((file: string, i: number) => {
      const [name = '', index] = file.split(/[/.]/)
      const [r, g, b] = colors[name as keyof typeof colors]
      expect([...pixels.subarray(i * 192, i * 192 + 3)]).toEqual([r + Number(index), g, b])
    })
  })

  it('takes tables of several labels and of numbers', async () => {
    const files = Object.keys(colors).flatMap((name) => [`${name}/0.png`, `${name}/1.png`])
    await writeFile(
      join(place, 'tags.csv'),
      ['file,labels', ...files.map((f, i) => `${f},${i % 2 ? 'a' : 'a;b'}`)].join('\n'),
    )
    await writeFile(join(place, 'xy.csv'), ['file,x,y', ...files.map((f, i) => `${f},${i / 8},-1.1`)].join('\n'))
    const words = (loss: string) => [`INPUT 8x8x3 -> FC-2 -> LOSS ${loss}`, '--data', 'images:photos', '--batch', '2']
    await done(...words('sigmoid-cross-entropy'), '--labels', 'tags.csv', '--torch', 'tags')
    const tags = await json('tags', 'images.json')
    expect((await json('tags', 'recipe.json')).targets).toBe('labels')
    expect(tags.train.labels).toBe(null)
    tags.train.files.forEach((file: string, i: number) => {
      expect(tags.train.targets[i]).toEqual(file.includes('1.png') ? [1, 0] : [1, 1])
    })
    await done(...words('huber'), '--labels', 'xy.csv', '--torch', 'xy')
    expect(await json('xy', 'recipe.json')).toMatchObject({ targets: 'numbers', classes: ['x', 'y'] })
    const { train } = await json('xy', 'images.json')
    expect(train.targets[0]).toEqual([files.indexOf(train.files[0]) / 8, Math.fround(-1.1)])
  })

  it('replaces only a former export, and only with --force', async () => {
    await done(net, '--torch', 'twice', ...bars)
    await writeFile(join(place, 'twice', 'checkpoint.safetensors'), 'of a training')
    const again = await run('export', net, '--torch', 'twice', ...bars)
    expect([again.code, again.stdout]).toEqual([2, ''])
    expect(again.stderr).toMatch(/twice is not empty[\s\S]*a former export, with 9 entries[\s\S]*--force/)
    await done(net, '--torch', 'twice', ...bars, '--force')
    expect(await readdir(join(place, 'twice'))).not.toContain('checkpoint.safetensors')
    await mkdir(join(place, 'mine'))
    await writeFile(join(place, 'mine', 'thesis.txt'), 'years')
    const other = await run('export', net, '--torch', 'mine', ...bars, '--force')
    expect([other.code, await readdir(join(place, 'mine'))]).toEqual([2, ['thesis.txt']])
    await mkdir(join(place, 'empty'))
    await done(net, '--torch', 'empty', ...bars)
  })

  it('refuses wrong calls before anything is written', async () => {
    const before = await readdir(place)
    for (const [words, says] of [
      [[net, ...bars], /--torch FOLDER/],
      [[net, '--torch', 'no', '--data', 'mnist:bars', '--batch', '51'], /the batch is larger/],
      [[net, '--torch', 'no', ...bars, '--label-smoothing', '2'], /labelSmoothing is invalid/],
      [[net, '--torch', 'no', ...bars, '--augment', 'crop40'], /crop does not fit/],
      [['INPUT 8x8x3 -> FC-3', '--torch', 'photos/no', '--data', 'images:photos'], /lies in the folder of the images/],
      [[net, '--torch', 'bars/t10k-labels-idx1-ubyte', ...bars], /is not a folder/],
      [[net, '--torch', '.', ...bars, '--force'], /is the folder that you are in/],
    ] as const) {
      const { code, stdout, stderr } = await run('export', ...words)
      expect([code, stdout], stderr).toEqual([2, ''])
      expect(stderr).toMatch(says)
    }
    expect(await readdir(place)).toEqual(before)
  })
})

describe('what comes home', () => {
  beforeAll(async () => {
    await done(net, '--torch', 'home', ...bars)
    // train.py writes the same metadata.
    await copyFile(join(place, 'home', 'weights.safetensors'), join(place, 'home', 'last.safetensors'))
  })

  it('is a model, with its classes and normalization', async () => {
    const { code, stdout, stderr } = await run('convert', 'home/last.safetensors', 'home.lenslet', '--json')
    expect(code, stderr).toBe(0)
    expect(JSON.parse(stdout)).toMatchObject({ difference: 0, nodes: 6 })
    await using model = await Model.load(join(place, 'home.lenslet'), { threads: 1 })
    expect(model.info.classes).toEqual([...'0123456789'])
    const tested = await run('eval', 'home/last.safetensors', '--data', 'mnist:bars', '--json')
    expect(tested.code, tested.stderr).toBe(0)
    const same = await run('eval', 'home.lenslet', '--data', 'mnist:bars', '--json')
    expect(JSON.parse(tested.stdout).loss).toBe(JSON.parse(same.stdout).loss)
  })

  it('is trained further, but not resumed', async () => {
    const more = await run('train', 'home.lenslet', ...bars, '--epochs', '1', '--out', 'more')
    expect(more.code, more.stderr).toBe(0)
    const resumed = await run('train', '--resume', 'home')
    expect([resumed.code, resumed.stdout]).toEqual([2, ''])
    expect(resumed.stderr).toMatch(/home is a training of PyTorch[\s\S]*lenslet convert home\/last\.safetensors/)
    await rm(join(place, 'home', 'last.safetensors'))
    expect((await run('train', '--resume', 'home')).stderr).toMatch(/run train\.py again/)
    expect((await run('eval', 'home', '--data', 'mnist:bars')).stderr).toMatch(/train it first/)
  })
})
