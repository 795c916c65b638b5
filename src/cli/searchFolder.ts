/**
 * A search's folder: `search.json` says what is tried on what and what was found so far; each trial is the folder of a run. Every
 * file is whole at every moment, so that `--resume` needs nothing else but the data.
 */

import { existsSync } from 'node:fs'
import { join } from 'node:path'
import * as z from 'zod'
import { platform } from '#platform'
import { parseJson } from '../core/json.ts'
import { printable } from '../core/text.ts'
import { runFileLimit } from '../data/node/runMark.ts'
import { readRegularFile } from '../platform/regularFile.ts'
import { systemReason } from '../platform/systemErrors.ts'
import { UsageError } from './errors.ts'

const share = z.number().min(0).max(1)
const whole = z.number().int().min(0)
const name = z.string().max(1000)
const trySchema = z.union([
  z.strictObject({
    kind: z.literal('range'),
    low: z.number(),
    high: z.number(),
    scale: z.enum(['log', 'linear']),
    step: z.number().positive().optional(),
  }),
  z.strictObject({ kind: z.literal('words'), words: z.array(z.string()).min(2) }),
])
const resultSchema = z.strictObject({
  trial: whole,
  /** At the end of which rung, from 0: who goes on to the next is decided by these. */
  rung: whole,
  /** Trained so far. */
  epochs: whole,
  /** On the images that are watched: of the best epoch so far, and that epoch. */
  loss: z.number().optional(),
  accuracy: share.optional(),
  epoch: whole.optional(),
  seconds: z.number().min(0),
  /** Why it cannot go on. */
  failed: z.string().optional(),
})
const schema = z.strictObject({
  format: z.literal('lenslet.search'),
  version: z.literal(1),
  net: z.string(),
  name: name.optional(),
  variables: z.array(name),
  data: z.string(),
  space: z.record(name, trySchema),
  trials: z.number().int().min(1).max(100_000),
  epochs: z.number().int().min(1),
  keep: z.number().min(1.5),
  first: z.number().int().min(1).optional(),
  by: z.enum(['loss', 'accuracy']),
  seed: z.number().int(),
  /** What the command line says besides; `train` checks it. */
  call: z.looseObject({}),
  began: z.string(),
  results: z.array(resultSchema),
})

export type SearchState = z.infer<typeof schema>
export type RungResult = z.infer<typeof resultSchema>
export type TrialResult = Omit<RungResult, 'rung'>

export const searchFile = (folder: string) => join(folder, 'search.json')
export const reportFile = (folder: string) => join(folder, 'report.html')

/** `trial-003` of the third trial, whose number is 2. */
export function trialFolder(folder: string, trial: number): string {
  return join(folder, `trial-${`${trial + 1}`.padStart(3, '0')}`)
}

export async function writeSearch(folder: string, state: SearchState): Promise<void> {
  const bytes = new TextEncoder().encode(`${JSON.stringify(schema.parse(state), null, 2)}\n`)
  await platform.writeFileAtomic(searchFile(folder), bytes)
}

/** Throws `UsageError` where the folder is no search. */
export async function readSearch(folder: string): Promise<SearchState> {
  const path = searchFile(folder)
  const refuse = (received: string, cause?: unknown) =>
    new UsageError(`${printable(folder)} is not the folder of a search`, {
      received,
      expected: 'a folder that lenslet search made',
      advice: 'name the folder that holds search.json',
      cause,
    })
  if (!existsSync(path)) throw refuse(`no ${path}`)
  const bytes = await readRegularFile(path, runFileLimit).catch((cause: unknown) => {
    throw refuse(`${path}: ${systemReason(cause).received}`, cause)
  })
  let value: unknown
  try {
    value = parseJson(new TextDecoder().decode(bytes))
  } catch (cause) {
    throw refuse(`${path} is not JSON`, cause)
  }
  const parsed = schema.safeParse(value)
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  throw refuse(`${path}, at ${issue?.path.join('.') || 'the top'}: ${issue?.message}`)
}
