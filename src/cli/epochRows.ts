/** The table of a training, a row an epoch, printed as it grows: so its columns are chosen before the first row. */

import { printCount, printPercent } from '../inspect/units.ts'
import type { Progress } from '../train/progress.ts'

interface Column {
  readonly title: string
  readonly width: number
  /** Where there is no room: 1 is left out first. A column without this stays. */
  readonly drop?: number
  print(progress: Progress): string
}

const none = '–'

const columnsOf = (epochs: number): readonly Column[] => [
  {
    title: 'epoch',
    width: Math.max(5, `${epochs}/${epochs}`.length),
    print: ({ epoch }) => `${epoch}/${epochs}`,
  },
  { title: 'loss', width: 8, drop: 5, print: ({ loss }) => loss.toFixed(4) },
  { title: 'accuracy', width: 9, drop: 3, print: ({ accuracy }) => printPercent(accuracy) },
  {
    title: 'test loss',
    width: 9,
    drop: 4,
    print: ({ evaluation }) => evaluation?.loss.toFixed(4) ?? none,
  },
  {
    title: 'test accuracy',
    width: 13,
    print: ({ evaluation }) => (evaluation === undefined ? none : printPercent(evaluation.accuracy)),
  },
  { title: 'rate', width: 9, drop: 2, print: ({ rate }) => rate.toPrecision(3) },
  { title: 'images/s', width: 9, drop: 1, print: ({ imagesPerSecond }) => printCount(Math.round(imagesPerSecond)) },
]
const gap = 2

export class EpochRows {
  readonly #width: number
  #columns: readonly Column[] | undefined

  constructor(width: number) {
    this.#width = width
  }

  /** The lines to print after an epoch: its row, and before the first one the titles. */
  next(progress: Progress): readonly string[] {
    const first = this.#columns === undefined
    this.#columns ??= fitted(columnsOf(progress.epochs), this.#width)
    const columns = this.#columns
    const line = (cell: (column: Column) => string) =>
      columns.map((column) => cell(column).padStart(column.width)).join(' '.repeat(gap))
    const row = line((column) => column.print(progress))
    return first ? [line(({ title }) => title), row] : [row]
  }
}

function fitted(columns: readonly Column[], width: number): readonly Column[] {
  const total = columns.reduce((sum, column) => sum + column.width + gap, -gap)
  const drops = columns.flatMap(({ drop }) => drop ?? [])
  if (total <= width || drops.length === 0) return columns
  const least = Math.min(...drops)
  return fitted(
    columns.filter(({ drop }) => drop !== least),
    width,
  )
}
