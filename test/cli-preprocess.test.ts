// Options of predict, convert and train for models that do not say what happens to a photo, and a training that keeps what they say.

import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import sharp from 'sharp'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { withPreprocessing } from '../src/cli/preprocess.ts'
import { Model, parse } from '../src/index.ts'
import { call as lenslet } from './fixtures/cli.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lenslet-preprocess-'))
  await using model = await Model.create(parse('INPUT 6x6x3 -> CONV3-4 -> RELU -> FC-3'), { seed: 2 })
  await model.save(join(folder, 'plain.lenslet'))
  await writeFile(join(folder, 'names.txt'), 'n00000001 crane\nn00000002 crane\nn00000003 tench, Tinca tinca\n')
  for (const name of ['a', 'b', 'c']) {
    await mkdir(join(folder, 'photos', name), { recursive: true })
    for (let i = 0; i < 3; i++) {
      const pixels = Uint8Array.from(
        { length: 11 * 8 * 3 },
        (_, k) => Math.imul(k + i + name.charCodeAt(0), 0x9e3779b9) >>> 24,
      )
      await sharp(pixels, { raw: { width: 11, height: 8, channels: 3 } })
        .png()
        .toFile(join(folder, 'photos', name, `${i}.png`))
    }
  }
})

afterAll(() => rm(folder, { recursive: true }))

const options = [
  '--resize',
  '7',
  '--interpolation',
  'bicubic',
  '--colors',
  'bgr',
  '--scale',
  '1',
  '--mean',
  '104,117,123',
]

it('predict with options is predict on the model that convert wrote with them', async () => {
  const photo = join('photos', 'a', '0.png')
  const names = ['--classes', 'names.txt']
  const direct = await lenslet(['predict', 'plain.lenslet', photo, '--json', ...options, ...names], folder)
  expect(direct.code, direct.stderr).toBe(0)
  const written = await lenslet(['convert', 'plain.lenslet', 'said.lenslet', ...options, ...names], folder)
  expect(written.code, written.stderr).toBe(0)
  expect((await lenslet(['predict', 'said.lenslet', photo, '--json'], folder)).stdout).toBe(direct.stdout)
  expect((await lenslet(['predict', 'plain.lenslet', photo, '--json', ...names], folder)).stdout).not.toBe(
    direct.stdout,
  )
  const labels = JSON.parse(direct.stdout)[0].top.map(({ label }: { label: string }) => label)
  expect(labels.toSorted()).toEqual(['crane (0)', 'crane (1)', 'tench, Tinca tinca'])
})

it('a training from the model keeps it, and sees the photos as predict does', async () => {
  await lenslet(['convert', 'plain.lenslet', 'start.lenslet', ...options], folder)
  const words = ['train', 'start.lenslet', '--data', 'images:photos', '--epochs', '1', '--batch', '2', '--out', 'run']
  const trained = await lenslet(words, folder)
  expect(trained.code, trained.stderr).toBe(0)
  await using model = await Model.load(join(folder, 'run', 'model.lenslet'))
  expect(model.info).toMatchObject({
    preprocessing: { resize: { kind: 'shorter', side: 7 }, interpolation: 'bicubic' },
    normalization: { colors: 'bgr', std: [1 / 255, 1 / 255, 1 / 255] },
  })
})

it('train with options is train from the model that convert wrote with them, also where it is resumed', async () => {
  const words = ['--data', 'images:photos', '--epochs', '2', '--batch', '2', '--freeze', 'all-but-head', '--new-head']
  await lenslet(['convert', 'plain.lenslet', 'begun.lenslet', ...options], folder)
  await lenslet(['convert', 'plain.lenslet', 'plain.onnx'], folder)
  const said = await lenslet(['train', 'begun.lenslet', ...words, '--out', 'run-said'], folder)
  const given = await lenslet(['train', 'plain.onnx', ...words, ...options, '--out', 'run-given'], folder)
  const unsaid = await lenslet(['train', 'plain.onnx', ...words, '--out', 'run-unsaid'], folder)
  for (const { code, stderr } of [said, given, unsaid]) expect(code, stderr).toBe(0)
  const notSaid = /does not say how its images were normalized/
  expect(unsaid.stderr).toMatch(notSaid)
  expect(given.stderr).not.toMatch(notSaid)
  expect(said.stderr).not.toMatch(notSaid)
  const load = (run: string) => Model.load(join(folder, run, 'model.lenslet'))
  await using before = await load('run-said')
  await using after = await load('run-given')
  await using plain = await load('run-unsaid')
  expect(after.info).toMatchObject({
    preprocessing: { resize: { kind: 'shorter', side: 7 }, interpolation: 'bicubic' },
    normalization: before.info.normalization,
  })
  const weights = async (model: Model) => [...(await model.snapshot()).values()].map(({ values }) => values)
  expect(await weights(after)).toEqual(await weights(before))
  expect(await weights(plain)).not.toEqual(await weights(before))
  // What the run started from says it, too: resuming needs no options, and takes none.
  await using start = await Model.load(join(folder, 'run-given', 'start.lenslet'))
  expect(start.info).toMatchObject({ normalization: before.info.normalization })
  const resumed = await lenslet(['train', '--resume', 'run-given', '--scale', '1'], folder)
  expect(resumed.code).toBe(2)
  expect(resumed.stderr).toMatch(/--scale with --resume/)
})

it('a network without weights has no past that options could describe', async () => {
  const words = ['train', 'lenet5', '--data', 'images:photos', '--mean', '0.5', '--out', 'never']
  const { code, stderr } = await lenslet(words, folder)
  expect(code).toBe(2)
  expect(stderr).toMatch(/--mean describes a trained model/)
})

it.each([
  [['--resize', '0'], /--resize/],
  [['--resize', '7x'], /--resize/],
  [['--mean', '1,2'], /--mean[\s\S]*3 numbers/],
  [['--std', '0'], /--std/],
  [['--scale', '-1'], /--scale/],
  [['--colors', 'bgr'], /--scale, --mean or --std/],
  [['--interpolation', 'cubic'], /bicubic/],
  [['--classes', 'missing.txt'], /missing\.txt/],
])('refuses %j', async (wrong, message) => {
  const { code, stderr } = await lenslet(['predict', 'plain.lenslet', 'photos', ...wrong], folder)
  expect(code).not.toBe(0)
  expect(stderr).toMatch(message)
})

it('reads values in any unit: −1 to 1 by two ways', async () => {
  const model = { input: { height: 1, width: 1, channels: 3 }, info: {} }
  const half = { mean: [0.5, 0.5, 0.5], std: [0.5, 0.5, 0.5] }
  expect((await withPreprocessing(model, { scale: 127.5, mean: [1] })).normalization).toEqual(half)
  expect((await withPreprocessing(model, { mean: [0.5], std: [0.5] })).normalization).toEqual(half)
})
