/** What a model gives for images whose targets are numbers, beside the targets: for plots, and for pictures of reconstructions. */

import { volumeSize } from '../core/shapes.ts'
import { Batches } from '../data/batches.ts'
import type { Split } from '../data/dataset.ts'
import type { Normalization } from '../data/normalization.ts'
import { type Model, predictionsOf } from '../model/model.ts'
import { matchSplit } from '../train/match.ts'

/** Of one image. Both are [values of the network]; of an autoencoder in normalized units. */
export interface PredictedNumbers {
  readonly targets: Float32Array
  readonly values: Float32Array
}

/** Images that are run at a time. */
const portion = 64

/**
 * Of the first `most` images of a split. Names are matched as in `evaluate`, with the same errors, and all images see the same
 * weights.
 */
export async function predictedNumbers(
  model: Model,
  split: Split,
  { normalization, most }: { readonly normalization: Normalization; readonly most: number },
): Promise<readonly PredictedNumbers[]> {
  const count = Math.min(most, split.count)
  const [size, width] = [volumeSize(model.input), volumeSize(model.output)]
  const batch = Math.max(1, Math.min(portion, count))
  const batches = new Batches(matchSplit(model, split, 'the images'), { batch, normalization, shuffle: false })
  const [images, targets] = [new Float32Array(batch * size), new Float32Array(batch * width)]
  const found: PredictedNumbers[] = []
  await predictionsOf(model)(async (predict) => {
    for (let step = 0; step * batch < count; step++) {
      await batches.ready(0, step)
      const filled = Math.min(batches.fill(0, step, images, targets), count - step * batch)
      const values = await predict(images.subarray(0, filled * size))
      for (let i = 0; i < filled; i++) {
        const row = (of: Float32Array) => of.slice(i * width, (i + 1) * width)
        found.push({ targets: row(targets), values: row(values) })
      }
    }
  })
  return found
}
