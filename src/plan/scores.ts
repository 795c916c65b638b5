/** The section `scores`: what the last layer gives for new pictures, by tracked statistics and with nothing random. */

import { withoutHeads } from '../network/training.ts'
import type { Value } from '../ops/types.ts'
import type { Base, ComposedGoal } from './composition.ts'
import { fuse } from './fuse.ts'
import { lower, outputOf, tapsOf } from './lower.ts'

/** Marks the values of a second section; no node has it in its name. */
export const scoresSuffix = '@scores'

const nothing: ReadonlySet<number> = new Set()

/** Appends its steps to those that there are. `beside`: a section of another goal, whose taps are its own. */
export function composeScores({ nodes: all, draft, pictures, parameters, taps }: Base, beside = false): ComposedGoal {
  // Auxiliary heads are for training only.
  const nodes = withoutHeads(all, beside ? [] : taps)
  const before = draft.steps
  draft.steps = []
  const outputs = lower(draft, nodes, {
    pictures,
    parameters,
    statistics: () => 'tracked',
    seed: () => undefined,
    suffix: beside ? scoresSuffix : '',
  })
  const output = outputOf(nodes, outputs)
  const tapped = beside ? new Map<string, Value>() : tapsOf(taps, outputs)
  const reads = [output, ...tapped.values()]
  const held = new Set(reads.map((value) => draft.rootId(value)))
  draft.steps = [...before, ...fuse(draft, draft.steps, { held, learned: nothing })]
  const to = draft.steps.length
  return {
    backwardFrom: to,
    sections: [{ name: 'scores', from: before.length, to, reads }],
    values: { pictures, output, scores: output, taps: tapped },
  }
}
