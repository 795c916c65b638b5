// Folders of pictures on the command line: how they are split, what is left out, and what is said of it.

import { mkdtemp, rm, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { addFiles, numbered } from '../src/data/testing/folders.ts'
import { call } from './fixtures/cli.ts'

let place = ''
beforeAll(async () => {
  place = await mkdtemp(join(tmpdir(), 'lenslet-cli-data-'))
  await addFiles(place, {
    ...numbered('photos/cat', 20, 20),
    ...numbered('photos/dog', 20, 100),
    'photos/dog/x.bmp': 'BM',
    ...numbered('broken/cat', 5, 20),
    ...numbered('broken/dog', 5, 100),
    ...numbered('split/train/cat', 3, 20),
    ...numbered('split/valid/cat', 2, 100),
    ...numbered('split/test/cat', 2, 200),
    ...numbered('home/pets/cat', 2, 20),
    ...numbered('home/pets/dog', 2, 100),
    'flat/1.png': 1,
    'bad.csv': 'file,label\ncat/0.png,a\ncat/77.png,b\n',
    'labels.csv': `file,label\n${Array.from({ length: 20 }, (_, i) => `cat/${i},${i % 2 ? 'odd' : 'even'}`).join('\n')}`,
  })
  for (const file of ['cat/1.png', 'dog/3.png']) await truncate(join(place, 'broken', file), 50)
  await writeFile(join(place, 'broken', 'dog', '4.png'), '')
})
afterAll(() => rm(place, { recursive: true }))

const network = 'INPUT 3x3x3 -> FC-2'
const run = (...words: string[]) => call(words, place)
/** Trains for an epoch; `data` with its options. */
const train = (out: string, ...data: string[]) =>
  run('train', network, '--epochs', '1', '--batch', '2', '--out', out, '--json', '--data', ...data)
const usedBy = ({ stderr }: { stderr: string }) => Number(/ on (\d+) images of /.exec(stderr)?.[1])

describe('a folder of images', () => {
  it('is split as the options say, in the training and in the command that evaluates it', async () => {
    const options = ['--test-fraction', '0.5', '--split-seed', '3', '--memory-limit', '40KB']
    const trained = await train('half', 'images:photos', ...options)
    expect(trained).toMatchObject({ code: 0 })
    const { next, notices } = JSON.parse(trained.stdout)
    expect(next[1]).toMatch(/--test-fraction 0\.5 --split-seed 3 --memory-limit 40960B$/)
    expect(notices).toEqual([
      { kind: 'left out', count: 1, message: expect.stringMatching(/ending in \.bmp is not read/) },
    ])
    expect(trained.stderr).toMatch(/^note: 1 file ending in \.bmp/m)
    const tested = await run('eval', 'half', '--data', 'images:photos', ...options, '--json')
    expect(JSON.parse(tested.stdout)).toMatchObject({ count: 20, notices })
    // Without options the run's own split is taken: another one would test on images that it was trained on.
    const same = await run('eval', 'half', '--data', 'images:photos', '--json')
    expect(JSON.parse(same.stdout).count).toBe(20)
  })

  it('gives validation images, too', async () => {
    const trained = await train('validated', 'images:photos', '--validation', '0.25')
    expect(trained).toMatchObject({ code: 0 })
    expect(usedBy(trained)).toBe(40 - 8 - 10)
  })

  it('is read from the disk where it does not fit into memory, with the same result', async () => {
    vi.stubEnv('XDG_CACHE_HOME', join(place, 'cache'))
    const words = [
      '--validation',
      '0.25',
      '--augment',
      'alternating-flip,mixup0.2,rotate10',
      '--class-weights',
      'balanced',
    ]
    // 40 images of 27 bytes; decoding one takes less.
    const stored = await train('stored', 'images:photos', ...words, '--memory-limit', '1000B')
    vi.unstubAllEnvs()
    expect(stored).toMatchObject({ code: 0 })
    expect(stored.stderr).toMatch(/more than the memory limit/)
    const kept = await train('kept', 'images:photos', ...words)
    const { testLoss, trainLoss, validationLoss } = JSON.parse(kept.stdout)
    expect(JSON.parse(stored.stdout)).toMatchObject({ testLoss, trainLoss, validationLoss })
  })

  it('has the labels of a table', async () => {
    const trained = await train('labelled', 'images:photos', '--labels', 'labels.csv', '--validation', '0.2')
    expect(trained).toMatchObject({ code: 0 })
    expect(usedBy(trained)).toBe(12)
    const { next } = JSON.parse(trained.stdout)
    expect(next[1]).toMatch(/--labels .*labels\.csv --validation 0\.2$/)
  })

  it('is found in the home folder', async () => {
    vi.stubEnv('HOME', join(place, 'home'))
    const trained = await train('home-run', 'images:~/pets')
    vi.unstubAllEnvs()
    expect(trained).toMatchObject({ code: 0 })
    expect(usedBy(trained)).toBe(2)
  })

  it('is read without its broken images where that is asked for; else all are named', async () => {
    const refused = await train('broken-run', 'images:broken')
    expect(refused).toMatchObject({ code: 1, stdout: '' })
    expect(refused.stderr).toMatch(
      /3 of the 10 images[\s\S]*1\.png: damaged[\s\S]*3\.png: damaged[\s\S]*4\.png: the file is empty/,
    )
    expect(refused.stderr).toMatch(/--skip-bad/)
    const trained = await train('broken-run', 'images:broken', '--skip-bad')
    expect(trained).toMatchObject({ code: 0 })
    expect(JSON.parse(trained.stdout).notices).toContainEqual(expect.objectContaining({ kind: 'broken', count: 3 }))
  })

  it.each<[words: string[], code: number, says: RegExp]>([
    [['images:photos', '--test-fraction', '1'], 2, /--test-fraction[\s\S]*from 0 to below 1/],
    [['images:photos', '--validation', '0.9'], 2, /no image is left for training/],
    [['images:split', '--test-fraction', '0.1'], 2, /testFraction has no effect/],
    [['images:split', '--validation', '0.1'], 2, /validationFraction has no effect/],
    [['mnist', '--test-fraction', '0.1'], 2, /testFraction has no effect: mnist has test images of its own/],
    [['images:photos', '--split-seed', '1.5'], 2, /--split-seed[\s\S]*whole number/],
    [['images:photos', '--memory-limit', '100B'], 1, /the limit for decoding is 100 bytes[\s\S]*--skip-bad/],
    [['images:photos', '--labels', 'bad.csv'], 1, /bad\.csv, line 3: there is no image cat\/77\.png/],
    [['mnist', '--labels', 'bad.csv'], 2, /labels have no effect: mnist has labels of its own/],
    [['images:photos', '--class-weights', 'cow=2'], 2, /names a class that there is not[\s\S]*cow/],
    [['images:photos', '--memory-limit', 'much'], 2, /--memory-limit[\s\S]*4GB/],
    [['images:flat'], 2, /has no class folders[\s\S]*1 image and no folders/],
  ])('%j is refused', async (words, code, says) => {
    const refused = await train('never', ...words)
    expect(refused.stderr).toMatch(says)
    expect(refused).toMatchObject({ code, stdout: '' })
  })
})
