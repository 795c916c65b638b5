// A run's folder as people use it: stopped, moved, renamed, resumed, refused, replaced.

import { existsSync } from 'node:fs'
import { copyFile, cp, mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { decodeModel } from '../src/model/file.ts'
import { Model } from '../src/model/model.ts'
import { oldFile } from '../src/model/testing/oldFile.ts'
import { parse } from '../src/notation/parse.ts'
import { call } from './fixtures/cli.ts'
import { writeColors } from './fixtures/colors.ts'

const network = 'INPUT 8x8x3 -> CONV3-8 -> RELU -> POOL2 -> FC-2'
let shared = ''
let place = ''

beforeAll(async () => {
  shared = await mkdtemp(join(tmpdir(), 'lenslet-pictures-'))
  for (const animal of ['cat', 'dog'] as const) {
    await writeColors(join(shared, 'ab', animal), animal, 20)
    await writeColors(join(shared, 'rs', 'train', animal), animal, 20)
    await writeColors(join(shared, 'rs', 'test', animal), animal, 5, 2)
  }
})
beforeEach(async () => {
  place = await mkdtemp(join(shared, 'case-'))
  await cp(join(shared, 'ab'), join(place, 'ab'), { recursive: true })
})
afterAll(() => rm(shared, { recursive: true }))

const run = (...words: string[]) => call(words, place)
const train = (...words: string[]) => run('train', network, '--threads', '1', '--seed', '1', ...words)
/** Ends with a Ctrl-C after the second epoch. */
const stopped = async (words: readonly string[], cwd = place) => {
  const outcome = await call(['train', ...words, '--threads', '1'], cwd, '2/6')
  expect(outcome.code, outcome.stderr).toBe(130)
  return outcome
}
const weightsOf = async (folder: string) => {
  const { tensors } = decodeModel(new Uint8Array(await readFile(join(place, folder, 'model.lenslet'))))
  return [...tensors].map(([name, { values }]) => [name, [...values]])
}
const ok = (outcome: { code: number | null; stderr: string }) => expect(outcome.code, outcome.stderr).toBe(0)

describe('a run is resumed to the same bits', () => {
  it('in the folder of its data, by the command that it printed', async () => {
    const { stdout } = await stopped([network, '--data', 'images:.', '--epochs', '6'], join(place, 'ab'))
    const [, printed = ''] = /train (--resume \S+)/.exec(stdout) ?? []
    ok(await call(['train', ...printed.split(' ')], join(place, 'ab')))
    ok(await run('train', network, '--data', 'images:ab', '--epochs', '6', '--out', 'whole'))
    const [folder = ''] = await readdir(join(place, 'ab', 'runs'))
    expect(await weightsOf(join('ab', 'runs', folder))).toEqual(await weightsOf('whole'))
  })

  it('without the model that it started from', async () => {
    ok(await train('--data', 'images:ab', '--epochs', '2', '--out', 'base'))
    // Another normalization than the data's own: it comes from the first training's pictures.
    for (const animal of ['cat', 'dog'] as const) await writeColors(join(place, 'more', animal), animal, 30, 7)
    await copyFile(join(place, 'base', 'model.lenslet'), join(place, 'base.lenslet'))
    const further = ['base.lenslet', '--data', 'images:more', '--epochs', '6']
    ok(await run('train', ...further, '--out', 'whole'))
    await stopped([...further, '--out', 'gone'])
    await stopped([...further, '--out', 'changed'])
    await rename(join(place, 'base.lenslet'), join(place, 'renamed.lenslet'))
    ok(await run('train', '--resume', 'gone'))
    expect(await weightsOf('gone')).toEqual(await weightsOf('whole'))
    await writeFile(join(place, 'base.lenslet'), 'another file')
    ok(await run('train', '--resume', 'changed'))
    expect(await weightsOf('changed')).toEqual(await weightsOf('whole'))
  })

  it('where the folder, the data, or both were moved', async () => {
    const words = [network, '--data', 'images:ab', '--epochs', '6']
    ok(await run('train', ...words, '--out', 'whole'))
    for (const out of ['runs/one', 'runs/two']) await stopped([...words, '--out', out])
    // Both: the data lies where it did, seen from the folder.
    await mkdir(join(place, 'elsewhere'))
    for (const name of ['runs', 'ab']) await rename(join(place, name), join(place, 'elsewhere', name))
    ok(await run('train', '--resume', 'elsewhere/runs/one'))
    expect(await weightsOf('elsewhere/runs/one')).toEqual(await weightsOf('whole'))
    // The data alone.
    await rename(join(place, 'elsewhere', 'ab'), join(place, 'pictures'))
    const lost = await run('train', '--resume', 'elsewhere/runs/two')
    expect(lost.stderr).toMatch(/data of the run .* is not where it was[\s\S]*--data images:FOLDER/)
    expect(lost.code).toBe(2)
    await stopped(['--resume', 'elsewhere/runs/two', '--data', 'images:pictures', '--threads', '1'].slice(0, 4)).catch(
      () => {},
    )
    ok(await run('train', '--resume', 'elsewhere/runs/two'))
    expect(await weightsOf('elsewhere/runs/two')).toEqual(await weightsOf('whole'))
  })

  it('as a run of version 1, whose data is described by its name and whose last weights are kept', async () => {
    await stopped([network, '--data', 'images:ab', '--epochs', '6', '--out', 'old'])
    const path = join(place, 'old', 'run.json')
    const { pictures: _, dataFromHere: __, options, ...rest } = JSON.parse(await readFile(path, 'utf8'))
    delete options.keep
    await writeFile(path, JSON.stringify({ ...rest, options, version: 1 }))
    const { stdout, stderr, code } = await run('train', '--resume', 'old', '--json')
    expect(code, stderr).toBe(0)
    expect(JSON.parse(stdout)).toMatchObject({ epochs: 6, keptEpoch: 6, last: null })
  })
})

describe('other images', () => {
  it('for testing are worth a notice, and change no weight', async () => {
    await cp(join(shared, 'rs'), join(place, 'rs'), { recursive: true })
    const words = [network, '--data', 'images:rs', '--epochs', '6', '--keep', 'last']
    ok(await run('train', ...words, '--out', 'whole'))
    await stopped([...words, '--out', 'rrs'])
    await copyFile(join(place, 'rs/train/dog/png0.png'), join(place, 'rs/test/cat/png0.png'))
    const resumed = await run('train', '--resume', 'rrs')
    ok(resumed)
    expect(resumed.stderr).toMatch(/test or validation images differ/)
    expect(await weightsOf('rrs')).toEqual(await weightsOf('whole'))
    expect((await run('train', '--resume', 'whole')).stderr).toMatch(/test or validation images differ/)
    expect((await run('train', '--resume', 'whole')).stderr).not.toMatch(/differ/)
  })

  it('for training are refused, also where one byte differs, or a class has another name', async () => {
    await cp(join(shared, 'rs'), join(place, 'rs'), { recursive: true })
    await stopped([network, '--data', 'images:rs', '--epochs', '6', '--out', 'rrs'])
    await cp(join(place, 'rs'), join(place, 'other'), { recursive: true })
    await copyFile(join(place, 'other/train/cat/png1.png'), join(place, 'other/train/cat/png2.png'))
    await cp(join(place, 'rs'), join(place, 'renamed'), { recursive: true })
    for (const split of ['train', 'test'])
      await rename(join(place, 'renamed', split, 'cat'), join(place, 'renamed', split, 'cow'))
    for (const data of ['other', 'renamed', 'ab']) {
      const { code, stderr } = await run('train', '--resume', 'rrs', '--data', `images:${data}`)
      expect(stderr, data).toMatch(/data differs|training images are not/)
      expect(code, data).toBe(2)
    }
  })
})

describe('what cannot work is refused before there is a folder', () => {
  it.each<[words: readonly string[], says: RegExp]>([
    [['INPUT 8x8x3 -> FC-4 -> BN -> RELU -> FC-2', '--batch', '1'], /bn1[\s\S]*--batch 2/],
    [[network, '--rate', '-1'], /rate/],
    [[network, '--optimizer', 'adam', '--momentum', '0.9'], /momentum/],
    [[network, '--schedule', 'step:every=0'], /every/],
    [[network, '--augment', 'crop8'], /crop/],
    [[network, '--batch', '1000'], /larger than the training split/],
    [[network, '--patience', '2', '--evaluate', 'end'], /evaluation after each epoch/],
    [[network, '--keep', 'best', '--evaluate', 'never'], /evaluation after each epoch/],
    [['INPUT 8x8x3 -> FC-3'], /FC-2/],
    [[network, '--out', 'ab'], /folder of the data/],
    [[network, '--out', './ab/../ab'], /folder of the data/],
    [[network, '--out', 'ab/cat'], /lies in a folder of the data/],
    [[network, '--out', 'ab/cat/new/run'], /lies in a folder of the data/],
    [[network, '--out', '/proc/lenslet/x'], /cannot make the folder/],
    [[network, '--out', ''], /--out is empty/],
    [[network, '--checkpoint-every', '0'], /everySeconds/],
    [[network, '--seed', '5000000000'], /seed/],
    [[network, '--out', 'ab/cat/png0.png'], /lies in a folder of the data/],
    [[network, '--out', 'taken'], /holds files that a run would replace[\s\S]*report\.html/],
    [[network, '--out', 'foreign', '--force'], /run\.json that is not Lenslet's/],
  ])('%j', async (words, says) => {
    await mkdir(join(place, 'taken'))
    await writeFile(join(place, 'taken', 'report.html'), 'mine')
    await mkdir(join(place, 'foreign'))
    await writeFile(join(place, 'foreign', 'run.json'), '{"name":"mine"}')
    const before = await readdir(place, { recursive: true })
    const { code, stdout, stderr } = await run('train', ...words, '--data', 'images:ab', '--epochs', '1')
    expect(stderr).toMatch(says)
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect((await readdir(place, { recursive: true })).sort()).toEqual(before.sort())
  })

  it('also where the run’s folder would lie among the images because the call comes from there', async () => {
    const inside = join(place, 'ab', 'cat')
    const { code, stderr } = await call(['train', network, '--data', 'images:..', '--epochs', '1'], inside)
    expect(stderr).toMatch(/lies in a folder of the data/)
    expect(code).toBe(2)
    expect(existsSync(join(inside, 'runs'))).toBe(false)
  })

  it('and the same folder is taken by the call that works', async () => {
    const text = 'INPUT 8x8x3 -> FC-4 -> BN -> RELU -> FC-2'
    const words = ['--data', 'images:ab', '--epochs', '1', '--out', 'bn']
    expect((await run('train', text, ...words, '--batch', '1')).code).toBe(2)
    ok(await run('train', text, ...words, '--batch', '8'))
  })

  it('and a run keeps its checkpoint where a resumption is refused', async () => {
    await stopped([network, '--data', 'images:ab', '--epochs', '6', '--out', 'kept'])
    const files = () =>
      Promise.all(['run.json', 'checkpoint.safetensors'].map((name) => readFile(join(place, 'kept', name))))
    const before = await files()
    for (const words of [['--batch', '7'], ['--rate', '1'], ['--epochs', '3'], ['--out', 'new'], ['--force']]) {
      const { code, stderr } = await run('train', '--resume', 'kept', ...words)
      expect(code, `${words} ${stderr}`).toBe(2)
    }
    expect(await files()).toEqual(before)
  })
})

describe('a folder that holds a run', () => {
  it('is replaced by --force, with what is not the run’s left alone', async () => {
    ok(await train('--data', 'images:ab', '--epochs', '1', '--out', 'run'))
    await writeFile(join(place, 'run', 'notes.txt'), 'mine')
    const again = await train('--data', 'images:ab', '--epochs', '2', '--out', 'run')
    expect(again.stderr).toMatch(/holds a run already[\s\S]*--force/)
    ok(await train('--data', 'images:ab', '--epochs', '2', '--out', 'run', '--force'))
    expect(await readFile(join(place, 'run', 'notes.txt'), 'utf8')).toBe('mine')
    expect(JSON.parse(await readFile(join(place, 'run', 'run.json'), 'utf8'))).toMatchObject({ options: { epochs: 2 } })
  })

  it('is taken away where the training could not begin, with the folders that were made for it', async () => {
    const model = await Model.create(parse(network), { threads: 1 })
    await writeFile(join(place, 'nan.lenslet'), oldFile(model, { 'fc1.bias': [Number.NaN, 0] }))
    // Finite, but too large for the first step.
    model.weights.set(
      'fc1.filters',
      model.weights.get('fc1.filters').map((_, i) => (i % 2 === 0 ? 3e38 : -3e38)),
    )
    await model.save(join(place, 'large.lenslet'))
    await model.dispose()
    const refused = await run('train', 'nan.lenslet', '--data', 'images:ab', '--epochs', '1', '--out', 'a/b')
    expect(refused.stderr).toMatch(/fc1\.bias has an invalid value/)
    expect(refused.code).not.toBe(0)
    const { code, stderr } = await run('train', 'large.lenslet', '--data', 'images:ab', '--epochs', '1', '--out', 'a/b')
    expect(stderr).toMatch(/not finite/)
    expect(code).toBe(1)
    expect(existsSync(join(place, 'a'))).toBe(false)
  })
})

describe('the best weights', () => {
  it('are in the model file, the last ones beside it, and both are named', async () => {
    // The rate is far too high, so the loss jumps up and down.
    const words = ['--data', 'images:ab', '--epochs', '8', '--rate', '0.3', '--schedule', 'constant', '--out', 'run']
    const { stdout, stderr, code } = await train(...words, '--json')
    expect(code, stderr).toBe(0)
    const summary = JSON.parse(stdout)
    const lines = (await readFile(join(place, 'run', 'metrics.jsonl'), 'utf8')).trimEnd().split('\n')
    const epochs = lines.map((line) => JSON.parse(line)).filter(({ kind }) => kind === 'epoch')
    const best = epochs.reduce((a, b) => (b.testLoss < a.testLoss ? b : a))
    expect(best.epoch).toBeLessThan(8)
    expect(summary).toMatchObject({ best: { epoch: best.epoch, split: 'test' }, keptEpoch: best.epoch })
    expect(summary.testLoss).toBe(best.testLoss)
    const losses: number[] = []
    for (const file of ['model.lenslet', 'last.lenslet']) {
      const outcome = await run('eval', join('run', file), '--data', 'images:ab', '--json')
      losses.push(JSON.parse(outcome.stdout).loss)
    }
    expect(losses).toEqual([best.testLoss, epochs[7].testLoss])
    const { info } = decodeModel(new Uint8Array(await readFile(join(place, 'run', 'model.lenslet'))))
    expect(info.origin).toMatch(`weights of epoch ${best.epoch}`)
  })
})
