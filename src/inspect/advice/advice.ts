/** The table of advice: a rule is a row. */

import type { Network } from '../../network/network.ts'
import { contextOf } from './context.ts'
import { memoryRules } from './memory.ts'
import { sizeRules } from './sizes.ts'
import type { Advice, AdviceRule, PlannedTraining } from './types.ts'
import { weightRules } from './weights.ts'

export const adviceRules: readonly AdviceRule[] = [...sizeRules, ...weightRules, ...memoryRules]

/** What the rules find in a network, and in a training of it where one was planned. Throws `SizeError`. */
export function adviceFor(network: Network, training?: PlannedTraining): readonly Advice[] {
  const context = contextOf(network, training)
  return adviceRules.flatMap(({ id, find }) => find(context).map((found) => ({ id, ...found })))
}
