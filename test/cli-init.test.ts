// `lenslet init`: what it finds in a folder, the file that it writes, and the command that it prints, which is run.

import { copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Random } from '../src/core/random.ts'
import { parse } from '../src/notation/parse.ts'
import { call } from './fixtures/cli.ts'

let place = ''
const height = 40
const width = 60
const random = Random.seeded(5, 'shapes')

/** Bright stripes along one axis, at any phase and in any color: the classes differ in shape only. */
function stripes(axis: 'rows' | 'columns'): Promise<Buffer> {
  const phase = Math.floor(8 * random.next())
  const color = Array.from({ length: 3 }, () => 100 + 155 * random.next())
  const pixels = Uint8Array.from({ length: height * width * 3 }, (_, at) => {
    const pixel = Math.floor(at / 3)
    const along = axis === 'rows' ? Math.floor(pixel / width) : pixel % width
    return (along + phase) % 8 < 4 ? (color[at % 3] as number) : 40 * random.next()
  })
  return sharp(pixels, { raw: { width, height, channels: 3 } })
    .png()
    .toBuffer()
}

beforeAll(async () => {
  place = await mkdtemp(join(tmpdir(), 'lenslet-init-'))
  for (const name of ['rows', 'columns'] as const) {
    await mkdir(join(place, 'my stripes', name), { recursive: true })
    for (let index = 0; index < 30; index++)
      await writeFile(join(place, 'my stripes', name, `${index}.png`), await stripes(name))
  }
  const few = join(place, 'few')
  for (const name of ['a cat', 'dog']) await mkdir(join(few, name), { recursive: true })
  for (let index = 0; index < 4; index++) await writeFile(join(few, 'dog', `${index}.png`), await stripes('rows'))
  await copyFile(join(few, 'dog', '2.png'), join(few, 'a cat', 'same.png'))
  await writeFile(join(few, 'dog', 'broken.png'), 'not an image')
  await writeFile(join(few, 'dog', 'old.bmp'), 'BM')
  for (const name of ['x', 'y']) {
    await mkdir(join(place, 'broken', name), { recursive: true })
    await writeFile(join(place, 'broken', name, '1.png'), '')
  }
})
afterAll(() => rm(place, { recursive: true }))

const init = (...words: string[]) => call(['init', ...words], place)

it('counts, and writes a network whose command trains it well', async () => {
  const { code, stdout } = await init('my stripes', '--json')
  expect(code).toBe(0)
  const found = JSON.parse(stdout)
  const size = { height, width }
  expect(found).toMatchObject({
    classes: [
      { name: 'columns', count: 30 },
      { name: 'rows', count: 30 },
    ],
    count: 60,
    sizes: { smallest: size, median: size, largest: size },
    color: 60,
    gray: 0,
    broken: [],
    duplicates: [],
    notices: [],
  })
  const file = await readFile(join(place, 'my stripes.net'), 'utf8')
  expect(file).toMatch(/^# For my stripes: 60 images, 2 classes \(columns, rows\)\.\n# - input 32×48: /)
  expect(parse(file)).toEqual(parse(found.network.notation))

  // The words of the command, as a shell would make them.
  const [command] = found.next as [string]
  const words = [...command.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, plain]) => quoted ?? (plain as string))
  const from = words.indexOf('train')
  expect(words.slice(from, from + 4)).toEqual(['train', 'my stripes.net', '--data', 'images:my stripes'])
  const trained = await call([...words.slice(from), '--epochs', '12', '--out', 'run', '--json'], place)
  expect(trained.code).toBe(0)
  // Twelve test pictures: guessing gets 11 of 12 once in 300 times.
  expect(JSON.parse(trained.stdout).testAccuracy).toBeGreaterThanOrEqual(11 / 12)
})

it('says what a person should know: imbalance, few, broken and doubled images', async () => {
  const { code, stdout } = await init('few', '--out', 'few.net')
  expect(code).toBe(0)
  expect(stdout).toContain('few: 5 images, 2 classes, all in color')
  expect(stdout).toContain('note: the classes are not balanced: 4 images of dog, 1 of a cat')
  expect(stdout).toContain('note: fewer than 20 images of a cat, dog')
  expect(stdout).toContain(`note: 1 image cannot be read: ${join('dog', 'broken.png')}`)
  expect(stdout).toContain(`note: 1 image is in two classes: ${join('a cat', 'same.png')} = ${join('dog', '2.png')}`)
  expect(stdout).toMatch(/^note: .*bmp/m)
  expect(stdout).toMatch(/ --skip-bad$/m)
})

it('takes images:FOLDER, too', async () => {
  const { code } = await init('images:few', '--out', 'other.net')
  expect(code).toBe(0)
})

describe('what is wrong ends with 2 and writes nothing over', () => {
  it('a file that exists stays, without --force', async () => {
    await writeFile(join(place, 'mine.net'), 'mine')
    const { code, stderr } = await init('few', '--out', 'mine.net')
    expect(stderr).toMatch(/mine\.net already exists[\s\S]*--force/)
    expect(code).toBe(2)
    expect(await readFile(join(place, 'mine.net'), 'utf8')).toBe('mine')
    expect((await init('few', '--out', 'mine.net', '--force')).code).toBe(0)
    expect(await readFile(join(place, 'mine.net'), 'utf8')).toMatch(/INPUT/)
  })

  it.each<[folder: string, says: RegExp]>([
    ['nowhere', /nowhere/],
    ['mine.net', /mine\.net is not a folder|cannot read the folder mine\.net/],
    ['broken', /broken holds no image that can be read/],
  ])('%s', async (folder, says) => {
    const { code, stderr } = await init(folder, '--out', 'never.net')
    expect(stderr).toMatch(says)
    expect(code).toBe(2)
    await expect(readFile(join(place, 'never.net'))).rejects.toThrow('ENOENT')
  })
})
