// What <net> may be: paths with any characters, names, text; what is said where it is none of them, or two at once.

import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { homedir, tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { Model } from '../model/model.ts'
import { networkToJson } from '../network/json.ts'
import { parse } from '../notation/parse.ts'
import { print } from '../notation/print.ts'
import { readNetwork } from './network.ts'

const written = 'INPUT 4x4x1 -> FC-3'
let place = ''
let before = ''

beforeAll(async () => {
  before = process.cwd()
  place = await mkdtemp(join(tmpdir(), 'lenslet-net-'))
  process.chdir(place)
  await using model = await Model.create(parse(written), { batch: 1, threads: 1 })
  await mkdir('nets [old]')
  await mkdir('a run (1)')
  await mkdir('empty')
  await mkdir('resnet18')
  await mkdir('Netze/größer', { recursive: true })
  await model.save('digits (1).lenslet')
  await model.save('a run (1)/model.lenslet')
  await model.save('model without an ending')
  for (const path of texts) await writeFile(path, `# a comment\n${written}\n`)
  await writeFile('network', networkToJson(parse(written)))
  await writeFile('readme.md', '# Nothing here\n')
  await writeFile('nothing', '')
  await writeFile('airbench', '')
})
afterAll(async () => {
  process.chdir(before)
  await rm(place, { recursive: true })
})

const texts = [
  'nets [old]/a.net',
  'a|b.net',
  'a * b.txt',
  '(a).NET',
  'a->b.net',
  'INPUT.net',
  'INPUT',
  'Netze/größer/眼.net',
  'no ending (2)',
  'lenet5',
  'net.backup',
]

describe('a file is read, whatever its name', () => {
  it.each([...texts, './nets [old]/../a|b.net', 'network'])('%s', async (path) => {
    expect(print((await readNetwork(path)).network)).toBe(print(parse(written)))
  })

  it.each(['digits (1).lenslet', './model without an ending', 'a run (1)', 'a run (1)/'])(
    'with its weights: %s',
    async (path) => {
      const { network, model } = await readNetwork(path)
      expect(print(network)).toBe(print(parse(written)))
      expect(model).toMatch(/^\/.*(lenslet|ending)$/)
    },
  )

  it('below the home folder, where a shell has left the ~', async () => {
    vi.stubEnv('HOME', place)
    try {
      expect(homedir()).toBe(place)
      expect(print((await readNetwork('~/nets [old]/a.net')).network)).toBe(print(parse(written)))
    } finally {
      vi.unstubAllEnvs()
    }
  })
})

describe('a name that is also a path: which was taken is said', () => {
  it('a file', async () => {
    const { network, notice } = await readNetwork('lenet5')
    expect(print(network)).toBe(print(parse(written)))
    expect(notice).toBe(
      'lenet5: the file ./lenet5 is read, not the network lenet5 of the zoo; rename the file to get that one',
    )
  })

  it('a folder', async () => {
    const { entry, notice } = await readNetwork('resnet18')
    expect(entry?.name).toBe('resnet18')
    expect(notice).toBe('resnet18: the network of the zoo, not the folder ./resnet18; for that, write ./resnet18')
  })

  it('says nothing where there is no doubt', async () => {
    expect(await readNetwork('vgg16')).not.toHaveProperty('notice')
    expect(await readNetwork('a|b.net')).not.toHaveProperty('notice')
  })
})

it.each(['INPUT 4x4x1 -> FC-3', 'INPUT 4x4x1', '\n input 4x4x1 → [FC-3]*1', 'x: INPUT 4x4x1 -> FC-3'])(
  'text: %j',
  async (spec) => {
    expect((await readNetwork(spec)).name).toBe('network')
  },
)

describe('what is none of them', () => {
  it.each<[spec: string, says: RegExp]>([
    [
      'nets [old]/b.net',
      /^there is no file nets \[old\]\/b\.net, and no network named b[\s\S]*did you mean nets \[old\]\/a\.net\?/,
    ],
    ['lenet.net', /^there is no file lenet\.net, and no network named lenet[\s\S]*did you mean lenet5\?/],
    ['missing (1).lenslet', /^there is no file missing \(1\)\.lenslet/],
    ['nowhere/[x]', /^there is no file nowhere\/\[x\]/],
    ['resnet81', /^there is no network named "resnet81", and no such file[\s\S]*did you mean resnet18\?/],
    ['CONV3-8', /^there is no network named "CONV3-8"/],
    ['', /^there is no network named ""[\s\S]*received: nothing/],
    ['empty', /^the folder empty does not contain a run[\s\S]*no empty\/run\.json/],
    ['readme.md', /^readme\.md does not contain a network/],
    ['nothing', /^nothing does not contain a network[\s\S]*an empty file/],
    ['airbench', /^airbench does not contain a network[\s\S]*try: .*rename the file/],
    ['nothing.onnx', /^there is no file nothing\.onnx/],
  ])('%s', async (spec, says) => {
    await expect(readNetwork(spec)).rejects.toThrow(says)
  })
})
