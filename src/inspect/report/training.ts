/** The report's curves over the epochs, and which epoch was best. */

import type { BestEpoch } from '../../train/best.ts'
import type { EpochRecord, MetricsRecord } from '../../train/metrics.ts'
import { type Curve, type CurvesOptions, curveColors, curvesSvg } from '../curves.ts'
import { escapeText } from '../svg.ts'
import { printPercent } from '../units.ts'
import { noteHtml, section } from './html.ts'

export interface TrainingData {
  readonly records: readonly MetricsRecord[]
  readonly stepsPerEpoch: number
  /** The epoch with the lowest loss on the split that was watched; undefined where nothing was evaluated. */
  readonly best?: BestEpoch | undefined
  /** The model file has the weights of this epoch. */
  readonly keptEpoch?: number | undefined
}

/** Where every epoch is marked, the marks of more would touch. */
const mostMarks = 60

export function trainingSection({ records, stepsPerEpoch, best, keptEpoch }: TrainingData): string {
  const steps = records.filter((record) => record.kind === 'step')
  const watched = records.filter((record) => record.kind === 'epoch').flatMap((record) => watchedOf(record) ?? [])
  const last = watched.at(-1)
  const circled = [
    ...(best === undefined ? [] : [{ x: best.epoch, says: `best epoch: ${best.epoch}` }]),
    ...(last === undefined || last.epoch === best?.epoch ? [] : [{ x: last.epoch, says: `last epoch: ${last.epoch}` }]),
  ]
  const curvesOf = (name: 'loss' | 'accuracy'): Curve[] => [
    {
      label: 'training',
      color: curveColors.training,
      points: steps.map((record) => [record.step / stepsPerEpoch, record[name] ?? Number.NaN] as const),
    },
    {
      label: last?.split ?? 'test',
      color: curveColors.test,
      marked: watched.length <= mostMarks,
      points: watched.map((each) => [each.epoch, each[name] ?? Number.NaN] as const),
      circled,
    },
  ]
  const loss = chart(curvesOf('loss'), { title: 'Loss', log: true })
  // Numbers are neither right nor wrong.
  const isGraded = steps.some((record) => record.accuracy !== undefined)
  const accuracy = isGraded ? chart(curvesOf('accuracy'), { title: 'Accuracy', limits: [0, 1], print: percent }) : ''
  return section('Training', `<div class="charts">${loss}${accuracy}</div>`, epochsHtml(best, last, keptEpoch))
}

/** What the watched split gave after an epoch: the validation split where there is one. */
function watchedOf(record: EpochRecord): BestEpoch | undefined {
  const { epoch, validationLoss, validationAccuracy, testLoss, testAccuracy } = record
  if (validationLoss !== undefined)
    return { epoch, loss: validationLoss, accuracy: validationAccuracy ?? Number.NaN, split: 'validation' }
  if (testLoss === undefined) return undefined
  return { epoch, loss: testLoss, accuracy: testAccuracy ?? Number.NaN, split: 'test' }
}

const percent = (value: number) => `${Number((100 * value).toFixed(1))} %`

/** Drawn twice: text that is scaled down to a phone cannot be read there. */
function chart(curves: readonly Curve[], options: CurvesOptions): string {
  const small = curvesSvg(curves, { ...options, width: 330, height: 250 })
  return `<div><div class="wide">${curvesSvg(curves, options)}</div><div class="narrow">${small}</div></div>`
}

function epochsHtml(best: BestEpoch | undefined, last: BestEpoch | undefined, keptEpoch: number | undefined): string {
  if (best === undefined || last === undefined) return ''
  const words = ({ epoch, loss, accuracy, split }: BestEpoch) =>
    `epoch ${epoch}: ${split} loss ${loss.toFixed(4)}, ${split} accuracy ${printPercent(accuracy ?? null)}`
  const item = (name: string, each: BestEpoch) => `<li><b>${name}</b> ${escapeText(words(each))}</li>`
  const items = best.epoch === last.epoch ? [item('Best and last', best)] : [item('Best', best), item('Last', last)]
  const circled = items.length === 1 ? 'It is circled.' : 'Both are circled.'
  const kept = keptEpoch === undefined ? '' : ` The model file has the weights of epoch ${keptEpoch}.`
  return `<ul class="epochs small">${items.join('')}</ul>${noteHtml(
    `The best epoch is the one with the lowest ${best.split} loss. ${circled}${kept}`,
  )}`
}
