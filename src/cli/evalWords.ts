/** The output of `eval`: text, JSON, CSV, and notes about the data it was computed on. */

import { counted, printable } from '../core/text.ts'
import type { Dataset } from '../data/dataset.ts'
import { classMetrics, type Measure, macroMetrics } from '../insight/classMetrics.ts'
import { wilsonInterval } from '../insight/interval.ts'
import { commonMistakes } from '../inspect/confusion.ts'
import { printCount, printError, printPercent } from '../inspect/units.ts'
import type { Model } from '../model/model.ts'
import type { Evaluation } from '../train/evaluation.ts'
import { csvRow } from './csv.ts'
import type { EvaluatedModels } from './evalCall.ts'
import type { SplitName } from './evalSplit.ts'
import { numbersCsv, numbersNote, numbersTable } from './numberWords.ts'
import type { Terminal } from './terminal.ts'
import { sourceOf } from './trainWords.ts'

/** A finished evaluation. */
interface Evaluated extends EvaluatedModels {
  /** As typed: `images:photos`. */
  readonly data: string
  readonly split: SplitName
}

/** What the answer rests on that the reader may not expect. */
export function notes({ info }: Model, dataset: Dataset, name: SplitName): readonly string[] {
  const { testFraction, test, train, classes } = dataset
  const part = testFraction !== undefined && (testFraction === 0.2 ? 'a fifth' : printPercent(testFraction))
  return [
    ...(name === 'test' && part !== false
      ? [
          `${printable(dataset.name)} has no test images of its own; these are ${part} of each class, ${printCount(test.count)} of ${printCount(test.count + train.count + (dataset.validation?.count ?? 0))} images. To evaluate all of them: --split all`,
        ]
      : []),
    ...(info.normalization === undefined
      ? [
          'the model does not say how its images were normalized; the mean and deviation of this data are used (others: --scale, --mean, --std)',
        ]
      : []),
    ...(info.classes === undefined
      ? [
          `the model has no class names, so the folders' names could not be compared; ${classes
            .slice(0, 3)
            .map((label, index) => `score ${index} is taken for ${printable(label)}`)
            .join(', ')}${classes.length > 3 ? ', and so on' : ''}`,
        ]
      : []),
  ]
}

export function jsonOf({ result, notices, data, split, models, views }: Evaluated) {
  const { accuracy, loss, count, invalid, perClass, confusion, pairs, topFiveAccuracy, calibration } = result
  const metrics = classMetrics(result)
  return {
    // Of numbers, which are neither right nor wrong, null.
    accuracy: Number.isNaN(accuracy) ? null : accuracy,
    loss,
    meanError: result.meanError ?? null,
    perNumber: result.perNumber ?? null,
    count,
    invalid,
    // Of 95 %; null where images are neither right nor wrong.
    interval: Number.isNaN(accuracy) ? null : wilsonInterval(accuracy, count),
    topFiveAccuracy: topFiveAccuracy ?? null,
    calibration: calibration ?? null,
    perClass: perClass.map((row, index) => ({ ...row, ...metrics[index] })),
    macro: macroMetrics(metrics),
    classes: perClass.map(({ label }) => label),
    confusion: confusion ?? null,
    pairs: pairs.map(({ actual, predicted, count: times }) => [actual, predicted, times]),
    data,
    split,
    views,
    models,
    notices,
  }
}

export function csvOf(result: Evaluation): string {
  if (result.perNumber !== undefined) return numbersCsv(result.perNumber)
  const rows = classMetrics(result).map(({ label, support, precision, recall, f1 }) =>
    csvRow([label, support, precision, recall, f1]),
  )
  return csvRow(['class', 'support', 'precision', 'recall', 'f1']) + rows.join('')
}

/** The accuracy of `all` has no name of its own. */
const accuracyNames: Readonly<Record<SplitName, string>> = {
  test: 'test accuracy',
  validation: 'validation accuracy',
  train: 'training accuracy',
  all: 'accuracy',
}

export function words({ result, origins, models, views, data, split: name }: Evaluated, terminal: Terminal): string {
  if (Number.isNaN(result.accuracy) && result.meanError !== undefined)
    return numberLines({ result, origins, models, views, data, split: name }, result.meanError, terminal).join('\n')
  const { accuracy, loss, count, invalid, perClass, pairs } = result
  const labels = perClass.map(({ label }) => printable(label))
  const mistakes = commonMistakes(pairs, labels, 5)
  const metrics = classMetrics(result)
  const macro = macroMetrics(metrics)
  const kind = name === 'all' ? '' : `${name === 'train' ? 'training' : name} `
  return [
    `${accuracyNames[name]}: ${terminal.bold(printPercent(accuracy))} of ${printCount(count)} ${kind}${count === 1 ? 'image' : 'images'} of ${printable(sourceOf(data))}; loss ${Number.isFinite(loss) ? loss.toFixed(4) : 'undefined'}`,
    ...(invalid === 0 ? [] : [printInvalid(invalid)]),
    ...certainty(result),
    ...(models.length === 1 ? [] : [`ensemble of ${models.length} models: their probabilities are averaged`]),
    ...(views === null
      ? []
      : [`views: ${printable(views.name)}; the ${views.average} of ${counted(views.count, 'view')} are averaged`]),
    ...origins.map((origin) => terminal.dim(printable(origin))),
    '',
    terminal.table({
      // On a narrow terminal recall stays: it is the accuracy of the class.
      columns: [
        { title: 'class', align: 'left' },
        { title: 'images', align: 'right' },
        { title: 'precision', align: 'right', drop: 1 },
        { title: 'recall', align: 'right' },
        { title: 'F1', align: 'right', drop: 2 },
      ],
      rows: metrics.map((row) => [printable(row.label), printCount(row.support), ...measures(row)]),
      totals: ['mean', printCount(count), ...measures(macro)],
    }),
    ...(mistakes.length === 0 ? [] : ['', 'Most frequent mistakes:']),
    ...mistakes.map(
      ({ actual, predicted, count: times }) =>
        `  ${actual} predicted as ${predicted}: ${times === 1 ? 'once' : `${printCount(times)} times`}`,
    ),
  ].join('\n')
}

/** Of a network that gives numbers. Without names for them, the target is the image. */
function numberLines(
  { result, origins, data, split: name }: Omit<Evaluated, 'notices'>,
  error: number,
  terminal: Terminal,
) {
  const { loss, count, invalid } = result
  const table = numbersTable(result)
  const kind = name === 'all' ? '' : `${name === 'train' ? 'training' : name} `
  const unit = table === undefined ? ' (in deviations of the images, which are the targets)' : ''
  return [
    `mean error: ${terminal.bold(printError(error))}${unit} over ${printCount(count)} ${kind}${count === 1 ? 'image' : 'images'} of ${printable(sourceOf(data))}; loss ${Number.isFinite(loss) ? loss.toPrecision(4) : 'undefined'}`,
    ...(invalid === 0 ? [] : [printInvalid(invalid)]),
    ...origins.map((origin) => terminal.dim(printable(origin))),
    ...(table === undefined ? [] : ['', terminal.table(table), terminal.dim(numbersNote)]),
  ]
}

/** How exactly the accuracy is known, and how far the model can be believed. */
function certainty({ accuracy, count, topFiveAccuracy, calibration }: Evaluation): readonly string[] {
  if (Number.isNaN(accuracy)) return []
  const [low, high] = wilsonInterval(accuracy, count)
  return [
    `95 % confidence interval: ${printPercent(low)} to ${printPercent(high)}${topFiveAccuracy === undefined ? '' : `; top-5 accuracy: ${printPercent(topFiveAccuracy)}`}`,
    ...(calibration === undefined
      ? []
      : [
          `expected calibration error: ${printPercent(calibration.error)} (mean confidence ${printPercent(calibration.confidence)})`,
        ]),
  ]
}

function measures({ precision, recall, f1 }: Readonly<Record<'precision' | 'recall' | 'f1', Measure>>) {
  return [precision, recall, f1].map(printPercent)
}

/** A model that was damaged or whose training went wrong. */
function printInvalid(count: number): string {
  const pictures = count === 1 ? '1 image has' : `${printCount(count)} images have`
  return `${pictures} a score that is not a number: there is no prediction for ${count === 1 ? 'it' : 'them'}`
}
