/** What `train`, `eval` and `predict` say about networks that give numbers. */

import { printable } from '../core/text.ts'
import type { TextTable } from '../inspect/costTable.ts'
import { printError } from '../inspect/units.ts'
import type { Evaluation, NumberEvaluation } from '../train/evaluation.ts'
import { csvRow } from './csv.ts'

/** Rows of a table in a terminal; a CSV file and the report have more. */
const mostRows = 40

/** A row for each number, in its own unit. Undefined where the network gives no numbers that have names. */
export function numbersTable({ perNumber }: Evaluation): TextTable | undefined {
  if (perNumber === undefined) return undefined
  return {
    columns: [
      { title: 'number', align: 'left' },
      { title: 'mean error', align: 'right' },
      { title: 'RMS error', align: 'right' },
      { title: 'baseline', align: 'right', drop: 1 },
      { title: 'R²', align: 'right', drop: 2 },
    ],
    rows: perNumber.slice(0, mostRows).map((row) => [printable(row.label), ...measures(row)]),
  }
}

const measures = ({ meanError, rootMeanSquare, deviation, explained }: NumberEvaluation) => [
  ...[meanError, rootMeanSquare, deviation].map(printError),
  explained === null ? '–' : explained.toFixed(3),
]

/** What the columns are. */
export const numbersNote =
  'baseline: the RMS error of always answering the mean of these images. R²: 1 without error, 0 for that answer.'

export function numbersCsv(numbers: readonly NumberEvaluation[]): string {
  const rows = numbers.map(({ label, meanError, rootMeanSquare, deviation, explained }) =>
    csvRow([label, meanError, rootMeanSquare, deviation, explained]),
  )
  return csvRow(['number', 'mean_error', 'rms_error', 'deviation', 'r2']) + rows.join('')
}
