/** What a search found: as a table, as JSON, and as a page with a picture. */

import { printable } from '../core/text.ts'
import type { TextTable } from '../inspect/costTable.ts'
import type { ParallelAxis, ParallelLine } from '../inspect/parallel.ts'
import { searchHtml } from '../inspect/report/search.ts'
import { printCount, printPercent, printSeconds } from '../inspect/units.ts'
import { rungsOf } from './halving.ts'
import { commandName } from './machine.ts'
import { filesOf } from './runFolder.ts'
import { dataName } from './runReport.ts'
import { type RungResult, reportFile, type SearchState, trialFolder } from './searchFolder.ts'
import { printValues, ranked, scoreOf, valuesOf } from './searchRun.ts'
import type { Terminal } from './terminal.ts'
import { quoted } from './trainWords.ts'

/** Rows of the table in a terminal; the page and `--json` have all. */
const mostRows = 20

export interface EndedSearch {
  readonly folder: string
  readonly state: SearchState
}

export function jsonOf({ folder, state }: EndedSearch) {
  const trials = ranked(state).map((result) => ({ ...rowOf(folder, state, result), failed: result.failed ?? null }))
  const [best] = trials
  const model = best && filesOf(best.run).model
  return {
    search: folder,
    trials,
    best: best === undefined || best.failed !== null ? null : { ...best, model },
    by: state.by,
    rungs: rungsOf(state.trials, state.epochs, state.keep, state.first),
    seed: state.seed,
    report: reportFile(folder),
    next: nextOf(folder, state),
  }
}

function rowOf(folder: string, state: SearchState, { trial, epochs, loss, accuracy, epoch, seconds }: RungResult) {
  return {
    trial: trial + 1,
    values: valuesOf(state, trial),
    epochs,
    loss: loss ?? null,
    accuracy: accuracy ?? null,
    bestEpoch: epoch ?? null,
    seconds,
    run: trialFolder(folder, trial),
  }
}

export function words({ folder, state }: EndedSearch, terminal: Terminal): string {
  const results = ranked(state)
  const [best] = results
  const table = tableOf(state, results.slice(0, mostRows))
  return [
    terminal.table(table),
    ...(results.length > mostRows ? [`and ${results.length - mostRows} more trials: see the report`] : []),
    '',
    ...(best === undefined || best.failed !== undefined
      ? []
      : [
          `best: trial ${best.trial + 1}, ${terminal.bold(printable(printValues(valuesOf(state, best.trial))))}`,
          `model   ${printable(filesOf(trialFolder(folder, best.trial)).model)}`,
        ]),
    `report  ${printable(reportFile(folder))}`,
    '',
    'Try next:',
    ...nextOf(folder, state).map((command) => `  ${command}`),
  ].join('\n')
}

function nextOf(folder: string, state: SearchState): readonly string[] {
  const [best] = ranked(state)
  if (best === undefined || best.failed !== undefined) return []
  return [`${commandName()} eval ${quoted(trialFolder(folder, best.trial))} --data ${quoted(state.data)}`]
}

function tableOf(state: SearchState, results: readonly RungResult[]): TextTable {
  const names = Object.keys(state.space)
  return {
    columns: [
      { title: 'trial', align: 'right' },
      ...names.map((name) => ({ title: printable(name), align: 'right' }) as const),
      { title: 'epochs', align: 'right', drop: 1 },
      { title: 'val. loss', align: 'right' },
      { title: 'val. accuracy', align: 'right' },
      { title: 'time', align: 'right', drop: 2 },
    ],
    rows: results.map(({ trial, epochs, loss, accuracy, seconds, failed }) => {
      const values = valuesOf(state, trial)
      return [
        `${trial + 1}`,
        ...names.map((name) => printable(values[name] ?? '–')),
        `${epochs}`,
        failed === undefined ? printLoss(loss) : 'failed',
        failed === undefined && accuracy !== undefined ? printPercent(accuracy) : '–',
        printSeconds(seconds),
      ]
    }),
  }
}

export function reportOf({ folder, state }: EndedSearch): string {
  const results = ranked(state)
  const [best] = results
  const rungs = rungsOf(state.trials, state.epochs, state.keep, state.first)
  const isGraded = results.some(({ accuracy }) => accuracy !== undefined)
  return searchHtml({
    title: `Search for ${state.name ?? shortNet(state.net)} on ${dataName(state.data)}`,
    subtitle: `${printCount(state.trials)} trials, begun ${state.began.slice(0, 16).replace('T', ' ')} UTC`,
    figures: [
      ...(best?.loss === undefined ? [] : [{ value: printLoss(best.loss), says: 'best validation loss' }]),
      ...(best?.accuracy === undefined
        ? []
        : [{ value: printPercent(best.accuracy), says: 'its validation accuracy' }]),
      { value: `${state.trials}`, says: 'trials' },
      { value: `${state.epochs}`, says: 'epochs of a whole training' },
    ],
    axes: axesOf(state, isGraded),
    lines: linesOf(state, results, isGraded),
    table: tableOf(state, results),
    note: `Trials are compared by ${state.by === 'loss' ? 'the lowest validation loss' : 'the highest validation accuracy'} of an epoch: ${rungs.map(({ epochs, trials }) => `${trials} after epoch ${epochs}`).join(', ')}. They are sorted by how far they went, then by this.`,
    settings: [
      ['network', state.net],
      ['data', state.data],
      ...Object.entries(state.space).map(
        ([name, each]) =>
          [
            name,
            each.kind === 'words'
              ? each.words.join(' | ')
              : `${each.low} to ${each.high}, ${each.scale === 'log' ? 'logarithmic' : 'linear'}${each.step === undefined ? '' : each.step === 1 ? ', whole numbers' : `, multiples of ${each.step}`}`,
          ] as const,
      ),
      ['seed', `${state.seed}`],
    ],
    next: nextOf(folder, state),
  })
}

function axesOf({ space }: SearchState, isGraded: boolean): readonly ParallelAxis[] {
  return [
    ...Object.entries(space).map(([name, each]) => ({ name, scale: each.kind === 'words' ? each.kind : each.scale })),
    { name: 'val. loss', scale: 'log' },
    ...(isGraded ? [{ name: 'val. accuracy', scale: 'linear' } as const] : []),
  ]
}

function linesOf(state: SearchState, results: readonly RungResult[], isGraded: boolean): readonly ParallelLine[] {
  const last = Math.max(0, ...results.map(({ rung }) => rung))
  return results.map((result, place) => {
    const values = valuesOf(state, result.trial)
    const tried = Object.entries(state.space).map(([name, each]) =>
      each.kind === 'words' ? values[name] : Number(values[name]),
    )
    const failed = result.failed === undefined ? '' : ', failed'
    return {
      name: `trial ${result.trial + 1}: ${printValues(values)}${failed}`,
      values: [...tried, result.loss, ...(isGraded ? [result.accuracy] : [])],
      quality: Number.isFinite(scoreOf(state.by, result)) ? 1 - place / Math.max(1, results.length) : 0,
      isPartial: result.rung < last || result.failed !== undefined,
    }
  })
}

/** Very small losses have four digits, too. */
const printLoss = (loss: number | undefined) =>
  loss === undefined ? '–' : loss !== 0 && loss < 0.01 ? loss.toExponential(2) : loss.toFixed(4)

const shortNet = (net: string) => (net.length > 40 ? 'a network' : net)
