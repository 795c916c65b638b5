/** The report of a run: gathers what it shows. */

import { printVolume } from '../core/shapes.ts'
import { printAugmentation } from '../data/augmentation.ts'
import type { Dataset } from '../data/dataset.ts'
import type { Normalization } from '../data/normalization.ts'
import { readPictures } from '../data/store.ts'
import { classMetrics, macroMetrics } from '../insight/classMetrics.ts'
import { trainingSamples } from '../insight/trainingSamples.ts'
import { arenaSvg } from '../inspect/arenaSvg.ts'
import { memoryTable, networkTable } from '../inspect/costTable.ts'
import { firstFilters } from '../inspect/filters.ts'
import { pictureOf } from '../inspect/picture.ts'
import { reportHtml } from '../inspect/report/report.ts'
import { printCount, printSeconds } from '../inspect/units.ts'
import type { Model } from '../model/model.ts'
import { print } from '../notation/print.ts'
import { printLoss } from '../ops/losses/table.ts'
import type { Evaluation } from '../train/evaluation.ts'
import { measureOf } from '../train/measures.ts'
import { planOptionsOf, resolveSettings, type TrainOptions, type TrainSettings } from '../train/options.ts'
import type { TrainResult } from '../train/progress.ts'
import type { ZooEntry } from '../zoo/types.ts'
import { machine } from './machine.ts'
import { recomputationWords } from './planWords.ts'
import { accuracyFigures } from './runFigures.ts'
import type { RunSettings } from './runFolder.ts'
import { hardPictures, macsForMistakes } from './runMistakes.ts'
import { reportedNumbers } from './runNumbers.ts'
import { printGroups } from './trainGroups.ts'
import { targetWords } from './trainWords.ts'
import { waitedShare } from './waited.ts'

export interface ReportedRun {
  readonly settings: RunSettings
  readonly entry: ZooEntry | undefined
  readonly options: TrainOptions
  readonly dataset: Dataset
  readonly model: Model
  readonly result: TrainResult
  readonly evaluation: Evaluation | undefined
  readonly next: readonly string[]
}

export async function runReport(run: ReportedRun): Promise<string> {
  const { settings, entry, options, dataset, model, result, evaluation, next } = run
  const { network } = model
  const table = networkTable(network)
  const learned = resolveSettings(model, dataset, options)
  const { batch, stepsPerEpoch, update, rates, augment, loss, labelSmoothing, clipNorm, seed } = learned
  const training = model.planFor(planOptionsOf(learned))
  const normalization = model.info.normalization as Normalization
  const among = Math.min(dataset.test.count, Math.ceil(macsForMistakes / Math.max(1, table.totals.macs)))
  // Images that have numbers or several labels are not mistaken for another class.
  const isOfClasses = measureOf(network).compares === 'class'
  const mistakes =
    evaluation === undefined || among === 0 || !isOfClasses
      ? undefined
      : await hardPictures(model, dataset.test, { normalization, among, macs: table.totals.macs })
  const classes = isOfClasses ? evaluation && classMetrics(evaluation) : undefined
  const waited = waitedShare(result.records)
  const filters = firstFilters(network)
  const weights = filters === undefined ? undefined : model.weights.get(filters)
  return reportHtml({
    title: `${settings.name} on ${dataName(settings.data)}`,
    subtitle: [entry?.title, `trained ${settings.began.slice(0, 16).replace('T', ' ')} UTC`]
      .filter((part) => part !== undefined)
      .join(' · '),
    figures: [
      ...accuracyFigures(result, dataset, evaluation),
      { value: printCount(table.totals.parameters), says: 'parameters' },
      { value: printCount(table.totals.macs), says: 'MACs per image' },
      { value: printSeconds(result.seconds), says: `${result.epochs} ${result.epochs === 1 ? 'epoch' : 'epochs'}` },
      { value: printCount(Math.round(result.imagesPerSecond)), says: 'images per second' },
    ],
    records: result.records,
    stepsPerEpoch,
    best: result.best,
    keptEpoch: result.keptEpoch,
    evaluation,
    metrics: classes && { classes, macro: macroMetrics(classes) },
    mistakes,
    ...(await reportedNumbers(model, dataset.test, evaluation, normalization)),
    samples: await samplesOf(dataset, learned, normalization),
    filters:
      filters === undefined || weights === undefined
        ? undefined
        : { name: filters, shape: weights.shape, values: weights, bgr: normalization.colors === 'bgr' },
    network: table,
    notation: notationOf(model),
    memory: memoryTable([
      ['training', training.memory],
      [`prediction, batch ${model.plan.batch}`, model.plan.memory],
    ]),
    arena: arenaSvg(training),
    settings: [
      [
        'data',
        `${settings.data}: ${printCount(dataset.train.count)} training and ${printCount(dataset.test.count)} test images of ${printVolume(dataset.train)}, ${targetWords(dataset, model)}`,
      ],
      [
        'epochs',
        `${result.epochs} of ${options.epochs}, ${printCount(result.steps)} steps${result.stopped === 'early' ? '; stopped early' : ''}`,
      ],
      ['batch size', `${batch}`],
      ['optimizer', tidied(update.describe())],
      ['schedule', tidied(rates.describe())],
      ...learningRows(learned, options),
      ['augmentation', printAugmentation(augment)],
      loss.kind === 'cross-entropy'
        ? ['label smoothing', tidied(`${labelSmoothing}`)]
        : ['loss', tidied(printLoss(loss))],
      ...(training.recomputation
        ? [['recomputation', recomputationWords(training.recomputation, training.arenaBytes)] as const]
        : []),
      ...(learned.classWeights === null
        ? []
        : [['class weights', learned.classWeights.map((weight) => tidied(short(weight))).join(', ')] as const]),
      ...(waited === undefined ? [] : [['waiting for images', `${waited} of the time, at most`] as const]),
      ['gradient clipping', clipNorm === null ? 'none' : tidied(`norm ${clipNorm}`)],
      [
        'convolutions',
        training.target.exact ? 'exact (without Winograd’s method)' : 'Winograd’s method where it is faster',
      ],
      [
        'normalization',
        `mean ${normalization.mean.map(short).join(', ')}; deviation ${normalization.std.map(short).join(', ')}`,
      ],
      ['seed', `${seed}`],
    ],
    machine: machineRows(model),
    remarks: [...(entry?.remarks ?? []), ...dataset.notices.map(({ message }) => message)],
    next,
  })
}

/** What few trainings have. */
function learningRows(
  { groups, accumulate, batch, ema, lookahead }: TrainSettings,
  { start = [] }: TrainOptions,
): readonly (readonly [string, string])[] {
  const slow = lookahead && `every ${lookahead.every} steps, ${lookahead.keep} of the slow weights kept`
  return [
    ...(accumulate > 1
      ? [['gradients', `of ${accumulate} batches: ${accumulate * batch} images an update`] as const]
      : []),
    ...(groups ? [['groups', printGroups(groups)] as const] : []),
    ...(ema ? [['running mean of the weights', `decay ${ema.decay}`] as const] : []),
    ...(slow ? [['lookahead', slow] as const] : []),
    ...(start.length > 0
      ? [['start', start.map(({ kind, weights }) => (weights ? `${kind}=${weights}` : kind)).join(', ')] as const]
      : []),
  ]
}

const short = (value: number) => value.toPrecision(4)

/** `mnist`; of a folder the last part of its path: a title is no place for somebody's folders. */
export function dataName(data: string): string {
  const [kind = data, ...path] = data.split(':')
  const folder = path
    .join(':')
    .split(/[/\\]+/)
    .filter((part) => part !== '' && part !== '.')
  return kind === 'images' ? (folder.at(-1) ?? kind) : kind
}

/** Numbers within a text without the digits that only binary fractions have: `warmup 1.7999999999999998` → `warmup 1.8`. */
export function tidied(text: string): string {
  return text.replace(/\d+\.\d{7,}(?:e[+-]?\d+)?/g, (digits) => `${Number(Number(digits).toPrecision(6))}`)
}

/** How many training pictures are shown as they were augmented. */
const mostSamples = 8

async function samplesOf(
  { train, classes }: Dataset,
  { augment, seed }: ReturnType<typeof resolveSettings>,
  normalization: Normalization,
) {
  const augmentation = printAugmentation(augment)
  if (augmentation === 'none') return undefined
  const { indices, images } = await trainingSamples(train, { augment, normalization, seed, most: mostSamples })
  const originals = await readPictures(train, indices)
  const pictures = indices.map((index, at) => ({
    original: pictureOf(originals, at),
    augmented: pictureOf({ ...train, images }, at),
    label:
      train.targets === undefined ? (classes[train.labels[index] as number] ?? `${train.labels[index]}`) : `${index}`,
  }))
  return { pictures, augmentation }
}

function notationOf({ network }: Model): string | undefined {
  try {
    return print(network)
  } catch {
    return undefined
  }
}

function machineRows(model: Model): readonly (readonly [string, string])[] {
  const { cpu, processors, memory, runtime, system } = machine()
  return [
    ['processor', cpu],
    ['processors', `${processors}`],
    ['memory', memory],
    ['system', system],
    ['runtime', runtime],
    ['runs on', model.description],
  ]
}
