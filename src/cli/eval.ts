/** `lenslet eval <model> --data <data>`: how well a model does on pictures with labels. */

import type { Command } from 'commander'
import { LensletError } from '../core/errors.ts'
import { counted } from '../core/text.ts'
import { printCount } from '../inspect/units.ts'
import { evaluate } from '../train/evaluate.ts'
import type { Evaluation } from '../train/evaluation.ts'
import { matchSplit } from '../train/match.ts'
import { addDataOptions, type DataOptions, dataHelp, dataOptions, dataWords, openData } from './data.ts'
import { readCall, UsageError } from './errors.ts'
import { type SplitName, splitNames, splitOf } from './evalSplit.ts'
import { csvOf, jsonOf, notes, words } from './evalWords.ts'
import { sides } from './fitNetwork.ts'
import { modelHelp, openModel } from './model.ts'
import { checkOpenSize, openSizeHelp } from './openSize.ts'
import { choice, exactHelp } from './options.ts'
import { addPreprocessOptions, type PreprocessCall, withPreprocessing } from './preprocess.ts'
import { trainedSplit } from './runData.ts'
import { Terminal } from './terminal.ts'
import { threadCount } from './threadCount.ts'

interface EvalCall extends DataOptions, PreprocessCall {
  readonly data: string
  readonly split: SplitName
  readonly size?: { readonly height: number; readonly width: number }
  readonly threads?: number
  readonly exact?: boolean
  readonly json?: boolean
  readonly csv?: boolean
}

export function define(command: Command): void {
  command
    .argument('<model>', modelHelp)
    .requiredOption('--data <data>', dataHelp)
    .option('--split <name>', 'test, validation, train, or all images', choice('--split', splitNames), 'test')
    .option('--size <sides>', openSizeHelp, sides('--size'))
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
  lenslet eval resnet20.onnx --data cifar10 --mean 0.485,0.456,0.406 --std 0.229,0.224,0.225`

async function run(path: string, call: EvalCall): Promise<void> {
  const { data, split: name, threads, exact, json, csv } = call
  const terminal = new Terminal(json === true || csv === true)
  if (json === true && csv === true)
    throw new UsageError('--json and --csv exclude each other', { expected: 'one of them' })
  await using model = await openModel(path, { threads, exact, size: call.size })
  checkOpenSize(model.input, call.size)
  model.info = await readCall(() => withPreprocessing(model, call))
  const trained = await trainedSplit(path, data)
  const size = { ...model.input, preprocessing: model.info.preprocessing }
  const dataset = await openData(data, size, terminal, undefined, { ...trained, ...dataOptions(call) })
  const repeated = dataWords(trained).join(' ')
  if (repeated !== '')
    terminal.hint(`note: unless options say otherwise, the data is read as in the training: ${repeated}`)
  // Pictures or classes that do not fit the model are refused before anything runs.
  const split = await readCall(() => {
    const chosen = splitOf(dataset, name)
    return matchSplit(model, chosen, `${dataset.name}, ${name === 'all' ? 'all images' : `${name} split`}`)
  })
  for (const text of notes(model, dataset, name)) terminal.hint(`note: ${text}`)
  const { normalization = dataset.normalization } = model.info
  const result = await evaluate(model, split, { normalization })
  const evaluated = { result, dataset, model, data, split: name }
  if (csv === true) process.stdout.write(csvOf(result))
  else terminal.result(jsonOf(evaluated), () => words(evaluated, terminal))
  // After the result, which covers all other images.
  if (!Number.isFinite(result.loss)) throw invalidScores(result)
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
