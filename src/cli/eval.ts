/** `lenslet eval <model> --data <data>`: how well a model does on pictures with labels. */

import type { Command } from 'commander'
import { printable } from '../core/text.ts'
import type { Dataset } from '../data/dataset.ts'
import { classMetrics, type Measure, macroMetrics } from '../insight/classMetrics.ts'
import { commonMistakes } from '../inspect/confusion.ts'
import { printCount, printPercent } from '../inspect/units.ts'
import type { Model } from '../model/model.ts'
import { type Evaluation, evaluate } from '../train/evaluate.ts'

<<<<<<< HEAD

import { matchSplit } from '../train/match.ts'
import { csvRow } from './csv.ts'
import { dataHelp, openData } from './data.ts'
import { readCall, UsageError } from './errors.ts'
import { type SplitName, splitNames, splitOf } from './evalSplit.ts'

=======

import { addDataOptions, type DataOptions, dataHelp, dataOptions, openData } from './data.ts'

>>>>>>> c63833c

import { openModel } from './model.ts'
import { choice, exactHelp, whole } from './options.ts'
import { printTable } from './table.ts'
import { Terminal } from './terminal.ts'

interface EvalCall extends DataOptions {
  readonly data: string
  readonly split: SplitName
  readonly threads?: number
  readonly exact?: boolean
  readonly json?: boolean
  readonly csv?: boolean
}

export function define(command: Command): void {
  command
    .argument('<model>', 'a .lenslet file, or the folder of a run')
    .requiredOption('--data <data>', dataHelp)
    .option('--split <name>', 'test, validation, train, or all pictures', choice('--split', splitNames), 'test')
    .option('--threads <n>', 'workers', whole('--threads', 1))
    .option('--exact', exactHelp)
    .option('--json', 'one JSON object on stdout, with the confusion matrix')
    .option('--csv', 'CSV on stdout, a row per class')
    .addHelpText('after', examples)
    .action(run)
  addDataOptions(command)
}

<<<<<<< HEAD
const examples = `
Examples:
  lenslet eval runs/lenet5-mnist-20261122-054312 --data mnist
  lenslet eval photos.lenslet --data images:more-photos --split all`

async function run(path: string, { data, split: name, threads, exact, json, csv }: EvalCall): Promise<void> {
  const terminal = new Terminal(json === true || csv === true)
  if (json === true && csv === true)
    throw new UsageError('--json and --csv exclude each other', { expected: 'one of them' })
  await using model = await openModel(path, { threads, exact })
  const dataset = await openData(data, model.input, terminal)
  // Pictures or classes that do not fit the model are refused before anything runs.
  const split = await readCall(() => {
    const chosen = splitOf(dataset, name)
    return matchSplit(model, chosen, `${dataset.name}, ${name === 'all' ? 'all pictures' : `${name} split`}`)
  })
  for (const text of notices(model, dataset, name)) terminal.hint(`note: ${text}`)
  const { normalization = dataset.normalization } = model.info
  const result = await evaluate(model, split, { normalization })
  if (csv === true) process.stdout.write(csvOf(result))
  else terminal.result(jsonOf(result, data, name), () => words(result, dataset, model, name, terminal))
}

/** What the answer rests on that the reader may not expect. */
function notices({ info }: Model, dataset: Dataset, name: SplitName): readonly string[] {
  const { testFraction, test, train, classes } = dataset
  const part = testFraction !== undefined && (testFraction === 0.2 ? 'a fifth' : printPercent(testFraction))
  return [
    ...(name === 'test' && part !== false
      ? [
          `${dataset.name} has no test pictures of its own; these are ${part} of each class, ${printCount(test.count)} of ${printCount(test.count + train.count + (dataset.validation?.count ?? 0))} pictures. To evaluate all of them: --split all`,
        ]
      : []),
    ...(info.normalization === undefined
      ? ['the model does not say how its pictures were normalized; the mean and deviation of this data are used']
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

function jsonOf(result: Evaluation, data: string, split: SplitName) {
  const { accuracy, loss, count, invalid, perClass, confusion } = result
  const metrics = classMetrics(result)
  return {
    accuracy,
    loss,
    count,
    invalid,
    perClass: perClass.map((row, index) => ({ ...row, ...metrics[index] })),
    macro: macroMetrics(metrics),
    classes: perClass.map(({ label }) => label),
    confusion,
=======
async function run(path: string, call: EvalCall): Promise<void> {
  const { data, split, threads, exact, json } = call
  const terminal = new Terminal(json === true)
  await using model = await openModel(path, { threads, exact, batch: 64 })
  const dataset = await openData(data, model.input, terminal, undefined, dataOptions(call))
  if (model.info.normalization === undefined)
    terminal.hint('mind: the model does not say how its pictures were normalized; the data’s own figures are taken.')
  const { normalization = dataset.normalization, classes = dataset.classes } = model.info
  const result = await evaluate(model, dataset[split], { normalization, classes })
  const value = {
    accuracy: result.accuracy,
    loss: result.loss,
    count: result.count,
    invalid: result.invalid,
    perClass: result.perClass,
    confusion: result.confusion,
>>>>>>> c63833c
    data,
    split,
    notices: dataset.notices,
  }
}

function csvOf(result: Evaluation): string {
  const rows = classMetrics(result).map(({ label, support, precision, recall, f1 }) =>
    csvRow([label, support, precision, recall, f1]),
  )
  return csvRow(['class', 'support', 'precision', 'recall', 'f1']) + rows.join('')
}

/** `all` is no kind of accuracy that has a name. */
const accuracyNames: Readonly<Record<SplitName, string>> = {
  test: 'test accuracy',
  validation: 'validation accuracy',
  train: 'training accuracy',
  all: 'accuracy',
}

function words(result: Evaluation, dataset: Dataset, { info }: Model, name: SplitName, terminal: Terminal): string {
  const { accuracy, loss, count, invalid, perClass, confusion } = result
  const labels = perClass.map(({ label }) => printable(label))
  const mistakes = commonMistakes(confusion, labels, 5)
  const metrics = classMetrics(result)
  const macro = macroMetrics(metrics)
  const kind = name === 'all' ? '' : `${name === 'train' ? 'training' : name} `
  return [
    `${accuracyNames[name]}: ${terminal.bold(printPercent(accuracy))} of ${printCount(count)} ${kind}${count === 1 ? 'picture' : 'pictures'} of ${printable(dataset.name)}; loss ${loss.toFixed(4)}`,
    ...(invalid === 0 ? [] : [printInvalid(invalid)]),
    ...(info.origin === undefined ? [] : [terminal.dim(printable(info.origin))]),
    '',
    printTable({
      columns: ['class', 'pictures', 'precision', 'recall', 'F1'].map((title, column) => ({
        title,
        align: column === 0 ? 'left' : 'right',
      })),
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

function measures({ precision, recall, f1 }: Readonly<Record<'precision' | 'recall' | 'f1', Measure>>) {
  return [precision, recall, f1].map(printPercent)
}

/** A model that was damaged or whose training went wrong. */
function printInvalid(count: number): string {
  const pictures = count === 1 ? '1 picture has' : `${printCount(count)} pictures have`
  return `${pictures} a score that is not a number: nothing is predicted for ${count === 1 ? 'it' : 'them'}`
}
