/** The few numbers at the top of a run's report: how well it did. */

import type { Dataset } from '../data/dataset.ts'
import { printCount, printError, printPercent } from '../inspect/units.ts'
import type { Evaluation } from '../train/evaluation.ts'
import type { TrainResult } from '../train/progress.ts'

interface Figure {
  readonly value: string
  readonly says: string
}

/** On the test pictures; where there are none on the validation pictures, and else on the training pictures. */
export function accuracyFigures(
  result: TrainResult,
  { test, validation }: Dataset,
  evaluation: Evaluation | undefined,
): readonly Figure[] {
  const on = (split: string, accuracy: number, loss: number, count: number): readonly Figure[] => [
    Number.isNaN(accuracy)
      ? { value: printError(evaluation?.meanError ?? Number.NaN), says: `mean error, ${printCount(count)} images` }
      : { value: printPercent(accuracy), says: `${split} accuracy, ${printCount(count)} images` },
    { value: loss.toFixed(4), says: `${split} loss` },
  ]
  const {
    testAccuracy = Number.NaN,
    testLoss,
    validationAccuracy = Number.NaN,
    validationLoss,
    trainAccuracy,
    viewed,
  } = result
  if (viewed !== undefined && testLoss !== undefined)
    return [
      ...on('test', testAccuracy, testLoss, test.count),
      { value: printPercent(viewed.accuracy), says: `with views ${viewed.views}` },
    ]
  if (testLoss !== undefined) return on('test', testAccuracy, testLoss, test.count)
  if (validationLoss !== undefined) return on('validation', validationAccuracy, validationLoss, validation?.count ?? 0)
  return [{ value: printPercent(trainAccuracy), says: 'training accuracy' }]
}
