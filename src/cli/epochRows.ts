/** The table of a training, a row an epoch, printed as it grows: so its columns are chosen before the first row. */

import { printCount, printError, printPercent } from '../inspect/units.ts'
import type { EpochProgress } from '../train/progress.ts'

interface Column {
  readonly title: string
  readonly width: number
  /** Where there is no room: 1 is left out first. A column without this stays. */
  readonly drop?: number
  print(progress: EpochProgress): string
}

const none = '–'

/**
 * `split`: what is evaluated after each epoch. `isGraded`: images are right or wrong; of numbers the mean error is shown, in their
 * own unit.
 */
const columnsOf = (epochs: number, split: string, isGraded: boolean): readonly Column[] => [
  {
    title: 'epoch',
    width: Math.max(5, `${epochs}/${epochs}`.length),
    print: ({ epoch }) => `${epoch}/${epochs}`,
  },
  { title: 'loss', width: 8, drop: 5, print: ({ loss }) => loss.toFixed(4) },
  ...(isGraded
    ? [{ title: 'accuracy', width: 8, drop: 3, print: ({ accuracy }: EpochProgress) => printPercent(accuracy) }]
    : []),
  {
    title: `${split} loss`,
    width: 9,
    drop: 4,
    print: ({ evaluation }) => (evaluation.count === 0 ? none : evaluation.loss.toFixed(4)),
  },
  isGraded
    ? {
        title: `${split} accuracy`,
        width: 13,
        print: ({ evaluation }) => (evaluation.count === 0 ? none : printPercent(evaluation.accuracy)),
      }
    : {
        title: `${split} error`,
        width: 10,
        print: ({ evaluation: { count, meanError } }) =>
          count === 0 || meanError === undefined ? none : printError(meanError),
      },
  { title: 'rate', width: 8, drop: 2, print: ({ rate }) => rate.toPrecision(3) },
  { title: 'images/s', width: 8, drop: 1, print: ({ imagesPerSecond }) => printCount(Math.round(imagesPerSecond)) },
  // The best so far: the last row with this mark is the best epoch.
  { title: '', width: 4, drop: 6, print: ({ epoch, best }) => (best?.epoch === epoch ? 'best' : '') },
]
const gap = 2

export class EpochRows {
  readonly #width: number
  #columns: readonly Column[] | undefined

  constructor(width: number) {
    this.#width = width
  }

  /** The lines to print after an epoch: its row, and before the first one the titles. */
  next(progress: EpochProgress): readonly string[] {
    const first = this.#columns === undefined
    this.#columns ??= fitted(
      columnsOf(
        progress.epochs,
        progress.evaluatedOn === 'validation' ? 'val.' : 'test',
        !Number.isNaN(progress.accuracy),
      ),
      this.#width,
    )
    const columns = this.#columns
    const line = (cell: (column: Column) => string) =>
      columns
        .map((column) => cell(column).padStart(column.width))
        .join(' '.repeat(gap))
        .trimEnd()
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
