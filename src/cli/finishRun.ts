/** The end of a run: the model file, the last weights beside it, the report, and the messages about them. */

import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { platform } from '#platform'
import { printable } from '../core/text.ts'
import type { Dataset } from '../data/dataset.ts'
import { readPictures } from '../data/store.ts'
import { networkTable } from '../inspect/costTable.ts'
import { pictureOf } from '../inspect/picture.ts'
import { encodePng } from '../inspect/png.ts'
import { modelParts } from '../model/file.ts'
import type { Model } from '../model/model.ts'
import { evaluate } from '../train/evaluate.ts'
import type { Evaluation } from '../train/evaluation.ts'
import type { TrainOptions } from '../train/options.ts'
import type { DoneProgress, TrainResult } from '../train/progress.ts'
import { hasPictures } from '../train/splits.ts'
import type { ZooEntry } from '../zoo/types.ts'
import { dataWords } from './data.ts'
import type { Interrupt } from './interrupt.ts'
import { commandName } from './machine.ts'
import type { RunFiles, RunSettings } from './runFolder.ts'
import { runReport } from './runReport.ts'
import type { Terminal } from './terminal.ts'
import { conclusion, originOf, quoted } from './trainWords.ts'

export interface EndedRun {
  readonly settings: RunSettings
  readonly entry: ZooEntry | undefined
  readonly options: TrainOptions
  readonly dataset: Dataset
  readonly model: Model
  readonly files: RunFiles
  readonly last: DoneProgress
  /** What was fitted to the data. */
  readonly says: string | undefined
}

/** Throws `Stopped` where the training was interrupted. */
export async function finishRun(run: EndedRun, terminal: Terminal, interrupt: Interrupt): Promise<void> {
  const { settings, dataset, model, files, last } = run
  const { result } = last
  if (result.stopped === 'aborted') {
    const resume = `${commandName()} train --resume ${quoted(files.folder)}`
    terminal.result({ ...summaryOf(run), checkpoint: files.checkpoint, resume }, () =>
      [
        `Stopped after ${result.steps} steps. The checkpoint is ${printable(files.checkpoint)}; to resume:`,
        `  ${resume}`,
      ].join('\n'),
    )
    if (terminal.json) terminal.progress(`Stopped; to resume: ${resume}`)
    throw interrupt.stopped()
  }
  await saveModels(run)
  const example = await saveExample(files, dataset)
  const evalWords = [
    files.model,
    '--data',
    settings.data,
    ...dataWords(settings.dataOptions ?? {}),
    ...viewWords(run.options),
  ]
  const next = [
    `${commandName()} predict ${quoted(files.model)} ${quoted(example)}`,
    ...(hasPictures(dataset.test) ? [`${commandName()} eval ${evalWords.map(quoted).join(' ')}`] : []),
  ]
  const evaluation = await testEvaluation(model, dataset, last)
  const page = await runReport({ ...run, result, evaluation, next })
  await platform.writeFileAtomic(files.report, new TextEncoder().encode(page))
  // The training is over, and metrics.jsonl has the records.
  for (const path of [files.good, files.history]) await platform.removeFile(path)
  const numbers = { meanError: evaluation?.meanError ?? null, perNumber: evaluation?.perNumber ?? null }
  const summary = { ...summaryOf(run), ...numbers, model: files.model, last: result.lastWeights ? files.last : null }
  terminal.result({ ...summary, report: files.report, checkpoint: files.checkpoint, next }, () =>
    conclusion(result, evaluation, dataset, model, files, next, terminal),
  )
}

const viewWords = ({ views = 'none' }: TrainOptions) => (views === 'none' ? [] : ['--views', views])

function summaryOf({ settings, files, model, dataset, says, last: { result } }: EndedRun) {
  return {
    run: files.folder,
    network: settings.name,
    data: settings.data,
    fitted: says ?? null,
    epochs: result.epochs,
    steps: result.steps,
    seconds: result.seconds,
    trainLoss: result.trainLoss,
    trainAccuracy: result.trainAccuracy,
    validationLoss: result.validationLoss ?? null,
    validationAccuracy: result.validationAccuracy ?? null,
    testLoss: result.testLoss ?? null,
    testAccuracy: result.testAccuracy ?? null,
    viewed: result.viewed ?? null,
    best: result.best ?? null,
    keptEpoch: result.keptEpoch,
    parameters: networkTable(settings.network).totals.parameters,
    threads: model.threads,
    imagesPerSecond: result.imagesPerSecond,
    stopped: result.stopped ?? null,
    notices: dataset.notices,
  }
}

async function saveModels({ settings, model, files, last: { result } }: EndedRun): Promise<void> {
  model.info = { ...model.info, origin: originOf(settings, result) }
  await model.save(files.model)
  const { lastWeights: tensors } = result
  // A run that was made longer may have had one.
  if (tensors === undefined) return rm(files.last, { force: true })
  const info = { ...model.info, origin: originOf(settings, withLastEpoch(result)) }
  await platform.writeFileAtomic(files.last, modelParts({ network: model.network, info, tensors }))
}

/** What the training gave after its last epoch; the test accuracy, where the test pictures were watched. */
function withLastEpoch(result: TrainResult): TrainResult {
  const { testLoss, testAccuracy } = result.history.at(-1) ?? {}
  return { ...result, keptEpoch: result.epochs, testLoss, testAccuracy }
}

/** A run that had ended already, or was killed just before its end, is not evaluated again by the training. */
async function testEvaluation(model: Model, dataset: Dataset, last: DoneProgress): Promise<Evaluation | undefined> {
  if (last.evaluatedOn === 'test') return last.evaluation
  if (last.result.testLoss === undefined) return undefined
  const { normalization } = model.info
  return evaluate(model, dataset.test, { normalization, classes: dataset.classes })
}

/** A newcomer has no picture of a digit at hand: the first of the test split is one. */
async function saveExample(files: RunFiles, { train, test, classes }: Dataset): Promise<string> {
  const split = hasPictures(test) ? test : train
  const label = split.targets === undefined ? (classes[split.labels[0] as number] as string) : 'image'
  const short = [...label.replace(/[^\p{L}\p{N}-]+/gu, '_')].slice(0, 60).join('')
  const path = join(files.folder, `example-${short}.png`)
  await platform.writeFileAtomic(path, encodePng(pictureOf(await readPictures(split, [0]), 0)))
  return path
}
