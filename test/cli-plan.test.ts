// `lenslet plan`: recomputation, the arena as a picture, advice, and two networks side by side.

import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { columnsOf } from '../src/inspect/shorten.ts'
import { printCount } from '../src/inspect/units.ts'
import { plan } from '../src/plan/plan.ts'
import { zoo } from '../src/zoo/zoo.ts'
import { call, side, writeBars } from './fixtures/cli.ts'

let place = ''
beforeAll(async () => {
  place = await mkdtemp(join(tmpdir(), 'lenslet-plan-'))
})
afterAll(() => rm(place, { recursive: true }))
afterEach(() => {
  vi.unstubAllEnvs()
})

const run = (...words: string[]) => call(['plan', ...words, '--threads', '1'], place)
const json = async (...words: string[]) => {
  const { code, stdout } = await run(...words, '--json')
  expect(code).toBe(0)
  return JSON.parse(stdout)
}

describe('--recompute', () => {
  it('states memory, MACs and the largest batch as the library does', async () => {
    const value = await json('resnet20', '--batch', '32', '--recompute', '--memory', '30MB')
    const options = { mode: 'training', optimizer: 'adam', batch: 32 } as const
    const made = plan(zoo.network('resnet20'), { ...options, recompute: { memory: 30 * 2 ** 20 } })
    expect(value.memory.recomputed).toEqual(made.memory)
    expect(value.memory.recomputed.arenaBytes).toBeLessThanOrEqual(30 * 2 ** 20)
    expect(value.recomputation).toEqual(made.recomputation)
    expect(value.maxBatch.recomputing).toBeGreaterThan(value.maxBatch.training)
    const { stdout } = await run('resnet20', '--batch', '32', '--recompute', '--memory', '30MB')
    expect(stdout).toMatch(/^recomputing: 2[\d.]+ MiB instead of [\d.]+ MiB \([\d.]+ %\) for [\d,]+ more MACs a step/m)
  })

  it('says what it takes at least where the memory is too small', async () => {
    const { notices } = await json('resnet20', '--batch', '32', '--recompute', '--memory', '1MB')
    expect(notices).toContainEqual(
      expect.stringMatching(/^training with batch 32 takes at least .* MiB \([\d,]+ bytes\), more than 1\.00 MiB/),
    )
  })
})

describe('train --recompute', () => {
  it('trains the same model in the memory that plan says, and tells in its report', async () => {
    const net = `INPUT ${side}x${side}x1 -> [CONV3-16 nobias -> BN -> RELU]*6 -> FC-10`
    await writeBars(join(place, 'bars'), { train: 128, test: 32 })
    const words = ['train', net, '--data', 'mnist:bars', '--epochs', '1', '--batch', '64', '--threads', '1', '--json']
    const plain = await call([...words, '--out', 'plain'], place)
    const again = await call([...words, '--out', 'again', '--recompute'], place)
    expect([plain.code, again.code]).toEqual([0, 0])
    const model = (folder: string) => readFile(join(place, folder, 'model.lenslet'))
    // The network, its weights and its description: all but the time at which it was made.
    expect((await model('again')).subarray(-1000)).toEqual((await model('plain')).subarray(-1000))
    const report = await readFile(join(place, 'again', 'report.html'), 'utf8')
    const { memory } = await json(net, '--batch', '64', '--recompute', '--optimizer', 'adam')
    expect(memory.recomputed.arenaBytes).toBeLessThan(0.75 * memory.training.arenaBytes)
    expect(report).toContain(`${printCount(memory.recomputed.arenaBytes)}</td>`)
    expect(report).toContain('computed again</text>')
    expect(report).toMatch(/recomputation<\/th>[\s\S]*instead of/)
    expect(JSON.parse(await readFile(join(place, 'again', 'run.json'), 'utf8')).options.recompute).toBe(true)
  })

  it('refuses what is no amount of memory', async () => {
    const { code, stderr } = await call(['train', 'lenet5', '--data', 'mnist:bars', '--recompute', '4'], place)
    expect(code).toBe(2)
    expect(stderr).toMatch(/--recompute 4 has no unit[\s\S]*did you mean 4GB/)
  })
})

describe('the arena over time', () => {
  it('is a picture that names the fullest step', async () => {
    const { code, stdout } = await run('resnet20', '--batch', '8', '--recompute', '--svg', 'arena.svg')
    expect(code).toBe(0)
    expect(stdout).toContain('arena.svg')
    const svg = await readFile(join(place, 'arena.svg'), 'utf8')
    const { fullest } = await json('resnet20', '--batch', '8')
    expect(fullest.training).toMatchObject({ phase: expect.any(String), layer: expect.any(String) })
    expect(svg).toMatch(/^<svg [^>]*viewBox="0 0 1040 520"/)
    expect(svg).toMatch(/fullest at step \d+ of \d+, in the .*: \S+ of \S+, [\d.]+ MiB in use of [\d.]+ MiB/)
    for (const word of ['activations', 'computed again', 'gradients', 'optimizer state', 'forward', 'scores'])
      expect(svg).toContain(`>${word}</text>`)
  })

  it.each(['40', '80'])('is drawn with blocks in %s columns', async (columns) => {
    vi.stubEnv('COLUMNS', columns)
    const { stdout } = await run('lenet5', '--batch', '64', '--arena')
    const lines = stdout.split('\n')
    expect(Math.max(...lines.map(columnsOf))).toBeLessThanOrEqual(Number(columns))
    expect(lines.filter((line) => line.includes('│')).length).toBeGreaterThanOrEqual(14)
  })

  it('is refused for two networks', async () => {
    const { code, stderr } = await run('lenet5', 'cifar-small', '--svg', 'two.svg')
    expect(code).toBe(2)
    expect(stderr).toMatch(/--svg draws one network/)
  })
})

describe('advice', () => {
  it('comes with numbers, as text and as JSON', async () => {
    const { stdout } = await run('vgg16')
    expect(stdout).toMatch(/^Advice:\n {2}fc1 reads a 7×7×512 map and holds 102,764,544 of 138,357,544 parameters/m)
    const { advice } = await json('vgg16')
    expect(advice.map(({ id }: { id: string }) => id)).toEqual(['first-fc', 'early-activations'])
    expect(advice[0].numbers).toEqual({ parameters: 102_764_544, of: 138_357_544, pooled: 2_101_248 })
  })

  it('names the batch that fits, and the one that does with recomputation', async () => {
    const { advice, maxBatch } = await json('resnet20', '--batch', '300', '--memory', '200MB', '--recompute')
    const found = advice.find(({ id }: { id: string }) => id === 'batch')
    expect(found.numbers).toMatchObject({
      batch: 300,
      largest: maxBatch.training,
      largestRecomputing: maxBatch.recomputing,
    })
    expect(found.advice).toContain(`batch ${maxBatch.training} fits; with --recompute batch 300 fits in`)
  })
})

describe('two networks', () => {
  it('stand side by side, without times that nobody measured', async () => {
    const { code, stdout } = await run('resnet18', 'mobilenet-v2')
    expect(code).toBe(0)
    expect(stdout).toMatch(/resnet18 +mobilenet-v2 +ratio/)
    expect(stdout).toMatch(/^parameters +11,689,512 +3,504,872 +×0\.300$/m)
    expect(stdout).toMatch(/^the last map sees, pixels +435 +491 /m)
    expect(stdout).toMatch(/^memory, training +[\d.]+ MiB +[\d.]+ MiB /m)
    expect(stdout).not.toMatch(/ms /)
    expect(stdout).toContain('--time measures them on this machine')
  })

  it('are two values as JSON, each as it is alone', async () => {
    const { networks } = await json('lenet5', 'cifar-small')
    expect(networks).toEqual([await json('lenet5'), await json('cifar-small')])
  })

  it('are measured with --time', async () => {
    const { networks } = await json('lenet5', 'INPUT 8x8x1 -> FC-4', '--time', '--batch', '4')
    for (const { times } of networks) {
      expect(times.inference).toMatchObject({ kind: 'predict', batch: 4, threads: 1 })
      expect(times.training.milliseconds).toBeGreaterThan(0)
      expect(times.training.runs).toBeGreaterThanOrEqual(5)
    }
  })
})
