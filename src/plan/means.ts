/** What a training keeps beside its weights: sums of gradients over batches, a running mean of the weights, slow weights. */

import { accumulate } from '../ops/optimizer/accumulate/op.ts'
import { average } from '../ops/optimizer/average/op.ts'
import type { Emit, Value } from '../ops/types.ts'
import type { Base } from './composition.ts'
import type { DraftValue } from './draft.ts'
import type { TrainingGoal } from './goal.ts'

type Kept = Pick<TrainingGoal, 'accumulate' | 'ema' | 'lookahead'>

/** Adds a gradient to a sum that lives from batch to batch, where gradients are accumulated; gives what to update by. */
export function addSum(
  { draft }: Base,
  { accumulate: batches = 1 }: Kept,
  { name, gradient, scalars, emit }: { name: string; gradient: Value; scalars: DraftValue; emit: Emit },
): Value {
  if (batches === 1) return gradient
  // Not in a checkpoint: an update leaves nothing in it that the next one reads.
  const sum = draft.value(`${name}.sum`, 'optimizer', gradient)
  emit(accumulate, { batches }, [gradient, scalars], [sum])
  return sum
}

/** After the update of a weight, or at the end for what a layer tracks: slow weights and the running mean, `conv1.filters.ema`. */
export function addMeans(
  { draft }: Base,
  goal: Kept,
  { name, value, scalars, emit }: { name: string; value: DraftValue; scalars: DraftValue; emit: Emit },
  state: Map<string, DraftValue>,
): void {
  const keep = (suffix: string) => {
    const made = draft.value(`${name}.${suffix}`, 'optimizer', value)
    state.set(`${name}.${suffix}`, made)
    return made
  }
  if (goal.lookahead) emit(average, { kept: 'slowKept', back: true }, [scalars], [keep('slow'), value])
  if (goal.ema) emit(average, { kept: 'emaKept', back: false }, [scalars], [keep('ema'), value])
}
