/** What a run's report shows of a network that gives numbers: plots, or for an autoencoder its reconstructions. */

import type { Split } from '../data/dataset.ts'
import type { Normalization } from '../data/normalization.ts'
import { readPictures } from '../data/store.ts'
import { predictedNumbers } from '../insight/predictedNumbers.ts'
import { pictureOf } from '../inspect/picture.ts'
import { mostPlots } from '../inspect/report/numbers.ts'
import type { ReportData } from '../inspect/report/report.ts'
import type { Model } from '../model/model.ts'
import type { Evaluation } from '../train/evaluation.ts'
import { isOwnTarget } from '../train/match.ts'
import { pixelsOf } from './reconstruction.ts'

/** Images whose numbers are plotted. */
const mostPoints = 500

/** Images that are shown with their reconstructions. */
const mostReconstructions = 16

export async function reportedNumbers(
  model: Model,
  test: Split,
  evaluation: Evaluation | undefined,
  normalization: Normalization,
): Promise<Pick<ReportData, 'numbers' | 'reconstructions'>> {
  if (evaluation?.meanError === undefined) return {}
  const found = await predictedNumbers(model, test, {
    normalization,
    most: isOwnTarget(model, test) ? mostReconstructions : mostPoints,
  })
  const { perNumber, count } = evaluation
  if (perNumber !== undefined) {
    const points = perNumber
      .slice(0, mostPlots)
      .map((_, i) =>
        found.map(({ targets, values }) => ({ actual: targets[i] as number, predicted: values[i] as number })),
      )
    return { numbers: { numbers: perNumber, count, points } }
  }
  const originals = await readPictures(test, [...found.keys()])
  return {
    reconstructions: found.map(({ values }, at) => ({
      original: pictureOf(originals, at),
      reconstructed: pictureOf({ ...test, images: pixelsOf(values, normalization) }, 0),
    })),
  }
}
