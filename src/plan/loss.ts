/** The loss of the network's output. */

import type { Volume } from '../core/shapes.ts'
import { type LossSettings, type LossValues, resolveLoss } from '../ops/losses/table.ts'
import type { Value } from '../ops/types.ts'
import type { Draft, DraftValue } from './draft.ts'

export interface LossPorts extends LossValues {
  /** What the host gives for each picture. */
  readonly labels: DraftValue
}

export function addLoss(draft: Draft, settings: LossSettings, output: Value, volume: Volume): LossPorts {
  const loss = resolveLoss(settings)
  const labels = draft.value('labels', 'data', loss.targets(draft.batch, volume), true)
  const emit = draft.emitter({ node: 'loss', phase: 'loss', role: 'activation' })
  const values = loss.emit({ output, targets: labels }, emit)
  draft.named(values.losses).name = 'losses'
  if (values.hits !== undefined) draft.named(values.hits).name = 'hits'
  return { ...values, labels }
}
