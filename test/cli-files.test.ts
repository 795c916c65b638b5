// What is no file, or not the file that its name says, given to every verb that reads one: each ends, with a named error.

import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, rm, symlink, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { withChecksum } from '../src/data/testing/archives.ts'
import { plain } from '../src/data/testing/pictures.ts'
import { Model } from '../src/model/model.ts'
import { parse } from '../src/notation/parse.ts'
import { call, start } from './fixtures/cli.ts'

let place = ''
const run = (...words: string[]) => call(words, place)

beforeAll(async () => {
  place = await mkdtemp(join(tmpdir(), 'lenslet-files-'))
  const model = await Model.create(parse('INPUT 4x4x3 -> FC-2'), { threads: 1, info: { classes: ['cat', 'dog'] } })
  await model.save(join(place, 'good.lenslet'))
  await model.dispose()
  await writeFile(join(place, 'good.png'), await plain(4, 4, [1, 2, 3]))
  await writeFile(join(place, 'svg.png'), '<svg xmlns="http://www.w3.org/2000/svg"><image href="good.png"/></svg>')
  await mkdir(join(place, 'folder.lenslet'))
  await symlink('round', join(place, 'round'))
  await writeFile(join(place, 'huge.net'), '')
  await truncate(join(place, 'huge.net'), 2 ** 40)
  const tar = Buffer.alloc(1536)
  tar.write('data_batch_1.bin')
  tar.write('00000000777 ', 124)
  tar[124] = 0x81
  tar.write('0ustar', 156)
  tar.write('ustar\u000000', 257)
  await writeFile(join(place, 'endless.tar.gz'), gzipSync(withChecksum(tar)))
})
afterAll(() => rm(place, { recursive: true }))

describe.skipIf(process.platform === 'win32')('a pipe or a device', () => {
  beforeAll(async () => {
    for (const name of ['pipe', 'pipe.lenslet', 'pipe.net', 'pipe.png'])
      await promisify(execFile)('mkfifo', [join(place, name)])
  })

  it.each<[...words: string[]]>([
    ['plan', 'pipe'],
    ['plan', 'pipe.net'],
    ['plan', '/dev/zero'],
    ['predict', 'pipe.lenslet', 'good.png'],
    ['predict', 'pipe', 'good.png'],
    ['predict', '/dev/zero', 'good.png'],
    ['predict', 'good.lenslet', 'pipe.png'],
    ['predict', 'good.lenslet', '/dev/zero'],
    ['eval', 'good.lenslet', '--data', 'cifar10:pipe'],
    ['eval', 'good.lenslet', '--data', 'mnist:/dev/zero'],
    ['eval', 'good.lenslet', '--data', 'images:pipe'],
    ['train', 'pipe.net', '--data', 'cifar10:pipe', '--out', 'never'],
    ['init', 'pipe'],
  ])('is refused by %s %s %s %s %s', async (...words) => {
    const { code, stdout, stderr } = await run(...words.filter((word) => word !== undefined))
    expect([1, 2]).toContain(code)
    expect(stdout + stderr).toMatch(/pipe|device|not a folder/)
    expect(stderr).not.toContain('unexpected')
  })
})

it.each<[words: string[], code: number, message: RegExp]>([
  [['predict', 'folder.lenslet', 'good.png'], 2, /holds? no|is not a model/],
  [['predict', 'n'.repeat(300), 'good.png'], 2, /the path is too long/],
  [['predict', 'round', 'good.png'], 2, /symbolic links form a loop/],
  [['predict', 'good.lenslet', 'round'], 2, /symbolic links form a loop/],
  [['predict', 'good.lenslet', 'good.png/none'], 2, /not a folder/],
  [['predict', 'good.lenslet', 'svg.png'], 1, /it is an SVG drawing/],
  [
    ['predict', 'good.lenslet', 'good.png', '--memory-limit', '100B'],
    1,
    /up to \d+ bytes of memory [^\n]*; the limit for decoding is 100 bytes/,
  ],
  [['plan', 'huge.net'], 2, /1099511627776 bytes, more than 67108864/],
  [['eval', 'good.lenslet', '--data', 'cifar10:endless.tar.gz'], 1, /cannot be unpacked\n.*the size null of the entry/],
])('%j ends with a named error', async (words, code, message) => {
  const outcome = await run(...words)
  expect(outcome.stderr).toMatch(message)
  expect(outcome.stderr).not.toContain('unexpected')
  expect(outcome.code).toBe(code)
})

it('ends where standard input is a folder', async () => {
  const words = [process.execPath, '--conditions=lenslet-source', '--no-warnings', 'main.ts']
  words[3] = join(import.meta.dirname, '../src/cli/main.ts')
  const { stderr } = await promisify(execFile)('bash', ['-c', `"$@" predict good.lenslet - < .`, 'sh', ...words], {
    cwd: place,
  }).catch((error: { stderr: string }) => error)
  expect(stderr).toMatch(/cannot read the image on standard input/)
})

it('starts no more threads than there are processors, and says so', async () => {
  const { code, stderr } = await start(['predict', 'good.lenslet', 'good.png', '--threads', '256'], place).ended
  expect(code).toBe(0)
  expect(stderr).toMatch(/^note: --threads 256: this machine has \d+ processors?; more threads do not help/)
})
