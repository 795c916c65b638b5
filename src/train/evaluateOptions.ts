/** Options and images of an evaluation, checked before anything is computed. */

import { ArgumentError } from '../core/errors.ts'
import { checkOptions, printKind } from '../core/options.ts'
import type { Split } from '../data/dataset.ts'
import type { Normalization } from '../data/normalization.ts'
import type { Model } from '../model/model.ts'
import { matchSplit } from './match.ts'

export interface EvaluateOptions {
  /** Default: the model's own. */
  readonly normalization?: Normalization | undefined
  /**
   * Names of the classes that the split's labels are indices of. Default: the split's own, which a split of a data set has.
   */
  readonly classes?: readonly string[] | undefined
  /** Ends the evaluation by throwing the signal's reason. */
  readonly signal?: AbortSignal | undefined
}

/** What is evaluated. */
export interface Prepared {
  readonly model: Model
  /** Its labels are the model's. */
  readonly split: Split
  readonly normalization: Normalization
  /** Names of the split's classes. */
  readonly classes: readonly string[] | undefined
  readonly signal: AbortSignal | undefined
}

/** Throws as `evaluate` does. */
export function prepareEvaluation(model: Model, split: Split, options: EvaluateOptions): Prepared {
  checkIsSplit(split)
  checkOptions<EvaluateOptions>('evaluate', options, { normalization: true, classes: true, signal: true })
  const { normalization = model.info.normalization, classes = split.classes, signal } = options
  if (normalization === undefined) {
    throw new ArgumentError('no normalization is known for the images', {
      received: 'a model without normalization',
      expected: '{ normalization: { mean, std } }',
      advice: 'pass the normalization of the data set that the model was trained on',
    })
  }
  const matched = matchSplit(model, split, 'the images', classes)
  if (split.count === 0) {
    throw new ArgumentError('there are no images to evaluate', {
      received: 'an empty split',
      expected: 'at least one image',
    })
  }
  return { model, split: matched, normalization, classes, signal }
}

function checkIsSplit(split: Partial<Split> | undefined): void {
  if (split?.labels !== undefined && split.images !== undefined) return
  throw new ArgumentError('not a split', {
    received: 'test' in (split ?? {}) ? 'a data set' : printKind(split),
    expected: '{ count, height, width, channels, images, labels }',
    advice: 'evaluate(model, dataset.test)',
  })
}
