// `lenslet look`: the sections activations, weights, convolution, units and space, on a small model and a folder of photos.

import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Model } from '../src/model/model.ts'
import { parse } from '../src/notation/parse.ts'
import { writePhotos } from './docs/photos.ts'
import { call } from './fixtures/cli.ts'

let place = ''
beforeAll(async () => {
  place = await mkdtemp(join(tmpdir(), 'lenslet-inside-'))
  await writePhotos(join(place, 'photos'), ['cat', 'dog'], 6)
  const info = { classes: ['cat', 'dog'], normalization: { mean: [0.5, 0.5, 0.5], std: [0.25, 0.25, 0.25] } }
  for (const [name, text] of [
    ['model', 'INPUT 8x8x3 -> CONV3-4 -> RELU -> POOL2 -> FC-2'],
    ['plain', 'INPUT 8x8x3 -> TANH -> GAP -> WIDEN-4'],
  ] as const) {
    const model = await Model.create(parse(text), name === 'model' ? { threads: 1, info } : { threads: 1 })
    await model.save(join(place, `${name}.lenslet`))
    await model.dispose()
  }
})
afterAll(() => rm(place, { recursive: true, force: true }))

const look = (...words: string[]) => call(['look', ...words], place)

describe('lenslet look', () => {
  it('shows activations, weights, layers step by step, units and a feature space', async () => {
    const shown = 'activations,weights,convolution,units,space'
    const words = ['model.lenslet', 'photos/cat/1.jpg', '--show', shown, '--data', 'images:photos', '--split', 'all']
    const { code, stdout, stderr } = await look(...words, '--out', 'inside', '--json')
    expect(stderr).not.toContain('error')
    expect(code).toBe(0)
    const found = JSON.parse(stdout)
    expect(found.activations.layers.map(({ layer }: { layer: string }) => layer)).toEqual([
      'input1',
      'conv1',
      'relu1',
      'pool1',
      'fc1',
    ])
    expect(found.weights.weights.map(({ name }: { name: string }) => name)).toContain('conv1.filters')
    expect(found.convolution.layers.map(({ layer, kind }: { layer: string; kind: string }) => [layer, kind])).toEqual([
      ['conv1', 'convolution'],
      ['pool1', 'pooling'],
    ])
    expect(found.units.dead).toHaveLength(1)
    expect(found.space).toMatchObject({ layer: 'pool1', length: 64, isMean: false })
    expect(found.space.nearest.length).toBeGreaterThan(0)
    const files = await readdir(join(place, 'inside'))
    const named = Object.values(found).flatMap((section) => (section as { files?: string[] }).files ?? [])
    expect(files.sort()).toEqual([...named, 'index.html'].sort())
    for (const file of files.filter((name) => name.endsWith('.png'))) {
      const { width = 0, height = 0 } = await sharp(join(place, 'inside', file)).metadata()
      expect(width * height).toBeGreaterThan(0)
    }
    const page = await readFile(join(place, 'inside', 'index.html'), 'utf8')
    for (const title of ['Activations', 'Weights', 'Step by step', 'Units', 'Feature space'])
      expect(page).toContain(title)
  }, 60_000)

  it('needs no image for weights, and says how far a run has moved them', async () => {
    const trained = await call(
      [
        'train',
        'INPUT 8x8x3 -> CONV3-4 -> RELU -> FC-2',
        '--data',
        'images:photos',
        '--epochs',
        '1',
        '--batch',
        '4',
        '--out',
        'run',
        '--threads',
        '1',
      ],
      place,
    )
    expect(trained.code).toBe(0)
    const { code, stdout } = await look('run', '--show', 'weights', '--out', 'moved', '--json')
    expect(code).toBe(0)
    const { weights, since } = JSON.parse(stdout).weights
    expect(since).toBe(true)
    const { moved } = weights.find(({ name }: { name: string }) => name === 'conv1.filters')
    // New weights follow from the seed, so that the start is known: a few steps change them a little.
    expect(moved.relative).toBeGreaterThan(0)
    expect(moved.relative).toBeLessThan(0.5)
    expect(moved.cosine).toBeGreaterThan(0.8)
    // The report has the hardest images, with Grad-CAM or why there is none.
    const report = await readFile(join(place, 'run', 'report.html'), 'utf8')
    expect(report).toContain('Least certain predictions')
    expect(report).toContain('Grad-CAM of ')
  }, 60_000)

  it.each([
    [['plain.lenslet', '--show', 'weights'], /the network has no filters[\s\S]*tanh/],
    [
      ['plain.lenslet', 'photos/cat/1.jpg', '--show', 'convolution', '--convolution', 'tanh1'],
      /tanh1 cannot be shown step by step/,
    ],
    [
      ['model.lenslet', 'photos/cat/1.jpg', '--show', 'convolution', '--convolution', 'conv7'],
      /no layer has this name[\s\S]*did you mean conv1/,
    ],
    [
      ['model.lenslet', 'photos/cat/1.jpg', '--show', 'activations', '--activations', 'relu9'],
      /no layer has this name/,
    ],
    [['model.lenslet', '--show', 'weights', '--weights', 'relu1'], /these layers have no filters/],
    [['model.lenslet', '--show', 'units'], /the section units needs images[\s\S]*--data/],
    [['model.lenslet', '--show', 'space', '--data', 'images:photos', '--among', '2'], /too few images/],
  ])(
    'refuses %j',
    async (words, message) => {
      const { code, stdout, stderr } = await look(...words)
      expect(stderr).toMatch(message)
      expect([code, stdout]).toEqual([2, ''])
    },
    30_000,
  )
})
