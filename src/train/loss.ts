/** What a training minimizes: the network's own loss, with what the options add. */

import { ArgumentError } from '../core/errors.ts'
import { volumeSize } from '../core/shapes.ts'
import type { Model } from '../model/model.ts'
import type { Network } from '../network/network.ts'
import { auxiliaryHeads, lossOf } from '../network/training.ts'
import { type LossSettings, lossWeights, resolveLoss } from '../ops/losses/table.ts'
import { withSmoothing } from '../plan/goal.ts'

interface LossOptions {
  readonly labelSmoothing?: number | undefined
  readonly classWeights?: readonly number[] | undefined
}

/** Throws `ArgumentError` for options that the network's loss does not have. */
export function lossWith({ network, output }: Model, { labelSmoothing, classWeights }: LossOptions): LossSettings {
  const own = lossOf(network)
  // Not to smooth is possible with any loss.
  const loss = labelSmoothing === 0 && own.kind !== 'cross-entropy' ? own : withSmoothing(own, labelSmoothing)
  if (classWeights === undefined) return loss
  const name = lossWeights(loss.kind)
  if (name === undefined) {
    throw new ArgumentError('the loss has no classWeights', {
      received: `classWeights, and the loss ${loss.kind}`,
      expected: 'a loss of classes or labels',
    })
  }
  const weighted = resolveLoss({ ...loss, [name]: classWeights } as LossSettings).settings
  if (classWeights.length === volumeSize(output)) return weighted
  throw new ArgumentError('classWeights does not fit the network', {
    received: `${classWeights.length} weights`,
    expected: `${volumeSize(output)}, one for each score`,
  })
}

/** The loss of scores that are all equal, auxiliary heads included: of numbers, nothing is known. */
export function guessOf({ nodes }: Network, settings: LossSettings, classes: number): number {
  const heads = auxiliaryHeads(nodes).reduce((sum, { weight }) => sum + weight, 1)
  return heads * resolveLoss(settings).guess(classes)
}
