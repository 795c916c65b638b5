/** What rows with runs start from: data, an undisturbed run, and the operations on files that it made. */

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Context, describe, type Finding, type Outcome } from '../row.ts'
import { undisturbedRun, type Whole, writeData } from './training.ts'

export interface Prepared {
  readonly data: string
  readonly undisturbed: Whole
  /** Milliseconds of the undisturbed run, with the start of the process. */
  readonly duration: number
  /** Numbers of the operations at which something changes: of many writes to one file, the first and the last. */
  readonly moments: readonly number[]
}

const made = new Map<string, Promise<Prepared>>()

/** Once for all rows. */
export function prepareRuns({ shared }: Context): Promise<Prepared> {
  const prepared = made.get(shared) ?? prepare(shared)
  made.set(shared, prepared)
  return prepared
}

async function prepare(folder: string): Promise<Prepared> {
  const [data, log] = [join(folder, 'data'), join(folder, 'operations')]
  writeData(data)
  const began = performance.now()
  const undisturbed = await undisturbedRun(data, join(folder, 'undisturbed'), log)
  const duration = performance.now() - began
  const operations = readFileSync(log, 'utf8').trim().split('\n')
  const isInside = (_: string, at: number) =>
    operations[at] === operations[at - 1] && operations[at] === operations[at + 1]
  const moments = operations.flatMap((line, at) => (isInside(line, at) ? [] : [at + 1]))
  return { data, undisturbed, duration, moments }
}

/**
 * Trials with processes, two at a time; `trial` returns how many of what the row counts it made.
 * `what` is counted until `count` is reached.
 */
export async function inTurn(
  { count, until, progress }: Context,
  trial: (number: number) => Promise<number>,
  figures: () => Readonly<Record<string, string>> = () => ({}),
): Promise<Outcome> {
  const findings: Finding[] = []
  let tried = 0
  let next = 0
  const worker = async () => {
    while (tried < count && Date.now() < until && findings.length < 25) {
      const number = next++
      try {
        tried += await trial(number)
      } catch (error) {
        tried++
        findings.push({ trial: number, what: describe(error) })
      }
      progress(tried, findings.length)
    }
  }
  await Promise.all([worker(), worker()])
  return { tried, findings, figures: figures() }
}
