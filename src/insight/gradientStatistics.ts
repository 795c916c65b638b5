/**
 * The gradients of the loss of one batch, weight by weight: how large they are and how they are distributed. Gradients that
 * shrink from the last layer to the first vanish; those that grow explode (CS231n notes, "Babysitting the learning process").
 */

import { ArgumentError } from '../core/errors.ts'
import { checkWhole } from '../core/numbers.ts'
import { checkOptions } from '../core/options.ts'
import { printShape, type Shape, sizeOf, volumeSize } from '../core/shapes.ts'
import type { Model } from '../model/model.ts'
import { checkPictures } from '../model/pictures.ts'
import { type Histogram, histogramOf } from './histogramOf.ts'
import { jointRange, type ValueStatistics, valueStatistics } from './valueStatistics.ts'

export interface GradientStatistics extends ValueStatistics {
  /** `conv1.filters` */
  readonly name: string
  readonly shape: Shape
  readonly histogram: Histogram
}

export interface BatchGradients {
  /** Mean loss of the batch, as the training computes it. */
  readonly loss: number
  /** A row for each weight that learns, in the network's order. */
  readonly weights: readonly GradientStatistics[]
}

export interface GradientStatisticsOptions {
  /** Of the histograms. Default 40. */
  readonly bins?: number | undefined
}

/**
 * Runs forward and backward as a step of a training would (dropout, the batch's statistics), in memory of its own: the weights
 * and running statistics of the model stay as they are.
 *
 * @param images [n, h, w, c], normalized, as `Model.predict` takes them; all of them are one batch
 * @param labels [n], indices of classes; of a network with another loss, what that compares with: [n, values]
 * @throws {ArgumentError} labels that do not fit, or an option that is invalid
 * @throws {PicturesError} not a whole number of images
 * @throws {GradientError} a network without weights that learn
 */
export async function gradientStatistics(
  model: Model,
  images: Float32Array,
  labels: ArrayLike<number>,
  options: GradientStatisticsOptions = {},
): Promise<BatchGradients> {
  checkOptions<GradientStatisticsOptions>('gradientStatistics', options, { bins: true })
  const { bins = 40 } = options
  checkWhole('bins', bins, 1, 10_000)
  const batch = checkPictures(images, model.input)
  const given = images.slice()
  const program = await model.bind({ batch, goal: { kind: 'gradients', to: ['weights'] } })
  try {
    const { ports, buffers, parameters } = program.plan
    const target = buffers[ports.labels as number]
    checkLabels(labels, target?.shape ?? [], target?.dtype === 'i32' ? volumeSize(model.output) : undefined)
    program.write(ports.pictures, given)
    program.write(ports.labels as number, labels)
    await program.run()
    const losses = (await program.read(ports.losses as number)) as Float32Array
    const found = ports.gradients?.weights ?? {}
    const weights: GradientStatistics[] = []
    for (const { name } of parameters) {
      const buffer = found[name]
      if (buffer === undefined) continue
      const values = (await program.read(buffer)) as Float32Array
      const statistics = valueStatistics(values)
      const histogram = histogramOf(values, jointRange(statistics), bins)
      weights.push({ name, shape: buffers[buffer]?.shape ?? [], ...statistics, histogram })
    }
    return { loss: losses.reduce((sum, loss) => sum + loss, 0) / batch, weights }
  } finally {
    await program.dispose()
  }
}

/** @param classes undefined where numbers are compared, and any will do */
function checkLabels(labels: ArrayLike<number>, shape: Shape, classes: number | undefined): void {
  const isLabel = (label: number) => Number.isInteger(label) && label >= 0 && label < (classes ?? 0)
  const bad = classes === undefined ? -1 : Array.from(labels).findIndex((label) => !isLabel(label))
  if (labels.length === sizeOf(shape) && bad < 0) return
  throw new ArgumentError('the labels do not fit the images and the network', {
    received: bad < 0 ? `${labels.length} labels` : `${labels[bad]} for image ${bad}`,
    expected:
      classes === undefined
        ? `numbers of the shape ${printShape(shape)}`
        : `${sizeOf(shape)} whole numbers from 0 to ${classes - 1}`,
  })
}
