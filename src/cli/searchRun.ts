/** The search itself: rung after rung, trial after trial, from wherever it stands. */

import { counted, listed } from '../core/text.ts'
import type { Dataset } from '../data/dataset.ts'
import { printPercent, printSeconds } from '../inspect/units.ts'
import type { Progress } from '../train/progress.ts'
import { openData } from './data.ts'
import { UsageError } from './errors.ts'
import { epochsOf, type Reached, type Rung, rungsOf, survivors } from './halving.ts'
import type { Interrupt } from './interrupt.ts'
import { type RungResult, type SearchState, type TrialResult, trialFolder, writeSearch } from './searchFolder.ts'
import { drawValues } from './searchSpace.ts'
import { filled } from './searchTemplate.ts'
import { runTrial, type Trial } from './searchTrial.ts'
import type { Terminal } from './terminal.ts'
import type { TrainCall } from './train.ts'
import { readLearning } from './trainSettings.ts'

export interface RunningSearch {
  readonly folder: string
  readonly state: SearchState
  readonly threads: number | undefined
}

/** Texts of what a trial tries, by name. */
export type TrialValues = Readonly<Record<string, string>>

export const valuesOf = ({ space, seed }: SearchState, trial: number): TrialValues => drawValues(space, seed, trial)

export const printValues = (values: TrialValues) =>
  Object.entries(values)
    .map(([name, value]) => `${name} ${value}`)
    .join(', ')

/** Lower is better. */
export function scoreOf(by: SearchState['by'], { loss, accuracy, failed }: TrialResult): number {
  if (failed !== undefined || loss === undefined) return Number.POSITIVE_INFINITY
  return by === 'loss' ? loss : -(accuracy ?? 0)
}

/** Runs what is left to run, and writes each result at once. Throws `Stopped` where it was interrupted. */
export async function runSearch(
  { folder, state, threads }: RunningSearch,
  terminal: Terminal,
  interrupt: Interrupt,
): Promise<SearchState> {
  const rungs = rungsOf(state.trials, state.epochs, state.keep, state.first)
  const open = sharedData()
  const pace = new SearchPace(rungs)
  let results = state.results
  let chosen: readonly number[] = Array.from({ length: state.trials }, (_, trial) => trial)
  for (const [rung, { epochs, trials }] of rungs.entries()) {
    const before = rungs[rung - 1]?.epochs ?? 0
    if (rung > 0) chosen = survivors(scoresAt(state.by, results, rung - 1), trials)
    if (rungs.length > 1)
      terminal.progress(`rung ${rung + 1} of ${rungs.length}: ${counted(chosen.length, 'trial')} up to epoch ${epochs}`)
    for (const trial of chosen) {
      if (results.some((result) => result.trial === trial && result.rung === rung)) {
        pace.skipped(epochs - before)
        continue
      }
      interrupt.signal.throwIfAborted()
      const values = valuesOf(state, trial)
      const show = ({ epoch, loss }: Progress) => {
        const left = pace.left(terminal.live)
        if (left !== undefined)
          terminal.status(
            `trial ${trial + 1} of ${state.trials}, epoch ${epoch}/${state.epochs}: loss ${loss.toFixed(4)}${left}`,
          )
      }
      const one = trialOf(folder, state, trial, values, threads, open)
      const result = await runTrial(one, epochs, state.by, terminal, interrupt, show)
      pace.ended(epochs - before)
      if (terminal.live) terminal.status('')
      if (state.by === 'accuracy' && result.loss !== undefined && result.accuracy === undefined) throw noAccuracy()
      results = [...results, { ...result, rung }]
      await writeSearch(folder, { ...state, results })
      terminal.progress(`trial ${trial + 1}, ${printValues(values)}: ${printResult(result)}`)
    }
  }
  return { ...state, results }
}

/** Numbers are neither right nor wrong. */
function noAccuracy(): UsageError {
  return new UsageError('trials cannot be compared by accuracy', {
    received: '--by accuracy, for a network that is compared with numbers',
    expected: '--by loss',
  })
}

function scoresAt(by: SearchState['by'], results: readonly RungResult[], rung: number): readonly Reached[] {
  return results
    .filter((result) => result.rung === rung)
    .map((result) => ({ trial: result.trial, score: scoreOf(by, result) }))
}

/** The last result of each trial, best first: those that came further before those that did not. */
export function ranked({ by, results }: SearchState): readonly RungResult[] {
  const last = new Map<number, RungResult>()
  for (const result of results) if ((last.get(result.trial)?.rung ?? -1) < result.rung) last.set(result.trial, result)
  return [...last.values()].sort(
    (a, b) => b.rung - a.rung || compare(scoreOf(by, a), scoreOf(by, b)) || a.trial - b.trial,
  )
}

/** Also of infinities. */
function compare(a: number, b: number): number {
  return a === b ? 0 : a < b ? -1 : 1
}

function printResult({ epochs, loss, accuracy, failed }: TrialResult): string {
  if (failed !== undefined) return `failed: ${failed}`
  const right = accuracy === undefined ? '' : `, accuracy ${printPercent(accuracy)}`
  return `loss ${loss?.toFixed(4) ?? '–'}${right} after ${epochs} ${epochs === 1 ? 'epoch' : 'epochs'}`
}

function trialOf(
  folder: string,
  state: SearchState,
  trial: number,
  values: TrialValues,
  threads: number | undefined,
  open: typeof openData,
): Trial {
  const options = Object.entries(values)
    .filter(([name]) => !state.variables.includes(name))
    .map(([name, text]) => readLearning(name, text))
  const call = Object.assign({}, state.call, ...options, { data: state.data, epochs: state.epochs, open }) as TrainCall
  const template = { text: state.net, name: state.name, variables: state.variables }
  return {
    trial,
    folder: trialFolder(folder, trial),
    net: state.variables.length === 0 ? state.net : filled(template, values),
    name: state.name,
    call: { ...call, ...(threads !== undefined && { threads }) },
    epochs: state.epochs,
  }
}

/** The same data for all trials whose networks take images of the same size: it is read once. */
function sharedData(): typeof openData {
  let kept: { readonly key: string; readonly data: Promise<Dataset> } | undefined
  return (spec, size, terminal, signal, options) => {
    const key = JSON.stringify([spec, size, options])
    if (kept?.key !== key) kept = { key, data: openData(spec, size, terminal, signal, options) }
    return kept.data
  }
}

/** How long the rest will take, by the epochs so far. */
class SearchPace {
  #left: number
  #done = 0
  readonly #began = performance.now()
  #next = 0

  constructor(rungs: readonly Rung[]) {
    this.#left = epochsOf(rungs)
  }

  skipped(epochs: number): void {
    this.#left -= epochs
  }

  ended(epochs: number): void {
    this.#left -= epochs
    this.#done += epochs
  }

  /** What to add to a line; undefined where it is too early for another one. */
  left(isLive: boolean): string | undefined {
    const now = performance.now()
    if (now < this.#next) return undefined
    this.#next = now + (isLive ? 250 : 10_000)
    if (this.#done === 0) return ''
    const each = (now - this.#began) / 1000 / this.#done
    return `, about ${printSeconds(each * Math.max(0, this.#left))} left`
  }
}

/** Why there is no result at all, in words. */
export function failuresOf(results: readonly TrialResult[]): string {
  return listed([...new Set(results.flatMap(({ failed }) => failed ?? []))], 3)
}
