/** The output of `lenslet init` about a folder of pictures. */

import { relative } from 'node:path'
import { printable } from '../core/text.ts'
import type { Survey } from '../data/node/survey.ts'
import { printCount } from '../inspect/units.ts'
import type { Terminal } from './terminal.ts'

interface Size {
  readonly height: number
  readonly width: number
}

/** Below this, a class says little about pictures that were never seen. */
const fewPictures = 20
/** From this ratio on, guessing the largest class pays. */
const unbalanced = 3

export function surveyTable(
  terminal: Terminal,
  folder: string,
  { classes, count, color }: Survey,
  sizes: { readonly smallest: Size; readonly median: Size; readonly largest: Size },
): string {
  const size = ({ height, width }: Size) => `${height}×${width}`
  const colors =
    color === count
      ? 'all in color'
      : color === 0
        ? 'all gray'
        : `${printCount(color)} in color, ${printCount(count - color)} gray`
  return [
    `${printable(folder)}: ${printCount(count)} ${count === 1 ? 'image' : 'images'}, ${classes.length} ${classes.length === 1 ? 'class' : 'classes'}, ${colors}`,
    `height × width: smallest ${size(sizes.smallest)}, median ${size(sizes.median)}, largest ${size(sizes.largest)}`,
    '',
    terminal.table({
      columns: [
        { title: 'class', align: 'left' },
        { title: 'images', align: 'right' },
        { title: 'share', align: 'right' },
      ],
      rows: classes.map((each) => [
        printable(each.name),
        printCount(each.count),
        `${((100 * each.count) / Math.max(1, count)).toFixed(1)} %`,
      ]),
    }),
  ].join('\n')
}

/** What a person should know before training, one sentence each. */
export function surveyNotices(folder: string, { classes, broken, duplicates, notices }: Survey): readonly string[] {
  const inside = (file: string) => relative(folder, file)
  const sorted = [...classes].sort((a, b) => a.count - b.count)
  const [least, largest] = [sorted[0], sorted.at(-1)]
  const few = classes.filter(({ count }) => count < fewPictures)
  return [
    ...notices.map(({ message }) => message),
    ...(classes.length === 1 ? ['there is only one class, so every model is right; add images of something else'] : []),
    ...(least !== undefined && largest !== undefined && largest.count >= unbalanced * Math.max(1, least.count)
      ? [
          `the classes are not balanced: ${printCount(largest.count)} images of ${printable(largest.name)}, ${printCount(least.count)} of ${printable(least.name)}; look at the accuracy of each class`,
        ]
      : []),
    ...(few.length > 0
      ? [`fewer than ${fewPictures} images of ${names(few.map(({ name }) => name))}: expect little of a model`]
      : []),
    ...(broken.length > 0
      ? [
          `${broken.length} ${broken.length === 1 ? 'image' : 'images'} cannot be read: ${names(broken.map(({ file }) => inside(file)))}`,
        ]
      : []),
    ...(duplicates.length > 0
      ? [
          `${duplicates.length} ${duplicates.length === 1 ? 'image is' : 'images are'} in two classes: ${names(duplicates.map((files) => files.map(inside).join(' = ')))}`,
        ]
      : []),
  ]
}

/** Names that are listed; the rest is a number, and --json has all. */
const most = 5

function names(list: readonly string[]): string {
  const shown = list.slice(0, most).map(printable).join(', ')
  return list.length > most ? `${shown} and ${list.length - most} more` : shown
}
