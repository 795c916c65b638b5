/** A training that takes a second and uses everything that has to survive: optimizer state, statistics, random numbers. */

import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Random } from '../../../src/core/random.ts'
import { mnistFiles } from '../../../src/data/mnist.ts'
import { decodeModel } from '../../../src/model/file.ts'
import { idxFile } from '../fuzz/idxFile.ts'
import { expectThat } from '../row.ts'
import { type Ended, run, saidBy } from './command.ts'
import type { HookSettings } from './hook.ts'

const side = 8
const network = `INPUT ${side}x${side}x1 -> CONV3-4 -> BN -> RELU -> POOL2 -> DROPOUT 0.1 -> FC-10`
const counts = { train: 32, test: 8 } as const

/** Noise and labels: what is learned does not matter, only that it is the same. */
export function writeData(folder: string): void {
  mkdirSync(folder, { recursive: true })
  const random = Random.seeded(1, 'stress')
  for (const split of ['train', 'test'] as const) {
    const count = counts[split]
    const bytes = (length: number, below: number) => Uint8Array.from({ length }, () => random.integer(below))
    writeFileSync(
      join(folder, mnistFiles[`${split}Images`]),
      idxFile([count, side, side], bytes(count * side * side, 256)),
    )
    writeFileSync(join(folder, mnistFiles[`${split}Labels`]), idxFile([count], bytes(count, 10)))
  }
}

/** A checkpoint after each step: two epochs of two steps. */
export function trainWords(data: string, out: string): readonly string[] {
  const settings = '--epochs 2 --batch 16 --augment crop1 --threads 1 --seed 1 --checkpoint-every 1e-6'.split(' ')
  return ['train', network, '--data', `mnist:${data}`, '--out', out, ...settings]
}

export const resumeWords = (out: string): readonly string[] => [
  ...['train', '--resume', out, '--threads', '1', '--checkpoint-every', '1e-6'],
]

/** Resumes the run, or starts it if there is none yet. */
export function goOn(data: string, out: string, hook?: HookSettings): Promise<Ended> {
  return run(existsSync(join(out, 'run.json')) ? resumeWords(out) : trainWords(data, out), hook)
}

/** What a finished run must have, however often it was stopped. */
export interface Whole {
  readonly weights: string
  readonly files: readonly string[]
  readonly records: readonly string[]
}

export function readWhole(out: string): Whole {
  const { tensors, info } = decodeModel(new Uint8Array(readFileSync(join(out, 'model.lenslet'))))
  const weights = [...tensors].map(
    ([name, { values }]) => `${name} ${Buffer.from(values.slice().buffer).toString('hex')}`,
  )
  const records = readFileSync(join(out, 'metrics.jsonl'), 'utf8').trim().split('\n')
  return {
    weights: `${weights.join('\n')}\n${JSON.stringify(info.normalization)}`,
    files: readdirSync(out).sort(),
    // Only the time differs.
    records: records.map((line) => JSON.stringify({ ...JSON.parse(line), seconds: 0, waited: 0 })),
  }
}

/** Throws `Wrong` with the difference from the undisturbed run. */
export function checkWhole(ended: Ended, out: string, undisturbed: Whole): void {
  expectThat(ended.code === 0, `the run cannot be finished: ${saidBy(ended)}`)
  const { weights, files, records } = readWhole(out)
  expectThat(weights === undisturbed.weights, 'the weights differ')
  expectThat(`${files}` === `${undisturbed.files}`, `files: ${files.join(' ')}`)
  expectThat(`${records}` === `${undisturbed.records}`, `metrics: ${records.length} records, or other ones`)
}

export async function undisturbedRun(data: string, out: string, log?: string): Promise<Whole> {
  const ended = await run(
    trainWords(data, out),
    log === undefined ? undefined : { folder: out, at: 0, action: '', log },
  )
  expectThat(ended.code === 0, `an undisturbed run fails: ${saidBy(ended)}`)
  return readWhole(out)
}
