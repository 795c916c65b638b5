/** One trial of a search: a run of `lenslet train` that pauses at the end of each rung, and goes on from its checkpoint. */

import { existsSync } from 'node:fs'
import { readFile, rm } from 'node:fs/promises'
import { MemoryError } from '../backends/wasm/errors.ts'
import { ArgumentError } from '../core/errors.ts'
import { AugmentationError } from '../data/errors.ts'
import { NetworkError, SizeError } from '../network/errors.ts'
import { NotationError } from '../notation/errors.ts'
import { watchedOf } from '../train/best.ts'
import { DivergedError } from '../train/errors.ts'
import type { EpochRecord } from '../train/metrics.ts'
import type { Progress } from '../train/progress.ts'
import { recordSchema } from '../train/state.ts'
import { UsageError } from './errors.ts'
import type { Interrupt } from './interrupt.ts'
import { filesOf, type RunFiles } from './runFolder.ts'
import type { TrialResult } from './searchFolder.ts'
import { Terminal } from './terminal.ts'
import { newTask, resumedTask, type TrainCall, work } from './train.ts'
import { TrainProgress } from './trainProgress.ts'

export interface Trial {
  readonly trial: number
  readonly folder: string
  /** The network, its variables replaced. */
  readonly net: string
  readonly name: string | undefined
  /** All options of the training. */
  readonly call: TrainCall
  /** Of a whole training. */
  readonly epochs: number
}

/** Errors that are those of the trial's values, and not of the search. */
const ownErrors = [
  DivergedError,
  MemoryError,
  NotationError,
  NetworkError,
  SizeError,
  ArgumentError,
  AugmentationError,
  UsageError,
] as const

/**
 * Trains until the end of an epoch, where it has not yet. Throws `Stopped` where it was interrupted, and errors that are not
 * those of the trial's values.
 */
export async function runTrial(
  { trial, folder, net, name, call, epochs }: Trial,
  until: number,
  by: 'loss' | 'accuracy',
  terminal: Terminal,
  interrupt: Interrupt,
  show: (progress: Progress) => void,
): Promise<TrialResult> {
  const files = filesOf(folder)
  const isLast = until >= epochs
  const known = await reachedIn(files, trial, until, by)
  // A whole training has ended when its model is there.
  if (known !== undefined && (!isLast || existsSync(files.model))) return known
  const own = { ...call, out: folder, until }
  try {
    // A process that was killed while it made the folder has left it without settings.
    if (!existsSync(files.settings)) await rm(folder, { recursive: true, force: true })
    const { threads, open } = call
    const task = existsSync(files.settings)
      ? await resumedTask(undefined, folder, { ...(threads && { threads }), ...(open && { open }) })
      : await newTask(net, own)
    const named =
      name === undefined || task.files !== undefined ? task : { ...task, settings: { ...task.settings, name } }
    await work(named, own, new TrialTerminal(terminal), new TrialProgress(terminal, show), interrupt)
  } catch (error) {
    if (!ownErrors.some((kind) => error instanceof kind)) throw error
    const [failed = ''] = (error as Error).message.split('\n')
    return { ...((await reachedIn(files, trial, 0, by)) ?? { trial, epochs: 0, seconds: 0 }), failed }
  }
  return (await reachedIn(files, trial, until, by)) as TrialResult
}

/** The best of the epochs up to this one, by the run's records; undefined where it has not come so far. 0: however far it has come. */
async function reachedIn(
  files: RunFiles,
  trial: number,
  until: number,
  by: 'loss' | 'accuracy',
): Promise<TrialResult | undefined> {
  const records = await epochsIn(files.metrics)
  const upTo = until === 0 ? records : records.filter(({ epoch }) => epoch <= until)
  const last = upTo.at(-1)
  if (last === undefined || last.epoch < until) return undefined
  const score = ({ loss, accuracy = 0 }: { loss: number; accuracy?: number | undefined }) =>
    by === 'loss' ? loss : -accuracy
  const best = upTo
    .flatMap((record) => watchedOf(record) ?? [])
    .reduce<ReturnType<typeof watchedOf>>((a, b) => (a === undefined || score(b) < score(a) ? b : a), undefined)
  return {
    trial,
    epochs: last.epoch,
    ...(best && { loss: best.loss, epoch: best.epoch }),
    ...(best?.accuracy !== undefined && { accuracy: best.accuracy }),
    seconds: last.seconds,
  }
}

/** A line that a killed process has cut short is none. */
async function epochsIn(metrics: string): Promise<readonly EpochRecord[]> {
  const text = await readFile(metrics, 'utf8').catch(() => '')
  return text.split('\n').flatMap((line) => {
    try {
      const record: unknown = JSON.parse(line)
      return recordSchema.fits(record) && record.kind === 'epoch' ? [record as EpochRecord] : []
    } catch {
      return []
    }
  })
}

/** Says nothing of a trial but warnings, each once. */
class TrialTerminal extends Terminal {
  readonly #search: Terminal

  constructor(search: Terminal) {
    super(true, true)
    this.#search = search
  }

  override hint(text: string): void {
    const said = saidOf(this.#search)
    if (said.has(text)) return
    said.add(text)
    this.#search.status('')
    this.#search.hint(text)
  }

  override result(): void {}
}

const saidBy = new WeakMap<Terminal, Set<string>>()

function saidOf(terminal: Terminal): Set<string> {
  const said = saidBy.get(terminal) ?? new Set()
  saidBy.set(terminal, said)
  return said
}

class TrialProgress extends TrainProgress {
  readonly #show: (progress: Progress) => void

  constructor(terminal: Terminal, show: (progress: Progress) => void) {
    super(new TrialTerminal(terminal))
    this.#show = show
  }

  override show(progress: Progress): void {
    this.#show(progress)
  }
}
