// Names from outside, with everything in them that a terminal, a line of text or a page would obey: in files and folders,
// classes, networks, models and on the command line. They are shown, and never obeyed.

import { copyFile, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { Model } from '../src/model/model.ts'
import { parse } from '../src/notation/parse.ts'
import { call } from './fixtures/cli.ts'
import { writeColors } from './fixtures/colors.ts'

const network = 'INPUT 8x8x3 -> CONV3-8 -> RELU -> POOL2 -> FC-2'
/** A color, a title, a line that looks like one of ours, a reversed line, C1 controls, markup. */
const evil = '\nEVIL: \u001b[31m\u001b]0;EVIL\u0007\u202eEVIL\u009b2J\u2028EVIL\rEVIL<img src=x onerror=alert(1)>\'"'
let place = ''

beforeAll(async () => {
  place = await mkdtemp(join(tmpdir(), 'lenslet-foreign-'))
  await writeColors(join(place, 'data', `cat${evil}`), 'cat', 20)
  await writeColors(join(place, 'data', 'dog'), 'dog', 20)
  await writeFile(join(place, `net${evil}.net`), network)
  await writeFile(join(place, `broken${evil}.net`), network.replace('CONV', 'CONF'))
  await writeFile(join(place, `broken${evil}.json`), `{"a":${evil}`)
  await writeFile(join(place, `model${evil}.lenslet`), evil)
  await copyFile(join(place, 'data', 'dog', 'png0.png'), join(place, `image${evil}.png`))
  await writeFile(join(place, `broken${evil}.png`), 'no image')
  await mkdir(join(place, `folder${evil}`))
  const model = await Model.create(parse(network), { threads: 1 })
  const normalization = { mean: [0.5, 0.5, 0.5], std: [0.5, 0.5, 0.5] }
  model.info = { classes: [`cat${evil}`, 'dog'], origin: `from${evil}`, normalization }
  await model.save(join(place, 'evil.lenslet'))
  await model.dispose()
})
afterAll(() => rm(place, { recursive: true }))

const image = `image${evil}.png`
const lines: readonly (readonly string[])[] = [
  ['plan', `net${evil}.net`],
  ['plan', `broken${evil}.net`],
  ['plan', `broken${evil}.json`],
  ['plan', `model${evil}.lenslet`],
  ['plan', `missing${evil}.net`],
  ['plan', `folder${evil}`],
  ['plan', `word${evil}`],
  ['plan', `INPUT 8x8x3 -> CONV3-8${evil}`],
  ['plan', 'evil.lenslet'],
  ['plan', 'lenet5', '--batch', `1${evil}`],
  ['plan', 'lenet5', `--batch${evil}`],
  [`verb${evil}`],
  ['predict', 'evil.lenslet', image],
  ['predict', 'evil.lenslet', image, '--json'],
  ['predict', 'evil.lenslet', `broken${evil}.png`, `missing${evil}.png`],
  ['predict', `model${evil}.lenslet`, image],
  ['train', `net${evil}.net`, '--data', 'images:data', '--epochs', '1', '--threads', '1', '--out', 'run'],
  ['train', 'evil.lenslet', '--data', 'images:data', '--epochs', '1', '--threads', '1', '--out', `run${evil}`],
  ['train', '--resume', `run${evil}`, '--threads', '1'],
  ['train', '--resume', `missing${evil}`],
  ['train', network, '--data', `images:missing${evil}`],
  ['train', network, '--data', `kind${evil}`],
  ['train', network, '--data', 'images:data', '--augment', `word${evil}`],
  ['train', network, '--data', 'images:data', '--schedule', `word${evil}`],
  ['eval', 'run', '--data', 'images:data'],
  ['eval', 'run', '--data', 'images:data', '--json'],
  ['eval', 'evil.lenslet', '--data', 'images:data', '--split', `word${evil}`],
  ['init', 'data', '--out', `init${evil}.net`],
]
/** A line that begins with the name's second line, an escape sequence, or another control but a line feed. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it finds
const obeyed = /^EVIL|[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u2028\u202e]/m

it.each(lines.map((line) => [line]))('is shown by %j', async (line) => {
  const { stdout, stderr } = await call(line, place)
  expect(stdout + stderr).not.toMatch(obeyed)
  expect(stdout + stderr).not.toMatch(/bug in Lenslet/)
})

it('is shown by the report', async () => {
  for (const folder of ['run', `run${evil}`]) {
    expect(await readdir(join(place, folder))).toContain('report.html')
    const page = await readFile(join(place, folder, 'report.html'), 'utf8')
    expect(page).toContain('cat\\u000aEVIL')
    expect(page).not.toMatch(obeyed)
    expect(page).not.toContain('<img src=x')
  }
})
