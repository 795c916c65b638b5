// `lenslet train` on a folder of pictures: the network is fitted, and every change is said.

import { mkdir, mkdtemp, readFile, rename, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Random } from '../src/core/random.ts'
import { Model } from '../src/model/model.ts'
import { headOf } from '../src/network/fitHead.ts'
import { inferVolumes } from '../src/network/volumes.ts'
import { zoo } from '../src/zoo/zoo.ts'
import { call, writeBars } from './fixtures/cli.ts'

let place = ''
const colors = { red: [220, 40, 40], green: [40, 200, 40], blue: [40, 40, 220], yellow: [220, 220, 40] } as const

beforeAll(async () => {
  place = await mkdtemp(join(tmpdir(), 'lenslet-fit-'))
  const random = Random.seeded(1, 'photos')
  for (const [name, color] of Object.entries(colors)) {
    for (const folder of ['photos', 'gray', 'renamed']) await mkdir(join(place, folder, name), { recursive: true })
    for (let index = 0; index < 8; index++) {
      const pixels = Uint8Array.from({ length: 30 * 40 * 3 }, (_, at) => (color[at % 3] as number) + 30 * random.next())
      const picture = sharp(pixels, { raw: { width: 40, height: 30, channels: 3 } })
      for (const folder of ['photos', 'renamed']) await picture.jpeg().toFile(join(place, folder, name, `${index}.jpg`))
      // Gray in three channels, as most programs write JPEGs.
      const gray = picture.clone().grayscale().toColourspace('srgb')
      await gray.jpeg().toFile(join(place, 'gray', name, `${index}.jpg`))
    }
  }
  await rename(join(place, 'renamed', 'red'), join(place, 'renamed', 'rad'))
  await writeBars(join(place, 'bars'), { train: 60, test: 20 })
})
afterAll(() => rm(place, { recursive: true }))

const train = (net: string, data: string, out: string, ...more: string[]) =>
  call(['train', net, '--data', data, '--epochs', '1', '--batch', '8', '--out', out, ...more], place)
const input = ({ network }: Model) => inferVolumes(network)[0]?.output

describe('a network from the zoo', () => {
  it('gets the classes of the folder, --size, and color', async () => {
    const { code, stdout } = await train('lenet5', 'images:photos', 'lenet', '--size', '32x24')
    expect(stdout).toContain(
      'lenet5: the input 28×28×1 becomes 32×24×3; the last layer FC-10 becomes FC-4 for 4 classes; images are resized to 32×24',
    )
    expect(code).toBe(0)
    await using model = await Model.load(join(place, 'lenet', 'model.lenslet'))
    expect(input(model)).toEqual({ height: 32, width: 24, channels: 3 })
    expect(model.output).toEqual({ height: 1, width: 1, channels: 4 })
    expect(JSON.parse(await readFile(join(place, 'lenet', 'run.json'), 'utf8')).network).toEqual(model.network)
  })

  it('keeps its own input where nothing else is asked for', async () => {
    const { stdout } = await train('resnet20', 'images:photos', 'own')
    expect(stdout).toContain('resnet20: the last layer FC-10 becomes FC-4 for 4 classes; images are resized to 32×32\n')
  })

  it('stays gray for gray images, and where that is asked for', async () => {
    const gray = await train('lenet5', 'images:gray', 'gray-run')
    expect(gray.stdout).toContain(
      'lenet5: the last layer FC-10 becomes FC-4 for 4 classes; images are resized to 28×28',
    )
    const asked = await train('lenet5', 'images:photos', 'asked', '--size', '28x28x1', '--json')
    expect(JSON.parse(asked.stdout).fitted).toBe(
      'lenet5: the last layer FC-10 becomes FC-4 for 4 classes; images are resized to 28×28',
    )
  })

  it('gets the size of a data set that has one', async () => {
    const { stdout } = await train('resnet20', 'mnist:bars', 'bars-run')
    expect(stdout).toContain('resnet20: the input 32×32×3 becomes 10×10×1\n')
  })
})

it('what a person has written stays, but for the input where --size asks for it', async () => {
  const net = 'INPUT 8x8x3 -> CONV3-4 -> GAP -> FC-4'
  const asWritten = await train(net, 'images:photos', 'written')
  expect(asWritten.stdout).not.toContain('becomes')
  const sized = await train(net, 'images:photos', 'sized', '--size', '12')
  expect(sized.stdout).toContain('network: the input 8×8×3 becomes 12×12×3; images are resized to 12×12')
  const other = await train('INPUT 8x8x3 -> FC-3', 'images:photos', 'other')
  expect(other.code).not.toBe(0)
})

describe('refused with 2, before there is a folder', () => {
  it.each<[net: string, data: string, more: string[], says: RegExp]>([
    ['vgg16', 'images:photos', ['--size', '20'], /^error: pool5: [\s\S]*20×20×3[\s\S]*at least 32×32×3/],
    ['lenet5', 'mnist:bars', [], /^error: pool2: [\s\S]*10×10×1[\s\S]*at least 12×12×1/],
    ['lenet5', 'mnist:bars', ['--size', '28'], /--size is for folders of images/],
    ['lenet5', 'images:photos', ['--size', '28x'], /the value of --size is invalid[\s\S]*48x64/],
    ['lenet5', 'images:photos', ['--size', '28x28x2'], /the value of --size is invalid/],
    ['lenet5', 'images:photos', ['--new-head'], /--new-head needs a trained model/],
    ['lenet5', 'images:nowhere', [], /there is no .*nowhere/],
  ])('%s %s %j', async (net, data, more, says) => {
    const { code, stderr } = await train(net, data, 'refused', ...more)
    expect(stderr).toMatch(says)
    expect(code).toBe(2)
    await expect(readFile(join(place, 'refused', 'run.json'))).rejects.toThrow('ENOENT')
  })
})

it('a model is trained for other classes with --new-head, and keeps its other weights', async () => {
  await train('cifar-small', 'images:photos', 'first', '--size', '16')
  const refused = await train('first', 'images:renamed', 'second')
  expect(refused.stderr).toMatch(/first does not know the class rad[\s\S]*--new-head[\s\S]*or rename the folder to red/)
  expect(refused.code).toBe(2)
  // At this rate no weight moves by a bit, so what differs was started anew.
  await rm(join(place, 'renamed', 'yellow'), { recursive: true })
  const rate = ['--optimizer', 'sgd', '--rate', '1e-30', '--schedule', 'constant']
  const { code, stdout } = await train('first', 'images:renamed', 'second', '--new-head', ...rate)
  expect(stdout).toContain('first: the last layer FC-4 becomes FC-3 for 3 classes')
  expect(code).toBe(0)
  await using before = await Model.load(join(place, 'first', 'model.lenslet'))
  await using after = await Model.load(join(place, 'second', 'model.lenslet'))
  expect(after.info.classes).toEqual(['blue', 'green', 'rad'])
  expect(after.info.normalization).toEqual(before.info.normalization)
  const head = headOf(zoo.network('cifar-small'))?.name
  for (const name of after.weights.names.filter((each) => /filters|bias|scale|shift/.test(each))) {
    if (name.startsWith(`${head}.`)) continue
    expect([...after.weights.get(name)], name).toEqual([...before.weights.get(name)])
  }
})
