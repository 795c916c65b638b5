/** What `lenslet train` prints before and after: what is trained, how well it did, and what to try next. */

import { counted, listed, printable } from '../core/text.ts'
import type { Dataset } from '../data/dataset.ts'
import { networkTable } from '../inspect/costTable.ts'
import { printCount, printError, printPercent, printSeconds } from '../inspect/units.ts'
import type { Model } from '../model/model.ts'
import type { Evaluation } from '../train/evaluation.ts'
import { isOwnTarget } from '../train/match.ts'
import { measureOf } from '../train/measures.ts'
import type { TrainOptions } from '../train/options.ts'
import type { TrainResult } from '../train/progress.ts'
import { hasPictures, viewedSplitOf, watchedSplitOf } from '../train/splits.ts'
import { lossCurve } from './lossCurve.ts'
import { numbersNote, numbersTable } from './numberWords.ts'
import type { RunFiles, RunSettings } from './runFolder.ts'
import type { Terminal } from './terminal.ts'
import { waitedShare } from './waited.ts'

export function introduction(
  settings: RunSettings,
  dataset: Dataset,
  model: Model,
  files: RunFiles,
  terminal: Terminal,
): string {
  const { totals, notices } = networkTable(model.network)
  const count = printCount(dataset.train.count)
  const what = `${terminal.bold(printable(settings.name))} (${printCount(totals.parameters)} parameters)`
  return [
    `Training ${what} on ${count} images of ${printable(sourceOf(settings.data))}, ${targetWords(dataset, model)}`,
    ...evaluationWords(dataset),
    ...viewedWords(settings.options, dataset),
    terminal.dim(model.description),
    terminal.dim(`run: ${printable(files.folder)}`),
    ...notices.map((notice) => `note: ${printable(notice)}`),
    '',
  ].join('\n')
}

/** `10 classes`; what else images are compared with. */
export function targetWords({ classes, train }: Dataset, model: Model): string {
  if (isOwnTarget(model, train)) return 'each of which is its own target'
  if (measureOf(model.network).compares !== 'numbers') return counted(classes.length, 'class', 'classes')
  return `${counted(classes.length, 'number')}: ${listed(classes.map(printable), 8)}`
}

export function conclusion(
  result: TrainResult,
  evaluation: Evaluation | undefined,
  dataset: Dataset,
  model: Model,
  files: RunFiles,
  next: readonly string[],
  terminal: Terminal,
): string {
  const { epochs, seconds, imagesPerSecond, stopped, records } = result
  const curve = lossCurve(records, terminal.width)
  const early = stopped === 'early' ? ', stopped early: the loss was no longer falling' : ''
  const waited = waitedShare(records)
  const waiting = waited === undefined ? '' : `, at most ${waited} of it waiting for images`
  const threads = model.threads === 1 ? '1 thread' : `${model.threads} threads`
  const { model: modelFile, last, report } = files
  return [
    ...(curve === '' ? [] : ['', 'training loss', curve]),
    '',
    ...accuracyLines(result, dataset, terminal),
    ...numberLines(evaluation, terminal),
    `${countEpochs(epochs)} in ${printSeconds(seconds)}: ${printCount(Math.round(imagesPerSecond))} images/s on ${threads}${waiting}${early}`,
    '',
    `model   ${printable(modelFile)}${result.best?.epoch === result.keptEpoch ? `  (best epoch: ${result.keptEpoch} of ${epochs})` : ''}`,
    ...(result.lastWeights === undefined ? [] : [`last    ${printable(last)}  (epoch ${epochs})`]),
    `report  ${printable(report)}`,
    '',
    'Try next:',
    ...next.map((command) => `  ${command}`),
  ].join('\n')
}

/** Which pictures the training is evaluated on, where that is not simply the test pictures. */
function evaluationWords(dataset: Dataset): readonly string[] {
  const watched = watchedSplitOf(dataset)
  // The data has said so where there is nothing to test on.
  if (watched === undefined || watched.name === 'test') return []
  const { validation, test } = dataset
  const final = hasPictures(test) ? `${printCount(test.count)} test images at the end` : 'no test images'
  return [`Evaluated on ${printCount(validation?.count ?? 0)} validation images after each epoch, on ${final}`]
}

/** Said at the start, because a recipe may ask for it. */
function viewedWords({ views = 'none' }: TrainOptions, dataset: Dataset): readonly string[] {
  const viewed = viewedSplitOf(dataset)
  if (views === 'none' || viewed === undefined) return []
  return [
    `At the end, views ${printable(views)} of every ${viewed.name} image are averaged, too (--views none: they are not)`,
  ]
}

function accuracyLines(result: TrainResult, { validation, test }: Dataset, terminal: Terminal): readonly string[] {
  const line = (what: string, accuracy: number, count: number, loss: number | undefined) =>
    Number.isNaN(accuracy)
      ? `${what} loss: ${terminal.bold(loss?.toFixed(4) ?? '')} over ${printCount(count)} images`
      : `${what} accuracy: ${terminal.bold(printPercent(accuracy))} of ${printCount(count)} images (loss ${loss?.toFixed(4)})`
  const { testAccuracy, testLoss, validationAccuracy, validationLoss, viewed } = result
  const lines = [
    ...(validationAccuracy === undefined
      ? []
      : [line('validation', validationAccuracy, validation?.count ?? 0, validationLoss)]),
    ...(testAccuracy === undefined ? [] : [line('test', testAccuracy, test.count, testLoss)]),
    ...(viewed === undefined
      ? []
      : [
          `${line(viewed.split, viewed.accuracy, viewed.split === 'test' ? test.count : (validation?.count ?? 0), viewed.loss)} with views ${viewed.views}`,
        ]),
  ]
  if (lines.length > 0) return lines
  return [hasPictures(test) ? 'The test images were not evaluated.' : 'There were no test images.']
}

/** The error of each number on the test images. */
function numberLines(evaluation: Evaluation | undefined, terminal: Terminal): readonly string[] {
  if (evaluation?.meanError === undefined) return []
  const table = numbersTable(evaluation)
  if (table === undefined) return [`mean error ${printError(evaluation.meanError)}, in deviations of the images`]
  return ['', terminal.table(table), terminal.dim(numbersNote), '']
}

const countEpochs = (epochs: number) => counted(epochs, 'epoch')

/** One line for the model file: what it was trained on, and which epoch's weights it has. */
export function originOf({ name, data }: RunSettings, { epochs, keptEpoch, testAccuracy }: TrainResult): string {
  const accuracy =
    testAccuracy === undefined || Number.isNaN(testAccuracy) ? '' : `, test accuracy ${printPercent(testAccuracy)}`
  const kept = keptEpoch === epochs ? '' : `, weights of epoch ${keptEpoch}`
  return `${name} trained on ${data}: ${countEpochs(epochs)}${kept}${accuracy}`
}

/** Where images come from, for sentences with "images of": `mnist`, `photos`. */
export function sourceOf(data: string): string {
  return data.replace(/^images:/, '')
}

/** As a shell needs it. What cannot be shown is written with escapes, which bash and zsh read in `$'…'`. */
export function quoted(word: string): string {
  if (printable(word) !== word) return `$'${printable(word.replace(/[\\']/g, '\\$&'))}'`
  return /^[\w./:@%+=,-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`
}
