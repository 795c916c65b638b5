/** The confusion matrix as a picture, and its most frequent mistakes as a list. */

import { type ConfusionMatrix, type ConfusionPair, pairsOf } from '../core/confusion.ts'
import { printable } from '../core/text.ts'
import { columnsOf, shorten } from './shorten.ts'
import { escapeText, palette, picture, tag } from './svg.ts'

export interface Mistake {
  readonly actual: string
  readonly predicted: string
  readonly count: number
  /** Of the pictures of the actual class. */
  readonly share: number
}

/** The most frequent mistakes, most frequent first; of a matrix, or of its pairs. */
export function commonMistakes(
  confusion: ConfusionMatrix | readonly ConfusionPair[],
  labels: readonly string[],
  most = 10,
): readonly Mistake[] {
  const pairs = pairsOf(confusion)
  const all = new Map<number, number>()
  for (const { actual, count } of pairs) all.set(actual, (all.get(actual) ?? 0) + count)
  return pairs
    .filter(({ actual, predicted }) => actual !== predicted)
    .toSorted((a, b) => b.count - a.count)
    .slice(0, most)
    .map(({ actual, predicted, count }) => ({
      actual: name(labels, actual),
      predicted: name(labels, predicted),
      count,
      share: count / (all.get(actual) as number),
    }))
}

/** Without control characters: their escapes are longer, and a name is measured and cut after this. */
const name = (labels: readonly string[], index: number) => printable(labels[index] ?? `${index}`)

/** Names longer than this are cut; the whole name is in the tooltip. */
const longestName = 18

/**
 * Rows are the actual classes, columns the predicted ones. The diagonal is shaded by its share of the row; mistakes by their
 * share of the most frequent one, by the square root, so that single ones can be seen.
 */
export function confusionSvg(confusion: ConfusionMatrix, labels: readonly string[]): string {
  const classes = confusion.length
  const cell = Math.max(4, Math.min(36, Math.floor(640 / Math.max(1, classes))))
  const shown = confusion.map((_, index) => shorten(name(labels, index), longestName))
  const longest = Math.max(...shown.map(columnsOf))
  const written = cell >= 10
  const room = written ? 10 + 6.8 * longest : 24
  const slanted = 6.6 * longest > cell
  const [left, top] = [room + 16, (slanted ? room : 18) + 20]
  const worst = Math.max(1, ...confusion.flatMap((row, actual) => row.filter((_, predicted) => predicted !== actual)))
  const cells = confusion.flatMap((row, actual) => {
    const all = Math.max(
      1,
      row.reduce((a, b) => a + b, 0),
    )
    return row.map((count, predicted) => {
      const right = actual === predicted
      const shade = right ? count / all : Math.sqrt(count / worst)
      const box = { x: left + predicted * cell, y: top + actual * cell, width: cell - 1, height: cell - 1, rx: 2 }
      const background = tag('rect', { ...box, fill: 'currentColor', 'fill-opacity': 0.05 })
      if (count === 0) return background
      const color = right ? palette.blue : palette.orange
      const said = `${name(labels, actual)} predicted as ${name(labels, predicted)}: ${count} of ${all}`
      const title = tag('title', {}, escapeText(said))
      const fill = tag('rect', { ...box, fill: color, 'fill-opacity': 0.12 + 0.88 * shade }, title)
      const text = { x: box.x + (cell - 1) / 2, y: box.y + cell / 2 + 3, 'text-anchor': 'middle' }
      const size = Math.min(11, (cell - 4) / (0.6 * `${count}`.length))
      const ink = shade > 0.7 ? 'white' : undefined
      const label =
        cell >= 22 ? tag('text', { ...text, 'font-size': size, fill: ink, 'pointer-events': 'none' }, `${count}`) : ''
      return background + fill + label
    })
  })
  const names = confusion.map((_, index) => {
    const middle = (index + 0.5) * cell
    const text = tag('title', {}, escapeText(name(labels, index))) + escapeText(shown[index] as string)
    const at = slanted
      ? { transform: `translate(${left + middle + 4} ${top - 6}) rotate(-90)` }
      : { x: left + middle, y: top - 6 }
    const column = tag('text', { ...at, 'text-anchor': slanted ? undefined : 'middle' }, text)
    return tag('text', { x: left - 6, y: top + middle + 4, 'text-anchor': 'end' }, text) + column
  })
  const [width, height] = [left + classes * cell + 4, top + classes * cell + 4]
  const quiet = { opacity: 0.65, 'font-size': 11 }
  return picture('Confusion matrix', width, height, [
    tag('text', { x: left, y: 12, ...quiet }, 'predicted →'),
    tag(
      'text',
      { ...quiet, 'text-anchor': 'middle', transform: `translate(11 ${(top + height) / 2}) rotate(-90)` },
      '← actual',
    ),
    ...(written ? names : []),
    ...cells,
  ])
}
