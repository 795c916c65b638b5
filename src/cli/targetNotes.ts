/** What `train` notes about numbers in place of classes: ranges that are hard to learn, changes of the images that make them wrong. */

import { listed, printable } from '../core/text.ts'
import type { Augmentation } from '../data/augmentation.ts'
import type { Dataset } from '../data/dataset.ts'
import { printError } from '../inspect/units.ts'

/** Changes that move what is in an image. */
const moving = ['flip', 'crop', 'resizedCrop', 'rotate', 'scale', 'shear'] as const

/** A network starts with values of about 1, and its steps are made for such. */
const [smallest, largest] = [0.01, 10]

/** @param compares what the network's loss compares with: `numbers` */
export function targetNotes(
  { train, classes }: Dataset,
  compares: string,
  augment: Augmentation = {},
): readonly string[] {
  const { targets, count } = train
  if (targets === undefined || compares !== 'numbers') return []
  const moved = moving.filter((word) => augment[word])
  const width = classes.length
  const far = classes.flatMap((name, i) => {
    const values = Array.from({ length: count }, (_, image) => targets[image * width + i] as number)
    const least = values.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY)
    const most = values.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY)
    const size = Math.max(Math.abs(least), Math.abs(most))
    const isFar = size > largest || (most > least && most - least < smallest)
    return isFar ? [`${printable(name)} (${printError(least)} to ${printError(most)})`] : []
  })
  return [
    ...(far.length === 0
      ? []
      : [
          `numbers of about −1 to 1 are learned best. Scale these in the table, as by the side of the image: ${listed(far, 4)}`,
        ]),
    ...(moved.length === 0
      ? []
      : [
          `the augmentation ${moved.join(', ')} moves what is in an image, and its numbers stay as they are. Leave it out if they are places, sizes or angles`,
        ]),
  ]
}
