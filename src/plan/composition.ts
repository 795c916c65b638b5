/** What composing a plan makes: the steps of every section, before anything has a place. */

import type { Network } from '../network/network.ts'
import type { SizedNode } from '../network/volumes.ts'
import type { Value } from '../ops/types.ts'
import type { Draft, DraftValue } from './draft.ts'
import type { Goal } from './goal.ts'
import type { DraftParameter } from './lower.ts'
import type { SectionName } from './types.ts'

/** It holds for any number of pictures; `layOut` gives it places for one. */
export interface Composition extends ComposedGoal {
  readonly network: Network
  readonly goal: Goal
  readonly frozen: readonly string[]
  readonly draft: Draft
  readonly parameters: readonly DraftParameter[]
}

/** What depends on the goal. */
export interface ComposedGoal {
  /** In the order of the steps. */
  readonly sections: readonly DraftSection[]
  /** Optimizer state by its name, `conv1.filters.velocity`. */
  readonly optimizerState?: ReadonlyMap<string, DraftValue>
  /** The first step after the loss; where there is no loss, the first that is not forward. */
  readonly backwardFrom: number
  readonly values: PortValues
}

export interface DraftSection {
  readonly name: SectionName
  /** Steps [from, to). */
  readonly from: number
  readonly to: number
  /** What the host reads after a run of it. */
  readonly reads: readonly Value[]
}

/** The scalars of some weights: the host writes the rate of their group into it. */
export interface GroupScalars {
  /** Index in the goal's groups; absent: the weights that no group names. */
  readonly group?: number
  /** True for weights that the optimizer leaves to another one (`Optimizer.others`). */
  readonly isOther: boolean
  readonly value: DraftValue
}

/** The values behind a plan's ports. */
export interface PortValues {
  readonly pictures: DraftValue
  readonly output: Value
  readonly scores?: Value
  readonly labels?: DraftValue
  readonly losses?: Value
  readonly hits?: Value
  readonly scalars?: DraftValue
  readonly groups?: readonly GroupScalars[]
  readonly seed?: DraftValue
  readonly outputGradient?: DraftValue
  readonly gradients?: { readonly weights: ReadonlyMap<string, Value>; readonly nodes: ReadonlyMap<string, Value> }
  readonly taps: ReadonlyMap<string, Value>
}

/** What every goal begins with. */
export interface Base {
  readonly nodes: readonly SizedNode[]
  readonly draft: Draft
  readonly pictures: DraftValue
  readonly parameters: readonly DraftParameter[]
  /** What is learned by layers that are not frozen. */
  readonly learned: readonly DraftParameter[]
  readonly frozen: ReadonlySet<string>
  readonly taps: ReadonlySet<string>
}
