/** Whether pictures and classes are those that the network was made for, and which score belongs to each class. */

import { ArgumentError } from '../core/errors.ts'
import { printVolume, sameVolume, volumeSize } from '../core/shapes.ts'
import type { Dataset, Split } from '../data/dataset.ts'
import { LabelRangeError } from '../data/errors.ts'
import type { Normalization } from '../data/normalization.ts'
import type { Model } from '../model/model.ts'
import { layerOf } from '../network/network.ts'
import { outputNode } from '../network/training.ts'
import { inferVolumes } from '../network/volumes.ts'
import { frozenNodes } from '../plan/frozen.ts'
import { scoresOfClasses } from './classes.ts'
import { DataMismatchError } from './errors.ts'
import { measureOf } from './measures.ts'
import { checkTargetKind, matchTargets } from './targets.ts'

/**
 * Checks a data set against a model, and returns the normalization of its pictures: as the model's own training had
 * it, or, for a new model, as the data set says.
 * Throws `DataMismatchError`, `LabelRangeError`, or `ArgumentError` for a batch larger than the training split.
 */
export function checkData(model: Model, dataset: Dataset, batch: number): Normalization {
  const { train } = matchDataset(model, dataset)
  if (batch > train.count) {
    throw new ArgumentError('the batch is larger than the training split, so there is no whole batch in it', {
      received: `batch ${batch}, ${train.count} images`,
      expected: `a batch of at most ${train.count}`,
    })
  }
  return model.info.normalization ?? dataset.normalization
}

/**
 * The data set with the model's classes in the model's order: a label is then the index of a score. The pictures are
 * shared, not copied. A model that names its classes knows those of the data by name, in any order, and may know more.
 * Throws `DataMismatchError` or `LabelRangeError`.
 */
export function matchDataset(model: Model, dataset: Dataset): Dataset {
  const { name, train, validation, test } = dataset
  const classes = isOwnTarget(model, train) ? [] : dataset.classes
  const match = (split: Split, what: string) => matchSplit(model, split, `${name}, ${what} split`, classes)
  return {
    ...dataset,
    classes: model.info.classes ?? classes,
    train: match(train, 'training'),
    ...(validation === undefined ? {} : { validation: match(validation, 'validation') }),
    test: match(test, 'test'),
  }
}

/**
 * A split whose pictures fit the input and whose every label is the index of a score, of a network whose scores are one
 * distribution. Throws `DataMismatchError` or `LabelRangeError`.
 *
 * @param classes names of the split's classes, matched with the model's by name; without them the labels are indices of
 * scores already, and nothing can tell whether that is so
 */
export function matchSplit(model: Model, split: Split, where: string, classes = split.classes): Split {
  checkDistribution(model)
  if (!sameVolume(model.input, split)) {
    throw new DataMismatchError(`${where}: the images do not fit the network`, {
      received: `images of ${printVolume(split)}`,
      expected: `the network's input, ${printVolume(model.input)}`,
      advice: `begin the network with INPUT ${split.height}x${split.width}x${split.channels}`,
    })
  }
  if (isOwnTarget(model, split)) return { ...split, isTarget: true, classes: undefined }
  const evaluated = measureOf(model.network)
  checkTargetKind(evaluated, split, where)
  const end = (scores: number) => `FC-${scores}${givesDistribution(model) ? ' -> SOFTMAX' : ''}`
  const scores = classes && scoresOfClasses(model, classes, where, end)
  if (evaluated.compares !== 'class') {
    const matched = matchTargets(model, evaluated, split, where, scores)
    return scores === undefined ? matched : { ...matched, classes: model.info.classes ?? classes }
  }
  checkLabels(split, where, scores?.length ?? volumeSize(model.output))
  if (scores === undefined) return split
  const named = { ...split, classes: model.info.classes ?? classes }
  if (scores.every((score, label) => score === label)) return named
  return { ...named, labels: Uint16Array.from(split.labels, (label) => scores[label] as number) }
}

/**
 * Whether each image is its own target: the network gives numbers, as many as the image has and in its form, and the data has
 * no other numbers for it. Such a network is an autoencoder.
 */
export function isOwnTarget({ network, input, output }: Model, { targets }: Split): boolean {
  return targets === undefined && sameVolume(input, output) && measureOf(network).compares === 'numbers'
}

function checkLabels({ count, labels }: Split, where: string, classes: number): void {
  for (let i = 0; i < count; i++) {
    const label = labels[i] as number
    if (!(label >= 0 && label < classes)) throw new LabelRangeError(where, i, label, classes)
  }
}

/**
 * Names of the layers that the patterns name, in the network's order. Throws `ArgumentError` where a pattern matches none,
 * or where they leave nothing to learn.
 */
export function frozenLayers({ network }: Model, patterns: readonly string[]): readonly string[] {
  if (patterns.length === 0) return []
  const nodes = inferVolumes(network)
  const frozen = frozenNodes(nodes, patterns)
  const learns = nodes.some(
    ({ node, parameters }) => !frozen.has(node.name) && parameters.some(({ role }) => role === 'learned'),
  )
  if (!learns) {
    throw new ArgumentError('frozen: no layer is left to learn', {
      received: patterns.join(', '),
      expected: 'at least one layer with weights that is not frozen',
    })
  }
  return network.nodes.map(({ name }) => name).filter((name) => frozen.has(name))
}

/** Whether the last layer gives probabilities instead of scores. */
export function givesDistribution({ network }: Model): boolean {
  return layerOf(outputNode(network)).distribution === 'classes'
}

/**
 * A closing SOFTMAX on a map gives one distribution a position, but a picture has one label: the loss of training, one
 * distribution over all positions, would be that of another network.
 */
function checkDistribution(model: Model): void {
  const { height, width } = model.output
  if (!givesDistribution(model) || height * width === 1) return
  throw new DataMismatchError('the network ends with a distribution for each position of a map', {
    received: `${printVolume(model.output)}: ${height * width} distributions an image`,
    expected: '1×1×classes: one distribution, as an image has one label',
    advice: 'put GAP or FC before SOFTMAX',
  })
}
