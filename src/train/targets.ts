/** Targets other than classes: labels of which several apply, and numbers. Whether they fit the network, and its order. */

import { volumeSize } from '../core/shapes.ts'
import type { Split } from '../data/dataset.ts'
import type { Model } from '../model/model.ts'
import { DataMismatchError } from './errors.ts'
import type { Evaluated } from './measures.ts'

const needs = {
  class: 'labels: one class for each image',
  labels: 'targets from 0 to 1: for each label, whether it applies',
  numbers: 'targets: a number for each value that the network gives; or a network that gives an image like its input',
} as const

/** Throws `DataMismatchError` where the network's loss compares with other targets than the data has. */
export function checkTargetKind({ kind, compares }: Evaluated, { targets }: Split, where: string): void {
  if ((targets === undefined) === (compares === 'class')) return
  const advice =
    compares === 'class'
      ? 'end the network with LOSS squared-error, LOSS huber or LOSS sigmoid-cross-entropy'
      : 'make the data set with targets, or end the network with LOSS cross-entropy or LOSS hinge'
  throw new DataMismatchError(`${where}: the data does not fit the network's loss, ${kind}`, {
    received: targets === undefined ? 'labels: one class for each image' : 'targets: numbers for each image',
    expected: needs[compares],
    advice,
  })
}

/**
 * The split with its targets in the network's order.
 *
 * @param scores the index of the network's value for each of the data's; undefined: the same order
 * @throws {DataMismatchError} another number of targets, or of labels one that is not from 0 to 1
 */
export function matchTargets(
  { output }: Pick<Model, 'output'>,
  { compares }: Evaluated,
  split: Split,
  where: string,
  scores: readonly number[] | undefined,
): Split {
  const { count, targets = new Float32Array() } = split
  const width = volumeSize(output)
  if (targets.length !== count * width) {
    throw new DataMismatchError(`${where}: the targets do not fit the network`, {
      received: `${targets.length / Math.max(count, 1)} for each image`,
      expected: `${width}, one for each value that the network gives`,
    })
  }
  const bad = compares === 'labels' ? targets.findIndex((target) => !(target >= 0 && target <= 1)) : -1
  if (bad >= 0) {
    throw new DataMismatchError(`${where}: a target of a label is invalid`, {
      received: `${targets[bad]} for label ${bad % width} of image ${Math.floor(bad / width)}`,
      expected: 'a number from 0 (does not apply) to 1 (applies)',
    })
  }
  if (scores === undefined || scores.every((score, i) => score === i)) return split
  const ordered = new Float32Array(targets.length)
  targets.forEach((target, at) => {
    const image = Math.floor(at / width)
    ordered[image * width + (scores[at % width] as number)] = target
  })
  return { ...split, targets: ordered }
}
