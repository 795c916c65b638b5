/** The loss: of the network's output, and of auxiliary heads, added up with their weights. */

import { ArgumentError } from '../core/errors.ts'
import { printVolume, volumeSize } from '../core/shapes.ts'
import { add } from '../ops/add/op.ts'
import { type LossSettings, type LossValues, resolveLoss } from '../ops/losses/table.ts'
import { f32 } from '../ops/specs.ts'
import type { Value } from '../ops/types.ts'
import type { Draft, DraftValue } from './draft.ts'
import type { Head } from './heads.ts'

export interface LossPorts extends LossValues {
  /** What the host gives for each picture. */
  readonly labels: DraftValue
}

/**
 * Of each head its output, in the order of `lossHeads`. Throws `ArgumentError` for heads or weights that do not fit.
 *
 * @param shares the host gives a share of each class instead of a label
 */
export function addLoss(
  draft: Draft,
  settings: LossSettings,
  heads: readonly (readonly [Head, Value])[],
  shares = false,
): LossPorts {
  const loss = resolveLoss(settings)
  const [[own]] = heads as readonly [readonly [Head, Value]]
  const { output: volume } = own.output
  const scores = volumeSize(volume)
  const labels = draft.value('labels', 'data', loss.targets(draft.batch, volume, shares), true)
  checkWeights(loss.weights, scores)
  const weights = loss.weights && draft.constant('lossWeights', f32(scores), loss.weights)
  const parts = heads.map(([head, output]): LossValues => {
    checkScores(head, own, scores)
    const emit = draft.emitter({ node: head.name, phase: 'loss', role: 'activation' })
    return loss.emit({ output, targets: labels, weights, weight: head.weight }, emit)
  })
  const first = parts[0] as LossValues
  if (first.hits !== undefined) draft.named(first.hits).name = 'hits'
  const emit = draft.emitter({ node: own.name, phase: 'loss', role: 'activation' })
  const losses = parts.slice(1).reduce((sum, part) => {
    const [both] = emit(add, { activation: 'none' }, [sum, part.losses]) as readonly [Value]
    return both
  }, first.losses)
  draft.named(losses).name = 'losses'
  return { ...first, losses, labels }
}

function checkWeights(weights: readonly number[] | undefined, scores: number): void {
  if (weights === undefined || weights.length === scores) return
  throw new ArgumentError('the weights of the loss do not fit the network', {
    received: `${weights.length} weights`,
    expected: `${scores}, one for each score`,
  })
}

function checkScores({ name, output }: Head, own: Head, scores: number): void {
  if (volumeSize(output.output) === scores) return
  throw new ArgumentError(`the auxiliary head ${name} does not give the scores that the network gives`, {
    received: printVolume(output.output),
    expected: printVolume(own.output.output),
    advice: `give ${output.node.name} the size of ${own.output.node.name}`,
  })
}
