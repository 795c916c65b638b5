/** Whether pictures and classes are those that the network was made for. */

import { ArgumentError } from '../core/errors.ts'
import { printVolume, sameVolume, volumeSize } from '../core/shapes.ts'
import type { Dataset, Split } from '../data/dataset.ts'
import { LabelRangeError } from '../data/errors.ts'
import type { Normalization } from '../data/normalization.ts'
import type { Model } from '../model/model.ts'
import { layerOf } from '../network/network.ts'
import { inferVolumes } from '../network/volumes.ts'
import { matchNodes } from '../plan/nodes.ts'
import { DataMismatchError } from './errors.ts'

/**
 * Checks a data set against a model, and returns the normalization of its pictures: as the model's own training had
 * it, or, for a new model, as the data set says.
 * Throws `DataMismatchError`, `LabelRangeError`, or `ArgumentError` for a batch larger than the training split.
 */
export function checkData(model: Model, dataset: Dataset, batch: number): Normalization {
  const { train, test, classes, name } = dataset
  checkSplit(model, train, `${name}, training split`)
  checkSplit(model, test, `${name}, test split`)
  const scores = volumeSize(model.output)
  if (scores !== classes.length) {
    throw new DataMismatchError('the network does not give one score a class', {
      received: `${printVolume(model.output)}, ${scores} scores, for the ${classes.length} classes of ${name}`,
      expected: `1×1×${classes.length}`,
      advice: `end the network with FC-${classes.length}`,
    })
  }
  if (batch > train.count) {
    throw new ArgumentError('the batch is larger than the training split, so there is no whole batch in it', {
      received: `batch ${batch}, ${train.count} pictures`,
      expected: `a batch of at most ${train.count}`,
    })
  }
  return model.info.normalization ?? dataset.normalization
}

/**
 * A split whose pictures fit the input and whose every label has a score, of a network whose scores are one
 * distribution. Throws `DataMismatchError` or `LabelRangeError`.
 */
export function checkSplit(model: Model, split: Split, where: string): void {
  checkDistribution(model)
  if (!sameVolume(model.input, split)) {
    throw new DataMismatchError(`${where}: the pictures do not fit the network`, {
      received: `pictures of ${printVolume(split)}`,
      expected: `the network's input, ${printVolume(model.input)}`,
      advice: `begin the network with INPUT ${split.height}x${split.width}x${split.channels}`,
    })
  }
  const scores = volumeSize(model.output)
  for (let i = 0; i < split.count; i++) {
    const label = split.labels[i] as number
    if (!(label >= 0 && label < scores)) throw new LabelRangeError(where, i, label, scores)
  }
}

/**
 * Names of the layers that the patterns name, in the network's order. Throws `ArgumentError` where a pattern matches none,
 * or where they leave nothing to learn.
 */
export function frozenLayers({ network }: Model, patterns: readonly string[]): readonly string[] {
  if (patterns.length === 0) return []
  const nodes = inferVolumes(network)
  const frozen = matchNodes(nodes, patterns, 'frozen')
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
  const last = network.nodes.at(-1)
  return last !== undefined && layerOf(last).distribution === true
}

/**
 * A closing SOFTMAX on a map gives one distribution a position, but a picture has one label: the loss of training, one
 * distribution over all positions, would be that of another network.
 */
function checkDistribution(model: Model): void {
  const { height, width } = model.output
  if (!givesDistribution(model) || height * width === 1) return
  throw new DataMismatchError('the network ends with a distribution for each position of a map', {
    received: `${printVolume(model.output)}: ${height * width} distributions a picture`,
    expected: '1×1×classes: one distribution, as a picture has one label',
    advice: 'put GAP or FC before SOFTMAX',
  })
}
