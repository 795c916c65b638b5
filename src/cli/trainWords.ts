/** What `lenslet train` says before and after: what learns what, how well it did, and what to try next. */

import type { Dataset } from '../data/dataset.ts'
import { networkTable } from '../inspect/costTable.ts'
import { printCount, printPercent, printSeconds } from '../inspect/units.ts'
import type { Model } from '../model/model.ts'
import type { TrainResult } from '../train/progress.ts'
import { lossCurve } from './lossCurve.ts'
import type { RunFiles, RunSettings } from './runFolder.ts'
import type { Terminal } from './terminal.ts'

export function introduction(
  settings: RunSettings,
  dataset: Dataset,
  model: Model,
  files: RunFiles,
  terminal: Terminal,
): string {
  const { totals, notices } = networkTable(model.network)
  const count = printCount(dataset.train.count)
  const what = `${terminal.bold(settings.name)} (${printCount(totals.parameters)} parameters)`
  return [
    `${what} learns ${count} pictures of ${settings.data}, ${dataset.classes.length} classes`,
    terminal.dim(model.description),
    terminal.dim(`run: ${files.folder}`),
    ...notices.map((notice) => `mind: ${notice}`),
    '',
  ].join('\n')
}

export function conclusion(
  result: TrainResult,
  dataset: Dataset,
  model: Model,
  files: RunFiles,
  next: readonly string[],
  terminal: Terminal,
): string {
  const { epochs, seconds, testAccuracy, testLoss, imagesPerSecond, stopped, records } = result
  const curve = lossCurve(records, terminal.width)
  const test =
    testAccuracy === undefined
      ? 'The test pictures were not looked at'
      : `${terminal.bold(printPercent(testAccuracy))} of ${printCount(dataset.test.count)} test pictures are recognized (loss ${testLoss?.toFixed(4)})`
  const early = stopped === 'early' ? ' (it stopped improving)' : ''
  const threads = model.threads === 1 ? '1 thread' : `${model.threads} threads`
  return [
    ...(curve === '' ? [] : ['', 'training loss', curve]),
    '',
    `${test}, after ${epochs} ${epochs === 1 ? 'epoch' : 'epochs'}${early} in ${printSeconds(seconds)}: ${printCount(Math.round(imagesPerSecond))} images/s on ${threads}.`,
    '',
    `model   ${files.model}`,
    `report  ${files.report}`,
    '',
    'Try next:',
    ...next.map((command) => `  ${command}`),
  ].join('\n')
}

export function originOf({ name, data }: RunSettings, { epochs, testAccuracy }: TrainResult): string {
  const accuracy = testAccuracy === undefined ? '' : `, test accuracy ${printPercent(testAccuracy)}`
  return `${name} trained on ${data}: ${epochs} ${epochs === 1 ? 'epoch' : 'epochs'}${accuracy}`
}

/** As a shell needs it. */
export function quoted(word: string): string {
  return /^[\w./:@%+=,-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`
}
