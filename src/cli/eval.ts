/** `lenslet eval <model> --data <data>`: how well a model does on pictures with labels. */

import type { Command } from 'commander'
import type { Dataset } from '../data/dataset.ts'
import { commonMistakes } from '../inspect/confusion.ts'
import { printCount, printPercent } from '../inspect/units.ts'
import type { Model } from '../model/model.ts'
import { type Evaluation, evaluate } from '../train/evaluate.ts'
import { addDataOptions, type DataOptions, dataHelp, dataOptions, openData } from './data.ts'
import { openModel } from './model.ts'
import { choice, exactHelp, whole } from './options.ts'
import { printTable } from './table.ts'
import { Terminal } from './terminal.ts'

interface EvalCall extends DataOptions {
  readonly data: string
  readonly split: 'test' | 'train'
  readonly threads?: number
  readonly exact?: boolean
  readonly json?: boolean
}

export function define(command: Command): void {
  command
    .argument('<model>', 'a .lenslet file, or the folder of a run')
    .requiredOption('--data <data>', dataHelp)
    .option('--split <name>', 'test, or train', choice('--split', ['test', 'train']), 'test')
    .option('--threads <n>', 'workers', whole('--threads', 1))
    .option('--exact', exactHelp)
    .option('--json', 'one JSON object on stdout')
    .addHelpText('after', '\nExample:\n  lenslet eval runs/lenet5-mnist-20261122-054312 --data mnist')
    .action(run)
  addDataOptions(command)
}

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
    data,
    split,
    notices: dataset.notices,
  }
  terminal.result(value, () => words(result, dataset, model, split, terminal))
}

function words(result: Evaluation, dataset: Dataset, { info }: Model, split: string, terminal: Terminal): string {
  const { accuracy, loss, count, invalid, perClass, confusion } = result
  const labels = perClass.map(({ label }) => label)
  const mistakes = commonMistakes(confusion, labels, 5)
  return [
    `${terminal.bold(printPercent(accuracy))} of ${printCount(count)} ${split} pictures of ${dataset.name} are recognized; loss ${loss.toFixed(4)}`,
    ...(invalid === 0 ? [] : [printInvalid(invalid)]),
    ...(info.origin === undefined ? [] : [terminal.dim(info.origin)]),
    '',
    printTable({
      columns: [
        { title: 'class', align: 'left' },
        { title: 'pictures', align: 'right' },
        { title: 'recognized', align: 'right' },
      ],
      rows: perClass.map((row) => [row.label, printCount(row.count), printPercent(row.accuracy)]),
    }),
    ...(mistakes.length === 0 ? [] : ['', 'Most frequent mistakes:']),
    ...mistakes.map(({ actual, predicted, count: times }) => `  ${actual} taken for ${predicted}, ${times} times`),
  ].join('\n')
}

/** A model that was damaged or whose training went wrong. */
function printInvalid(count: number): string {
  const pictures = count === 1 ? '1 picture has' : `${printCount(count)} pictures have`
  return `${pictures} a score that is not a number: nothing is predicted for ${count === 1 ? 'it' : 'them'}`
}
