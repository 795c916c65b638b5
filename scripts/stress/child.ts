/**
 * The child process of a row of trials. Says each finding as a line of JSON on stdout, and keeps the number of the trial at
 * hand in a file, which whoever started it reads: a trial that hangs or crashes cannot report itself.
 */

import { openSync, writeSync } from 'node:fs'
import { describe } from './row.ts'
import { trialRows } from './trialRows.ts'

export interface ChildCall {
  readonly row: string
  readonly seed: number
  readonly from: number
  readonly to: number
  readonly folder: string
  /** File of the number of the trial at hand. */
  readonly at: string
  /** Only the input of the first trial is wanted, for a finding of these words. */
  readonly drawn?: string
}

/** A line of the child. */
export type ChildLine =
  | { readonly kind: 'ready' }
  | { readonly kind: 'finding'; readonly trial: number; readonly what: string; readonly input?: string }
  | {
      readonly kind: 'words'
      readonly words: Readonly<Record<string, number>>
      /** MiB and milliseconds so far. */
      readonly peak: number
      readonly slowest: number
    }
  | {
      readonly kind: 'end'
      readonly figures: Readonly<Record<string, string>>
    }

const call = JSON.parse(process.argv[2] ?? '') as ChildCall
const row = trialRows.find(({ name }) => name === call.row)
if (row === undefined) throw new Error(`no row ${call.row}`)

const say = (line: ChildLine) => writeSync(1, `${JSON.stringify(line)}\n`)
const place = openSync(call.at, 'w')
const number = new Float64Array(1)
const bytes = new Uint8Array(number.buffer)
const mark = (trial: number) => {
  number[0] = trial
  writeSync(place, bytes, 0, 8, 0)
}

let trial = call.from
// A promise that nobody waits for belongs to the trial at hand.
process.on('unhandledRejection', (error) => void say({ kind: 'finding', trial, what: `unhandled: ${describe(error)}` }))

const trials = await row.prepare(call.seed, call.folder)
if (call.drawn !== undefined) {
  const input = await trials.input?.(trial, 'as drawn')
  say({ kind: 'finding', trial, what: call.drawn, ...(input && { input: Buffer.from(input).toString('base64') }) })
  process.exit(0)
}
say({ kind: 'ready' })
const mebibytes = () => process.resourceUsage().maxRSS / 1024
const start = mebibytes()
let allowed = start + row.memory
let slowest = 0
// Said often, so that little is lost if the process ends.
let words: Record<string, number> = {}
const sayWords = () => {
  say({ kind: 'words', words, peak: mebibytes() - start, slowest })
  words = {}
}
for (; trial < call.to; trial++) {
  mark(trial)
  const began = performance.now()
  try {
    const word = await trials.run(trial)
    words[word] = (words[word] ?? 0) + 1
  } catch (error) {
    const input = await trials.input?.(trial, 'reduced')
    const kept = input === undefined ? {} : { input: Buffer.from(input).toString('base64') }
    say({ kind: 'finding', trial, what: describe(error), ...kept })
  }
  if (trial % 50 === 0) sayWords()
  slowest = Math.max(slowest, performance.now() - began)
  if (mebibytes() <= allowed) continue
  say({ kind: 'finding', trial, what: `took ${Math.round(mebibytes() - start)} MiB, where ${row.memory} are allowed` })
  allowed = mebibytes() + row.memory
}
mark(call.to)
let figures = {}
try {
  figures = (await trials.end?.()) ?? {}
} catch (error) {
  say({ kind: 'finding', trial: call.to, what: `at the end: ${describe(error)}` })
}
sayWords()
say({ kind: 'end', figures })
// What keeps a process alive is a leak, and `end` looks for those; here it would only be a hang.
process.exit(0)
