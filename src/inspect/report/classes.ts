/** The report's tables of classes: precision, recall and F1, the confusion matrix, the most frequent mistakes. */

import type { ClassMetrics, MacroMetrics, Measure } from '../../insight/classMetrics.ts'
import type { Evaluation } from '../../train/evaluation.ts'
import { commonMistakes, confusionSvg } from '../confusion.ts'
import { reliabilitySvg } from '../reliability.ts'
import { printCount, printPercent } from '../units.ts'
import { markupTable, nameCell, noteHtml, scrolling, section } from './html.ts'

/** Cells of a larger matrix would be too small to be told apart: its worst pairs are listed instead. */
const mostDrawn = 60

/** A table of more rows is too long for a page: those with the lowest F1 are shown. */
const mostRows = 500

const none = '–'
/** One decimal: the columns of a phone are narrow, and more would be false precision for some hundred pictures. */
const measure = (value: Measure) => (value === null ? none : `${(100 * value).toFixed(1)} %`)
const right = (text: string) => `<td class="right">${text}</td>`

/** The measures of each class in the model's order, and their means. */
export interface ReportMetrics {
  readonly classes: readonly ClassMetrics[]
  readonly macro: MacroMetrics
}

/** `count`: test pictures. */
export function classesSection({ classes: all, macro }: ReportMetrics, count: number): string {
  const shown = all.length <= mostRows ? all : worst(all)
  const head = `<tr><th>class</th><th class="right">images</th><th class="right">precision</th><th class="right">recall</th><th class="right">F1</th><th class="bars"></th></tr>`
  const foot = `<tr><td>macro average</td>${right(printCount(count))}${right(measure(macro.precision))}${right(measure(macro.recall))}${right(measure(macro.f1))}<td class="bars"></td></tr>`
  const cut = all.length === shown.length ? '' : ` Of ${all.length} classes, the ${shown.length} with the lowest F1.`
  return section(
    'Per class',
    markupTable(head, shown.map(row), foot),
    noteHtml(
      `Recall: the share of the class’s images that were predicted correctly. Precision: the share of the predictions of this class that were right. F1: their harmonic mean, shown as a bar.${cut}`,
    ),
  )
}

function row({ label, support, precision, recall, f1 }: ClassMetrics): string {
  const bar = `<td class="bars"><div class="bar"><i style="width:${(100 * (f1 ?? 0)).toFixed(1)}%"></i></div></td>`
  return `<tr>${nameCell(label)}${right(printCount(support))}${right(measure(precision))}${right(measure(recall))}${right(measure(f1))}${bar}</tr>`
}

function worst(all: readonly ClassMetrics[]): readonly ClassMetrics[] {
  return [...all]
    .filter(({ support }) => support > 0)
    .sort((a, b) => (a.f1 ?? 0) - (b.f1 ?? 0))
    .slice(0, mostRows)
}

export function confusionSection({ confusion, pairs, perClass }: Evaluation): string {
  const labels = perClass.map(({ label }) => label)
  const drawn = confusion !== undefined && labels.length <= mostDrawn
  const mistakes = commonMistakes(confusion ?? pairs, labels, drawn ? 10 : 30)
  const head =
    '<tr><th>actual</th><th>predicted</th><th class="right">images</th><th class="right">of the class</th></tr>'
  const list = mistakes.map(
    ({ actual, predicted, count, share }) =>
      `<tr>${nameCell(actual)}${nameCell(predicted)}${right(printCount(count))}${right(printPercent(share))}</tr>`,
  )
  const matrix = drawn ? `<div class="matrix">${scrolling(confusionSvg(confusion, labels))}</div>` : ''
  const note = drawn
    ? 'Rows are actual classes, columns predicted ones. Blue is right, orange is wrong.'
    : `A matrix of ${labels.length} classes is too large to be drawn; these are its most frequent mistakes.`
  const table = list.length === 0 ? '' : `<div><h3>Most frequent mistakes</h3>${markupTable(head, list)}</div>`
  return section('Confusion matrix', `<div class="side">${matrix}${table}</div>`, noteHtml(note))
}

/** How far the probabilities can be believed. */
export function calibrationSection({ calibration, accuracy, count }: Evaluation): string {
  if (calibration === undefined) return ''
  const { error, confidence } = calibration
  const words = confidence > accuracy ? 'more' : 'less'
  return section(
    'Calibration',
    scrolling(reliabilitySvg(calibration)),
    noteHtml(
      `Expected calibration error ${printPercent(error)}, over ${printCount(count)} images: the mean confidence is ${printPercent(confidence)}, the accuracy ${printPercent(accuracy)}${Math.abs(confidence - accuracy) < 0.0005 ? '' : `, so the model is ${words} sure than it should be`}. Each bar has the images whose probability was in its range; at the dashed line they are right as often as the model says, and orange is the distance from it. The fainter a bar, the fewer images it has.`,
    ),
  )
}
