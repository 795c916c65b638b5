// `predict` and `eval` on a person's own pictures: names of classes, folders, broken pictures, what is no model.

import { execFileSync } from 'node:child_process'
import { copyFile, mkdir, mkdtemp, readFile, rm, symlink, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { plain } from '../src/data/testing/pictures.ts'
import { Model } from '../src/model/model.ts'
import { oldFile } from '../src/model/testing/oldFile.ts'
import { parse } from '../src/notation/parse.ts'
import { call, start } from './fixtures/cli.ts'

let place = ''
const colors = { bird: [200, 50, 50], cat: [50, 200, 50], dog: [50, 50, 200], fox: [120, 120, 0] } as const
type Class = keyof typeof colors

/** `count` pictures of the class's color, each a little different. */
async function pictures(folder: string, name: Class, count: number): Promise<void> {
  await mkdir(join(place, folder), { recursive: true })
  const [red, green, blue] = colors[name]
  for (let i = 0; i < count; i++)
    await writeFile(join(place, folder, `png${i}.png`), await plain(10, 12, [red + i, green - i, blue + i]))
}

/** A folder of `count` pictures for each class. */
async function classes(folder: string, names: readonly Class[], count: number): Promise<void> {
  for (const name of names) await pictures(join(folder, name), name, count)
}

/** Scores are the mean red, green and blue, whatever the classes are called. */
async function saveModel(file: string, names: readonly string[] | undefined, text = 'INPUT 8x8x3 -> GAP -> FC-3') {
  const normalization = { mean: [0.5, 0.5, 0.5], std: [0.25, 0.25, 0.25] }
  const model = await Model.create(parse(text), { threads: 1, info: { classes: names, normalization } })
  const scores = model.output.channels
  model.weights.set(
    'fc1.filters',
    Array.from({ length: 3 * scores }, (_, i) => (Math.floor(i / scores) === i % scores ? 4 : 0)),
  )
  await model.save(join(place, file))
  await model.dispose()
}

beforeAll(async () => {
  place = await mkdtemp(join(tmpdir(), 'lenslet-predict-'))
  await saveModel('good.lenslet', ['bird', 'cat', 'dog'])
  await saveModel('two.lenslet', ['bird', 'cat'], 'INPUT 8x8x3 -> GAP -> FC-2')
  await saveModel('pair.lenslet', ['cat', 'dog'], 'INPUT 8x8x3 -> GAP -> FC-2')
  await saveModel('unnamed.lenslet', undefined)
  await classes('abc', ['bird', 'cat', 'dog'], 20)
  await classes('ab', ['cat', 'dog'], 20)
  await classes('bcd', ['cat', 'dog', 'fox'], 5)
  await classes('one', ['bird', 'cat', 'dog'], 1)
  await mkdir(join(place, 'empty'))
})
afterAll(() => rm(place, { recursive: true }))

const run = (...words: string[]) => call(words, place)
const json = async (...words: string[]) => {
  const { code, stdout, stderr } = await run(...words, '--json')
  return { code, stderr, value: stdout === '' ? undefined : JSON.parse(stdout) }
}

describe('eval', () => {
  it('matches classes by name: a folder with some of them, whose first is not the first of the model', async () => {
    const { code, value, stderr } = await json('eval', 'good.lenslet', '--data', 'images:ab')
    expect(code, stderr).toBe(0)
    expect(value).toMatchObject({ accuracy: 1, count: 8, classes: ['bird', 'cat', 'dog'], split: 'test' })
    expect(value.perClass).toEqual([
      { label: 'bird', count: 0, support: 0, accuracy: null, precision: null, recall: null, f1: null },
      { label: 'cat', count: 4, support: 4, accuracy: 1, precision: 1, recall: 1, f1: 1 },
      { label: 'dog', count: 4, support: 4, accuracy: 1, precision: 1, recall: 1, f1: 1 },
    ])
    expect(value.confusion).toEqual([
      [0, 0, 0],
      [0, 4, 0],
      [0, 0, 4],
    ])
    expect(value.macro).toEqual({ precision: 1, recall: 1, f1: 1 })
    const { stdout } = await run('eval', 'good.lenslet', '--data', 'images:ab')
    expect(stdout).toMatch(/^test accuracy: 100\.00 % of 8 test images of .*ab; loss/)
    expect(stdout).toMatch(/^bird +0 +– +– +–$/m)
  })

  it('says that the folder has no test images of its own, and evaluates all of them when asked', async () => {
    const part = await json('eval', 'good.lenslet', '--data', 'images:abc')
    expect(part.value).toMatchObject({ count: 12, accuracy: 1 })
    expect(part.stderr).toMatch(
      /no test images of its own; these are a fifth of each class, 12 of 60[\s\S]*--split all/,
    )
    const whole = await json('eval', 'good.lenslet', '--data', 'images:abc', '--split', 'all')
    expect(whole.value).toMatchObject({ count: 60, accuracy: 1, split: 'all' })
    expect(whole.stderr).not.toContain('a fifth')
    const one = await json('eval', 'good.lenslet', '--data', 'images:one', '--split', 'all')
    expect(one.value).toMatchObject({ count: 3, accuracy: 1 })
    const train = await json('eval', 'good.lenslet', '--data', 'images:abc', '--split', 'train')
    expect(train.value).toMatchObject({ count: 48 })
  })

  it.each<[words: string[], says: RegExp]>([
    [
      ['good.lenslet', '--data', 'images:bcd'],
      /does not know the class fox\n[\s\S]*classes of the model: bird, cat, dog/,
    ],
    [
      ['two.lenslet', '--data', 'images:abc'],
      /2 scores for the 3 classes bird, cat, dog\n[\s\S]*no score for dog[\s\S]*FC-3/,
    ],
    [['unnamed.lenslet', '--data', 'images:ab'], /3 scores for the 2 classes cat, dog\n[\s\S]*FC-2/],
    [['good.lenslet', '--data', 'images:one'], /has no test images[\s\S]*expected: train, all[\s\S]*--split all/],
    [['good.lenslet', '--data', 'images:abc', '--split', 'validation'], /no validation images[\s\S]*test, train, all/],
    [['good.lenslet', '--data', 'images:abc', '--split', 'some'], /--split[\s\S]*test, validation, train, all/],
    [['good.lenslet', '--data', 'images:abc', '--json', '--csv'], /--json and --csv exclude each other/],
    [['abc', '--data', 'images:abc'], /the folder abc is not a model/],
  ])('%j is refused with 2', async (words, says) => {
    const { code, stdout, stderr } = await run('eval', ...words)
    expect(stderr).toMatch(says)
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
  })

  it('of a model without names says that nothing was compared', async () => {
    const { code, stderr, value } = await json('eval', 'unnamed.lenslet', '--data', 'images:abc')
    expect(code).toBe(0)
    expect(value.accuracy).toBe(1)
    expect(stderr).toMatch(
      /no class names[\s\S]*score 0 is taken for bird, score 1 is taken for cat, score 2 is taken for dog/,
    )
  })

  it('splits the data as the training of the run did, unless it is told otherwise', async () => {
    const net = 'INPUT 8x8x3 -> GAP -> FC-3'
    const split = ['--test-fraction', '0.4', '--split-seed', '3']
    const words = ['train', net, '--data', 'images:abc', '--epochs', '1', '--out', 'split', ...split]
    expect((await run(...words)).code).toBe(0)
    for (const model of ['split', 'split/model.lenslet']) {
      const { value, stderr } = await json('eval', model, '--data', 'images:abc')
      expect(value.count).toBe(24)
      expect(stderr).toMatch(/read as in the training: --test-fraction 0\.4 --split-seed 3/)
    }
    expect((await json('eval', 'split', '--data', 'images:abc', '--test-fraction', '0.1')).value.count).toBe(6)
    // Other data was not split by the run.
    expect((await json('eval', 'split', '--data', 'images:ab')).value.count).toBe(8)
  })

  it('averages views of larger images, and says which', async () => {
    const words = ['eval', 'good.lenslet', '--data', 'images:ab', '--views', 'crops10']
    const { value, stderr } = await json(...words)
    expect(value).toMatchObject({ accuracy: 1, count: 8, topFiveAccuracy: null })
    expect(value.views).toEqual({ name: 'crops10', count: 10, average: 'probabilities' })
    // Wilson's interval for 8 of 8.
    expect(value.interval).toEqual([expect.closeTo(0.676, 3), 1])
    expect(value.calibration.error).toBeCloseTo(1 - value.calibration.confidence, 6)
    expect(stderr).toContain('10 views of 8 images')
    const { stdout } = await run(...words, '--average', 'scores')
    expect(stdout).toMatch(/interval: 67\.56 % to 100\.00 %\nexpected calibration error/)
    expect(stdout).toContain('views: crops10; the scores of 10 views are averaged')
    const plain = await json('eval', 'good.lenslet', '--data', 'images:ab', '--views', 'none')
    expect(plain.value.views).toBeNull()
  })

  it('averages the probabilities of several models, whatever their inputs', async () => {
    await saveModel('large.lenslet', ['dog', 'bird', 'cat'], 'INPUT 12x12x3 -> GAP -> FC-3')
    const [good, large] = [
      await json('eval', 'good.lenslet', '--data', 'images:ab'),
      await json('eval', 'large.lenslet', '--data', 'images:ab'),
    ]
    // Red, green and blue are dog, bird and cat for it.
    expect([good.value.accuracy, large.value.accuracy]).toEqual([1, 0])
    const both = await json('eval', 'good.lenslet', 'good.lenslet', 'large.lenslet', '--data', 'images:ab')
    expect(both.value).toMatchObject({ accuracy: 1, classes: ['bird', 'cat', 'dog'] })
    expect(both.value.models).toEqual(['good.lenslet', 'good.lenslet', 'large.lenslet'])
    const { stdout } = await run('eval', 'good.lenslet', 'large.lenslet', '--data', 'images:ab')
    expect(stdout).toContain('ensemble of 2 models: their probabilities are averaged')
  })

  it.each<[words: string[], says: RegExp]>([
    [['good.lenslet', '--views', 'flop'], /--views[\s\S]*received: flop[\s\S]*torch7/],
    [['good.lenslet', '--average', 'scores'], /without --views/],
    [['good.lenslet', 'pair.lenslet'], /same classes[\s\S]*2 classes/],
    [['good.lenslet', '--views', 'shifts8'], /at most 7/],
  ])('%j is refused with 2', async (words, says) => {
    const { code, stdout, stderr } = await run('eval', ...words, '--data', 'images:ab')
    expect(stderr).toMatch(says)
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
  })

  it('writes a row per class as CSV', async () => {
    const { stdout } = await run('eval', 'good.lenslet', '--data', 'images:ab', '--csv')
    expect(stdout).toBe('class,support,precision,recall,f1\r\nbird,0,,,\r\ncat,4,1,1,1\r\ndog,4,1,1,1\r\n')
  })
})

describe('train', () => {
  it.each<[net: string, data: string, says: RegExp]>([
    [
      'INPUT 8x8x3 -> FC-2',
      'images:abc',
      /2 scores for the 3 classes bird, cat, dog\n[\s\S]*end the network with FC-3/,
    ],
    [
      'INPUT 8x8x3 -> FC-4',
      'images:abc',
      /4 scores for the 3 classes bird, cat, dog\n[\s\S]*end the network with FC-3/,
    ],
  ])('%s on %s is refused before there is a folder', async (net, data, says) => {
    const { code, stdout, stderr } = await run('train', net, '--data', data, '--epochs', '1', '--out', 'none')
    expect(stderr).toMatch(says)
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    await expect(readFile(join(place, 'none', 'run.json'))).rejects.toThrow('ENOENT')
  })

  it('of a model further on some of its classes keeps all their names', async () => {
    const { code, stderr } = await run(
      'train',
      'good.lenslet',
      '--data',
      'images:ab',
      '--epochs',
      '1',
      '--out',
      'further',
    )
    expect(code, stderr).toBe(0)
    const model = await Model.load(join(place, 'further', 'model.lenslet'), { threads: 1 })
    expect(model.info.classes).toEqual(['bird', 'cat', 'dog'])
    await model.dispose()
    const { value } = await json('eval', 'further', '--data', 'images:abc', '--split', 'all')
    expect(value.accuracy).toBe(1)
  })
})

describe('predict', () => {
  beforeAll(async () => {
    await copyFile(join(place, 'ab/cat/png1.png'), join(place, 'bad.png'))
    await truncate(join(place, 'bad.png'), 40)
  })
  const [cat, dog] = ['ab/cat/png0.png', 'ab/dog/png0.png']

  it('answers for the good images, names the bad ones, and ends with 1', async () => {
    const { code, value, stderr } = await json('predict', 'good.lenslet', cat, 'bad.png', 'gone.png', 'empty', dog)
    expect(value).toMatchObject([
      { file: cat, top: [{ label: 'cat', index: 1 }, {}, {}] },
      { file: 'bad.png', error: expect.stringMatching(/^cannot read the image bad\.png: ./) },
      { file: 'gone.png', error: 'there is no image gone.png: no such file' },
      { file: 'empty', error: 'the folder empty holds no images: an empty folder' },
      { file: dog, top: [{ label: 'dog' }, {}, {}] },
    ])
    expect(stderr).toMatch(/no prediction for 3 of 5 images[\s\S]*bad\.png[\s\S]*gone\.png[\s\S]*empty/)
    expect(code).toBe(1)
    const text = await run('predict', 'good.lenslet', cat, 'bad.png', dog, '--top', '1')
    expect(text.stdout).toMatch(
      /^ab\/cat\/png0\.png\nclass +probability\n─+ +─+\ncat .* %\n\nbad\.png\n {2}cannot read .*\n\nab\/dog/,
    )
    expect(text.code).toBe(1)
  })

  it('gives an image the same bits whatever else is predicted', async () => {
    const text = 'INPUT 20x20x3 -> CONV3-16 -> RELU -> CONV3-16 -> RELU -> POOL2 -> FC-50 -> RELU -> FC-3'
    const model = await Model.create(parse(text), { threads: 1, seed: 4 })
    await model.save(join(place, 'deep.lenslet'))
    await model.dispose()
    const alone = await json('predict', 'deep.lenslet', cat)
    for (const others of [[dog], ['ab/dog'], ['abc']]) {
      const { value } = await json('predict', 'deep.lenslet', ...others, cat)
      expect(value.at(-1)).toEqual(alone.value[0])
      expect(value.length).toBeGreaterThan(1)
    }
    expect(alone.value[0].top[0].label).toMatch(/^[012]$/)
    expect(alone.stderr).toContain('no class names')
  })

  it('predicts folders: at any depth, in the order of names, and says what is left out', async () => {
    for (const [folder, name] of [
      ['album/b', 'dog'],
      ['album/a/deep', 'cat'],
      ['album/.hidden', 'cat'],
      ['album/run', 'cat'],
    ] as const)
      await pictures(folder, name, 2)
    await writeFile(join(place, 'album/notes.txt'), 'no picture')
    await writeFile(join(place, 'album/run/run.json'), '{"format":"lenslet.run"}')
    await copyFile(join(place, 'bad.png'), join(place, 'album/b/bad.png'))
    const { code, value, stderr } = await json('predict', 'good.lenslet', 'album')
    expect(
      value.map((entry: { file: string; top?: { label: string }[] }) => [entry.file, entry.top?.[0]?.label]),
    ).toEqual([
      ['album/a/deep/png0.png', 'cat'],
      ['album/a/deep/png1.png', 'cat'],
      ['album/b/bad.png', undefined],
      ['album/b/png0.png', 'dog'],
      ['album/b/png1.png', 'dog'],
    ])
    expect(stderr).toMatch(/1 file ending in \.txt is not an image[\s\S]*album\/run is a Lenslet run/)
    expect(code).toBe(1)
  })

  it('ends in folders that contain themselves', async () => {
    await pictures('circle', 'cat', 1)
    await symlink('.', join(place, 'circle/again'))
    const { code, value } = await json('predict', 'good.lenslet', 'circle')
    expect(value).toMatchObject([
      { file: 'circle/png0.png' },
      { file: 'circle/again', error: expect.stringContaining('contains itself') },
    ])
    expect(code).toBe(1)
  })

  it('reads an image from standard input', async () => {
    const ask = async (bytes: Uint8Array) => {
      const running = start(['predict', 'good.lenslet', cat, '-', '--json'], place)
      running.process.stdin?.end(bytes)
      const { code, stdout, stderr } = await running.ended
      return { code, stderr, value: JSON.parse(stdout) }
    }
    const good = await ask(await readFile(join(place, dog)))
    expect(good).toMatchObject({ code: 0, value: [{ file: cat }, { file: '-', top: [{ label: 'dog' }, {}, {}] }] })
    const other = await ask(Buffer.from('no picture'))
    expect(other.value[1].error).toMatch(/^cannot read the image on standard input: ./)
    expect(other.code).toBe(1)
    const bad = await ask(new Uint8Array())
    expect(bad).toMatchObject({
      code: 1,
      value: [{ file: cat }, { file: '-', error: expect.stringContaining('0 bytes') }],
    })
  })

  it('answers as images are predicted, before it has seen the last', async () => {
    const running = start(['predict', 'good.lenslet', 'abc', '-', '--csv'], place)
    // It waits for standard input, which is still open.
    await running.heard('abc/bird/png0.png,bird')
    running.process.stdin?.end(await readFile(join(place, dog)))
    const { code, stdout } = await running.ended
    expect(code).toBe(0)
    expect(stdout.trimEnd().split('\r\n').at(-1)).toMatch(/^-,dog,/)
  })

  it('writes CSV that quotes what needs it', async () => {
    await copyFile(join(place, cat), join(place, 'a, "b".png'))
    const { code, stdout } = await run('predict', 'good.lenslet', 'a, "b".png', 'bad.png', '--top', '2', '--csv')
    const [head, first, second, end] = stdout.split('\r\n')
    expect(head).toBe('file,class,probability,class2,probability2,error')
    expect(first).toMatch(/^"a, ""b""\.png",cat,0\.\d+,(bird|dog),[\d.e-]+,$/)
    expect(second).toMatch(/^bad\.png,,,,,"?cannot read/)
    expect({ code, end }).toEqual({ code: 1, end: '' })
  })

  it('says how many images look like negatives', async () => {
    const normalization = { mean: [0.2], std: [0.25] }
    const gray = await Model.create(parse('INPUT 4x4x1 -> FC-2'), { threads: 1, info: { normalization } })
    await gray.save(join(place, 'gray.lenslet'))
    await gray.dispose()
    for (const [index, light] of [250, 20, 240].entries())
      await writeFile(join(place, `light${index}.png`), await plain(4, 4, [light, light, light]))
    const files = ['light1.png', 'light0.png', 'light2.png']
    const { stderr } = await json('predict', 'gray.lenslet', ...files)
    expect(stderr).toMatch(/2 images, light0\.png first, look like the negative of the training images/)
    expect((await json('predict', 'gray.lenslet', ...files, '--invert')).stderr).not.toContain('negative')
  })

  it('answers for images of one portion and of the next, in order', async () => {
    const { value } = await json('predict', 'good.lenslet', 'abc')
    expect(value.map(({ top }: { top: { label: string }[] }) => top[0]?.label)).toEqual([
      ...new Array(20).fill('bird'),
      ...new Array(20).fill('cat'),
      ...new Array(20).fill('dog'),
    ])
  })

  it('shows control characters in names as text', async () => {
    await copyFile(join(place, cat), join(place, 'red\u001b[31m.png'))
    const { stdout } = await run('predict', 'good.lenslet', 'red\u001b[31m.png')
    expect(stdout).toContain('red\\u001b[31m.png')
    expect(stdout).not.toContain('\u001b')
  })

  it('reports no prediction for scores that are not numbers', async () => {
    const model = await Model.load(join(place, 'good.lenslet'), { threads: 1 })
    await writeFile(join(place, 'nan.lenslet'), oldFile(model, { 'fc1.bias': [Number.NaN, 0, 0] }))
    const refused = await run('predict', 'nan.lenslet', cat)
    expect(refused.stderr).toMatch(/fc1\.bias has an invalid value[\s\S]*NaN, value 0 of 3/)
    expect(refused.code).toBe(1)
    // Weights that are finite, and scores that overflow.
    const filters = model.weights.get('fc1.filters')
    model.weights.set(
      'fc1.filters',
      filters.map((_, i) => (i % 2 === 0 ? 3e38 : -3e38)),
    )
    await model.save(join(place, 'large.lenslet'))
    await model.dispose()
    const { code, value } = await json('predict', 'large.lenslet', cat)
    expect(value).toEqual([{ file: cat, error: expect.stringContaining('not a number') }])
    expect(code).toBe(1)
  })

  it.each<[words: string[], says: RegExp]>([
    [['good.lenslet', 'empty'], /the folder empty holds no images[\s\S]*an empty folder[\s\S]*\.png/],
    [['good.lenslet', 'gone.png'], /there is no image gone\.png/],
    [['good.lenslet', '*.jpg'], /there is no image \*\.jpg[\s\S]*name the folder/],
    [['good.lenslet', 'gone.png', 'empty'], /no images to predict[\s\S]*gone\.png: no such file; the folder empty/],
    [['good.lenslet', '-', '-'], /standard input is given twice/],
    [['good.lenslet', 'bad.png', '--json', '--csv'], /exclude each other/],
    [
      ['readme.md', 'bad.png'],
      /readme\.md is not a model[\s\S]*begins with "# My images"[\s\S]*a \.lenslet file, or the folder of a run/,
    ],
    [['bad.png', 'good.lenslet'], /bad\.png is not a model[\s\S]*an image[\s\S]*the model comes first/],
    [['a.net', 'bad.png'], /a\.net is not a model[\s\S]*a network without weights[\s\S]*lenslet train/],
    [['nothing', 'bad.png'], /nothing is not a model[\s\S]*an empty file/],
    [
      ['abc/bird', 'bad.png'],
      /the folder abc\/bird is not a model[\s\S]*a folder of images[\s\S]*the model comes first/,
    ],
    [['.', 'bad.png'], /the folder \. is not a model[\s\S]*did you mean .*\.lenslet\?/],
    [['resnet18', 'bad.png'], /resnet18 is a network without weights[\s\S]*lenslet train resnet18/],
  ])('%j is refused with 2', async (words, says) => {
    await writeFile(join(place, 'readme.md'), '# My images\n\nA long text, longer than any header of a model would be.')
    await writeFile(join(place, 'a.net'), 'INPUT 8x8x3 -> FC-2')
    await writeFile(join(place, 'nothing'), '')
    const { code, stdout, stderr } = await run('predict', ...words)
    expect(stderr).toMatch(says)
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
  })

  it('refuses a network that gives a map', async () => {
    const model = await Model.create(parse('INPUT 8x8x3 -> CONV3-2'), { threads: 1 })
    await model.save(join(place, 'map.lenslet'))
    await model.dispose()
    const { code, stderr } = await run('predict', 'map.lenslet', cat)
    expect(stderr).toMatch(/does not classify images[\s\S]*8×8×2/)
    expect(code).toBe(2)
  })

  it('names a model file that is damaged', async () => {
    await copyFile(join(place, 'good.lenslet'), join(place, 'cut.lenslet'))
    await truncate(join(place, 'cut.lenslet'), 300)
    const { code, stderr } = await run('predict', 'cut.lenslet', cat)
    expect(stderr).toMatch(/^error: cut\.lenslet is not a model, or is damaged/)
    expect(code).toBe(1)
  })

  // Root reads everything.
  it.skipIf(process.getuid?.() === 0)('says why a folder cannot be read, and predicts the others', async () => {
    await pictures('locked/in', 'cat', 1)
    execFileSync('chmod', ['000', join(place, 'locked/in')])
    const { code, value } = await json('predict', 'good.lenslet', 'locked', cat)
    expect(value).toMatchObject([{ error: expect.stringContaining('permission denied') }, { file: cat }])
    expect(code).toBe(1)
    execFileSync('chmod', ['755', join(place, 'locked/in')])
  })
})
