/** Files of a model, the way back, and code that runs. */

import { execFileSync } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { dataset } from 'lenslet/data'
import { readModel } from 'lenslet/exchange'
import { Model, readSafetensors } from 'lenslet/model'
import { parse } from 'lenslet/notation'
import sharp from 'sharp'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { usual } from '../state/usual.ts'
import { fileNameOf, programs } from './code.ts'
import { writers } from './files.ts'
import type { Story } from './messages.ts'
import { recordsOf } from './report.ts'

const { text: _, layer: __, memory: ___, data: ____, seed, ...settings } = usual
const split = (count: number) => ({
  height: 8,
  width: 8,
  channels: 1,
  images: Uint8Array.from({ length: count * 64 }, (_, i) => (i * 37) % 256),
  labels: Uint8Array.from({ length: count }, (_, i) => i % 3),
})
const data = dataset({ classes: ['a', 'b', '<c>'], train: split(30), test: split(9) })
const story: Story = {
  data: 'mnist',
  settings,
  seed,
  step: 20,
  stepsPerEpoch: 10,
  epoch: 2,
  loss: [
    [0, 1, 2],
    [null, 1.5, 1],
    [2, null, 1.25],
  ],
  accuracy: [
    [0, 1, 2],
    [null, 0.5, 0.75],
    [0.25, null, 0.5],
  ],
}

let model: Model
let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lenslet-take-'))
  const info = { classes: data.classes, normalization: data.normalization }
  model = await Model.create(parse('INPUT 8x8x1 -> CONV3-4 -> RELU -> POOL2 -> FC-3 -> SOFTMAX'), { info, threads: 1 })
})
afterAll(async () => {
  await model.dispose()
  await rm(folder, { recursive: true })
})

test.each(['lenslet', 'onnx'] as const)('%s is read again with the same scores', async (kind) => {
  const bytes = await writers[kind](model, { title: 'net' })
  const { network, weights, info } = await readModel(bytes, { name: `net.${kind}` })
  await using again = await Model.create(network, { weights, info, threads: 1 })
  const image = Float32Array.from({ length: 64 }, (_, i) => i / 64)
  expect(await again.predict(image)).toEqual(await model.predict(image))
  expect(again.info.classes).toEqual(data.classes)
})

test('safetensors has the names that the code for PyTorch prints', async () => {
  const { tensors } = readSafetensors(await writers.safetensors(model, { title: 'net' }))
  expect([...tensors.keys()]).toEqual(['conv1.weight', 'conv1.bias', 'fc1.weight', 'fc1.bias'])
})

test('the report tells the training, and shows names as text', async () => {
  const html = new TextDecoder().decode(await writers.report(model, { title: '<b>mine</b>', story, data }))
  expect(html).toContain('&lt;b&gt;mine&lt;/b&gt;')
  expect(html).not.toContain('<b>mine')
  for (const part of ['Training', 'test accuracy, 9 images', 'CONV3-4', 'cosine']) expect(html).toContain(part)
  const plain = new TextDecoder().decode(await writers.report(model, { title: 'loaded', data }))
  expect(plain).not.toContain('test accuracy')
})

test('curves are records: a step where something was trained, an epoch where it was tested', () => {
  expect(recordsOf(story).map(({ kind, step }) => [kind, step])).toEqual([
    ['epoch', 0],
    ['step', 10],
    ['step', 20],
    ['epoch', 20],
  ])
})

test.each([
  ['My digits (2)', 'My-digits-2'],
  ['../../etc/passwd', 'etc-passwd'],
  ['手写数字', '手写数字'],
  [' \n', 'model'],
  ['a'.repeat(100), 'a'.repeat(60)],
])('%j is saved as %s', (title, name) => {
  expect(fileNameOf(title)).toBe(name)
})

test('the code for Node runs as it is', async () => {
  await writeFile(join(folder, 'net.lenslet'), await writers.lenslet(model, { title: 'net' }))
  await writeFile(
    join(folder, 'image.png'),
    await sharp({ create: { width: 8, height: 8, channels: 3, background: 'red' } })
      .png()
      .toBuffer(),
  )
  // Beside this file, so that it finds the package.
  const source = programs.node({ name: join(folder, 'net') }).replace("'image.png'", `'${join(folder, 'image.png')}'`)
  const printed = execFileSync(process.execPath, ['--conditions=lenslet-source', '--input-type=module', '-e', source], {
    encoding: 'utf8',
    cwd: import.meta.dirname,
  })
  expect(printed.trim().split('\n')).toHaveLength(3)
  expect(source.trim().split('\n').length).toBeLessThanOrEqual(10)
})
