/** `lenslet eval <model…> --data <data>`: how well a model, or an ensemble of several, does on images with labels. */

import type { Command } from 'commander'
import { LensletError } from '../core/errors.ts'
import { counted } from '../core/text.ts'
import { viewsUsage } from '../data/views.ts'
import { printCount } from '../inspect/units.ts'
import type { Evaluation } from '../train/evaluation.ts'
import { addDataOptions, type DataOptions, dataHelp, dataOptions, dataWords } from './data.ts'
import { UsageError } from './errors.ts'
import type { EvalCall } from './evalCall.ts'
import { evaluateEnsemble, evaluateModel } from './evalModels.ts'
import { splitNames } from './evalSplit.ts'
import { csvOf, jsonOf, words } from './evalWords.ts'
import { sides } from './fitNetwork.ts'
import { modelHelp } from './model.ts'
import { openSizeHelp } from './openSize.ts'
import { choice, exactHelp } from './options.ts'
import { addPreprocessOptions } from './preprocess.ts'
import { trainedSplit } from './runData.ts'
import { Terminal } from './terminal.ts'
import { threadCount } from './threadCount.ts'
import { readViews } from './views.ts'

export function define(command: Command): void {
  command
    .argument('<model...>', `${modelHelp}; several are an ensemble, whose probabilities are averaged`)
    .requiredOption('--data <data>', dataHelp)
    .option('--split <name>', 'test, validation, train, or all images', choice('--split', splitNames), 'test')
    .option('--size <sides>', openSizeHelp, sides('--size'))
    .option('--views <words>', `average several views of every image: ${viewsUsage}`, readViews('--views'))
    .option(
      '--average <what>',
      'what is averaged over the views: probabilities, or scores (the default of airbench)',
      choice('--average', ['probabilities', 'scores']),
    )
    .option('--threads <n>', 'workers', threadCount)
    .option('--exact', exactHelp)
    .option('--json', 'one JSON object on stdout, with the confusion matrix')
    .option('--csv', 'CSV on stdout, a row per class')
    .addHelpText('after', examples)
    .action(run)
  addDataOptions(command)
  addPreprocessOptions(command)
}

const examples = `
Examples:
  lenslet eval runs/lenet5-mnist-20261122-054312 --data mnist
  lenslet eval photos.lenslet --data images:more-photos --split all
  lenslet eval airbench94.lenslet --data cifar10 --views airbench
  lenslet eval first.lenslet second.lenslet --data cifar10
  lenslet eval resnet20.onnx --data cifar10 --mean 0.485,0.456,0.406 --std 0.229,0.224,0.225`

async function run(paths: readonly string[], call: EvalCall): Promise<void> {
  const { data, split, json, csv, views, average } = call
  const terminal = new Terminal(json === true || csv === true)
  if (json === true && csv === true)
    throw new UsageError('--json and --csv exclude each other', { expected: 'one of them' })
  if (average !== undefined && (views ?? 'none') === 'none')
    throw new UsageError('--average says what is averaged over views', {
      received: `--average ${average} without --views`,
      expected: '--views as well',
      advice: '--views mirror',
    })
  const given = dataOptions(call)
  const isSplit = [given.testFraction, given.validationFraction, given.splitSeed].some((each) => each !== undefined)
  const trained = await commonSplit(paths, data, isSplit)
  const repeated = dataWords(trained).join(' ')
  if (repeated !== '')
    terminal.hint(`note: unless options say otherwise, the data is read as in the training: ${repeated}`)
  const asked = { ...call, ...trained, ...given }
  const [path = ''] = paths
  const evaluated =
    paths.length === 1 ? await evaluateModel(path, asked, terminal) : await evaluateEnsemble(paths, asked, terminal)
  const { result } = evaluated
  if (csv === true) process.stdout.write(csvOf(result))
  else terminal.result(jsonOf({ ...evaluated, data, split }), () => words({ ...evaluated, data, split }, terminal))
  // After the result, which covers all other images.
  if (!Number.isFinite(result.loss)) throw invalidScores(result)
}

/** How the models' trainings split this data; a test image of one that another learned from would flatter the ensemble. */
async function commonSplit(paths: readonly string[], data: string, isGiven: boolean): Promise<DataOptions> {
  const splits = await Promise.all(paths.map((path) => trainedSplit(path, data)))
  const [first = {}] = splits
  const other = splits.findIndex((each) => dataWords(each).join(' ') !== dataWords(first).join(' '))
  if (other < 0 || isGiven) return first
  const shown = (index: number) => dataWords(splits[index] as DataOptions).join(' ') || 'no options'
  throw new UsageError('the models of the ensemble were trained on different parts of the data', {
    received: `${paths[0]}: ${shown(0)}; ${paths[other]}: ${shown(other)}`,
    expected: 'the same split, so that no model is tested on images that it was trained on',
    advice: 'train them with the same split, evaluate them on other images, or choose a split by --split-seed',
  })
}

/** A model whose weights are finite, but so large that scores overflow. */
function invalidScores({ invalid, count }: Evaluation): LensletError {
  const all = counted(count, 'image')
  const message =
    invalid === 0 ? 'the loss is not a number' : `there is no prediction for ${printCount(invalid)} of ${all}`
  return new LensletError(message, {
    received: 'scores that are not finite numbers',
    advice: 'the training of the model has diverged: train it again with a lower learning rate',
  })
}
