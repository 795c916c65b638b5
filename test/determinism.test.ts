// Same seed, same bits: whatever the number of threads, and when the training is killed or stopped in between.
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import type { Dataset } from '../src/data/dataset.ts'
import type { MetricsRecord } from '../src/train/metrics.ts'
import { everything, trainDigits, writeDigits } from './fixtures/digits.ts'

let folder = ''
let data: Dataset
let expected = ''
let records: readonly object[] = []

/** Times differ, of course. */
async function readRecords(path: string): Promise<readonly object[]> {
  const lines = (await readFile(path, 'utf8')).trimEnd().split('\n')
  return lines.map((line) => ({ ...(JSON.parse(line) as MetricsRecord), seconds: 0, waited: 0 }))
}

beforeAll(async () => {
  // The steps are short: without being told, the calling thread would run most of them by itself.
  vi.stubEnv('LENSLET_SHARE', 'always')
  folder = await mkdtemp(join(tmpdir(), 'lenslet-'))
  const metrics = join(folder, 'whole.jsonl')
  data = await writeDigits(folder)
  expected = await trainDigits(data, { threads: 2, metrics })
  records = await readRecords(metrics)
}, 60_000)
afterAll(async () => {
  vi.unstubAllEnvs()
  await rm(folder, { recursive: true })
})

describe('the same bits', () => {
  it.each([1, 3])('with %d threads as with 2', async (threads) => {
    expect(await trainDigits(data, { threads })).toBe(expected)
  })

  it('but other bits with another seed', async () => {
    expect(await trainDigits(data, { seed: 6 })).not.toBe(expected)
  })

  it('after SIGKILL at random moments', async () => {
    const place = await mkdtemp(join(folder, 'killed-'))
    const moments: number[] = []
    let steps = [0, 0]
    let killed = 0
    for (let attempt = 0; attempt < 3; attempt++) {
      const child = start(place)
      await child.firstStep
      const moment = Math.random() * 250
      moments.push(moment)
      await sleep(moment)
      child.process.kill('SIGKILL')
      const { signal, lastStep, firstStep } = await child.ended
      steps = [firstStep, lastStep]
      if (signal === 'SIGKILL') killed++
    }
    const { code, output } = await start(place).ended
    const when = `killed after ${moments.map((moment) => moment.toFixed(1)).join(', ')} ms of training, at step ${steps}`
    expect(code, `${when}: ${output}`).toBe(0)
    expect(output, when).toMatch(new RegExp(`hash ${expected}\n$`))
    expect(await readRecords(join(place, 'run.jsonl')), when).toEqual(records)
    // Had all of them ended by themselves, nothing would have been tested.
    expect(killed, when).toBeGreaterThan(0)
  }, 60_000)

  it('after SIGKILL, with groups, accumulation, means of the weights and starts', async () => {
    const whole = await trainDigits(data, { ...everything, threads: 2 })
    const place = await mkdtemp(join(folder, 'everything-'))
    const first = start(place, 'everything')
    await first.firstStep
    await sleep(100)
    first.process.kill('SIGKILL')
    const { signal } = await first.ended
    const { code, output } = await start(place, 'everything').ended
    expect([code, signal], output).toEqual([0, 'SIGKILL'])
    expect(output).toMatch(new RegExp(`hash ${whole}\n$`))
  }, 60_000)

  it('after Ctrl-C', async () => {
    const place = await mkdtemp(join(folder, 'stopped-'))
    const first = start(place)
    await first.firstStep
    first.process.kill('SIGINT')
    const stopped = await first.ended
    expect(stopped).toMatchObject({ code: 0, signal: null })
    expect(stopped.output).toMatch(/aborted\n$/)
    const { output, firstStep } = await start(place).ended
    expect(firstStep).toBeGreaterThanOrEqual(stopped.lastStep)
    expect(output).toMatch(new RegExp(`hash ${expected}\n$`))
    expect(await readRecords(join(place, 'run.jsonl'))).toEqual(records)
  }, 60_000)
})

interface Ended {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly output: string
  /** Of the first and of the last line. */
  readonly firstStep: number
  readonly lastStep: number
}

function start(place: string, what = ''): { process: ChildProcess; firstStep: Promise<void>; ended: Promise<Ended> } {
  const script = join(import.meta.dirname, 'fixtures/train-child.ts')
  const child = spawn(process.execPath, ['--conditions=lenslet-source', script, folder, place, what], {
    cwd: join(import.meta.dirname, '..'),
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  const ended = new Promise<Ended>((resolve) => {
    child.on('close', (code, signal) => {
      const steps = [...output.matchAll(/^step (\d+)$/gm)].map((match) => Number(match[1]))
      resolve({ code, signal, output, firstStep: steps[0] ?? -1, lastStep: steps.at(-1) ?? -1 })
    })
  })
  const firstStep = new Promise<void>((resolve) => {
    child.stdout.on('data', (chunk) => {
      output += chunk
      resolve()
    })
    child.stderr.on('data', (chunk) => {
      output += chunk
    })
    void ended.then(() => resolve())
  })
  return { process: child, firstStep, ended }
}
