import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { UsageError } from './errors.ts'
import { drawValues, endsOf, readTry } from './searchSpace.ts'
import { checkNames, filled, readTemplate } from './searchTemplate.ts'

describe('what is tried', () => {
  it.each([
    ['rate=1e-4..1e-1', 'rate', { kind: 'range', low: 1e-4, high: 0.1, scale: 'log' }],
    ['width = 16..64', 'width', { kind: 'range', low: 16, high: 64, scale: 'log', step: 1 }],
    ['width=16..64:8', 'width', { kind: 'range', low: 16, high: 64, scale: 'log', step: 8 }],
    ['drop=0..0.5:linear', 'drop', { kind: 'range', low: 0, high: 0.5, scale: 'linear' }],
    ['augment=none|flip,crop4', 'augment', { kind: 'words', words: ['none', 'flip,crop4'] }],
  ] as const)('%s', (text, name, value) => {
    expect(readTry(text)).toEqual([name, value])
  })

  it.each([
    '',
    'rate',
    'rate=',
    'rate=3',
    'rate=2..1',
    'rate=0..1',
    'rate=-1..1',
    'rate=a..b',
    'x=1..2:3',
    'x=a|a',
    'x=a|',
    '=1..2',
    'rate=1..1e999',
    `rate=${'9'.repeat(1e5)}..1`,
  ])('refuses "%.20s"', (text) => {
    expect(() => readTry(text)).toThrow(UsageError)
  })

  const space = Object.fromEntries([
    readTry('rate=1e-4..1e-1'),
    readTry('width=16..64:8'),
    readTry('drop=0..1:linear'),
    readTry('kind=a|b'),
  ])

  it('is the same for the same seed, trial and name, whatever else is tried', () => {
    expect(drawValues(space, 1, 5)).toEqual(drawValues(space, 1, 5))
    const { rate } = space
    expect(drawValues({ rate: rate as NonNullable<typeof rate> }, 1, 5)).toEqual({ rate: drawValues(space, 1, 5).rate })
    expect(drawValues(space, 2, 5)).not.toEqual(drawValues(space, 1, 5))
  })

  it('is drawn evenly on its scale, within its ends', () => {
    const drawn = Array.from({ length: 3000 }, (_, trial) => drawValues(space, 7, trial))
    const share = (test: (values: Readonly<Record<string, string>>) => boolean) =>
      drawn.filter(test).length / drawn.length
    // Five deviations of a share of 3000, √(p(1−p)/3000), at p = 1/3 and 1/2.
    expect(Math.abs(share(({ rate }) => Number(rate) < 1e-3) - 1 / 3)).toBeLessThan(0.044)
    expect(Math.abs(share(({ drop }) => Number(drop) < 0.5) - 1 / 2)).toBeLessThan(0.046)
    expect(Math.abs(share(({ kind }) => kind === 'a') - 1 / 2)).toBeLessThan(0.046)
    expect(drawn.every(({ rate }) => Number(rate) >= 1e-4 && Number(rate) <= 0.1)).toBe(true)
    expect(new Set(drawn.map(({ width }) => width))).toEqual(new Set(['16', '24', '32', '40', '48', '56', '64']))
    expect(endsOf(readTry('x=10..30:8')[1])).toEqual(['16', '24'])
  })
})

describe('a network with variables', () => {
  let place = ''
  beforeAll(async () => {
    place = await mkdtemp(join(tmpdir(), 'lenslet-template-'))
  })
  afterAll(() => rm(place, { recursive: true }))

  it('takes values, and whole multiples of them', async () => {
    const template = await readTemplate(
      'INPUT 8x8x3 -> CONV3-{width} -> CONV3-{2*width} -> CONV1-{ width * 0.3 } -> FC-2',
    )
    expect(template).toMatchObject({ name: undefined, variables: ['width'] })
    expect(filled(template, { width: '5' })).toBe('INPUT 8x8x3 -> CONV3-5 -> CONV3-10 -> CONV1-2 -> FC-2')
  })

  it('may be a file', async () => {
    const path = join(place, 'small.net')
    await writeFile(path, 'INPUT 8x8x3\n-> FC-{units}\n-> FC-2')
    expect(await readTemplate(path)).toMatchObject({ name: 'small', variables: ['units'] })
    expect(await readTemplate('lenet5')).toEqual({ text: 'lenet5', name: undefined, variables: [] })
  })

  it('names what is wrong', async () => {
    await expect(readTemplate('INPUT 8x8x3 -> FC-{2+x}')).rejects.toThrow(/braces must hold[\s\S]*\{2\+x\}/)
    const template = await readTemplate('INPUT 8x8x3 -> FC-{units} -> FC-2')
    expect(() => checkNames(template, ['rate'], ['rate'])).toThrow(/no values[\s\S]*units/)
    expect(() => checkNames(template, ['units', 'rat'], ['rate'])).toThrow(/did you mean rate/)
    checkNames(template, ['units', 'rate'], ['rate'])
  })
})
