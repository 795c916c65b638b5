/** The report of networks that give numbers: the error of each, and predicted over true values. */

import type { NumberEvaluation } from '../../train/evaluation.ts'
import { type ScatterPoint, scatterSvg } from '../scatter.ts'
import { printCount, printError } from '../units.ts'
import { markupTable, nameCell, noteHtml, scrolling, section } from './html.ts'

/** Plots of more numbers would make the page too long. */
export const mostPlots = 8

/** A table of more rows would, too. */
const mostRows = 200

export interface ReportNumbers {
  readonly numbers: readonly NumberEvaluation[]
  /** Images that were evaluated. */
  readonly count: number
  /** For the first numbers, in their order: some of the images. */
  readonly points: readonly (readonly ScatterPoint[])[]
}

const right = (text: string) => `<td class="right">${text}</td>`

export function numbersSection({ numbers, count, points }: ReportNumbers): string {
  const head = `<tr><th>number</th><th class="right">mean error</th><th class="right">RMS error</th><th class="right">baseline</th><th class="right">R²</th></tr>`
  const rows = numbers
    .slice(0, mostRows)
    .map(
      ({ label, meanError, rootMeanSquare, deviation, explained }) =>
        `<tr>${nameCell(label)}${[meanError, rootMeanSquare, deviation].map((error) => right(printError(error))).join('')}${right(explained === null ? '–' : explained.toFixed(3))}</tr>`,
    )
  const plots = points.map((each, i) => scrolling(scatterSvg(numbers[i]?.label ?? `${i}`, each)))
  const cut = numbers.length > mostRows ? ` The first ${mostRows} of ${printCount(numbers.length)} numbers.` : ''
  const few = points.length < numbers.length ? ` Plots of the first ${points.length} numbers.` : ''
  return section(
    'Numbers',
    markupTable(head, rows),
    `<div class="charts">${plots.join('')}</div>`,
    noteHtml(
      `Errors are in the units of the data, over ${printCount(count)} images. The baseline is the RMS error of always answering the mean of these images; R² is 1 without error, and 0 for that answer. In the plots, each point is an image (${printCount(points[0]?.length ?? 0)} of them); on the dashed line there is no error.${cut}${few}`,
    ),
  )
}
