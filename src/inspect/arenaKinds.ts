/** What the memory of an arena is used for, as its pictures tell it apart. */

import type { BufferRole, Plan, PlanBuffer } from '../plan/types.ts'
import { boxesOf } from '../plan/usage.ts'

export type ArenaKind =
  | 'parameters'
  | 'optimizer state'
  | 'data'
  | 'activations'
  | 'computed again'
  | 'gradients'
  | 'workspaces'

/** In the order of legends: the color of boxes, and the letter of blocks. */
export const arenaKinds: Readonly<Record<ArenaKind, { readonly color: string; readonly block: string }>> = {
  parameters: { color: '#8a8f98', block: '▒' },
  'optimizer state': { color: '#b6bac2', block: '░' },
  data: { color: '#c9a26b', block: '·' },
  activations: { color: '#3b82f6', block: '█' },
  'computed again': { color: '#7cc4fa', block: '▓' },
  gradients: { color: '#f08a24', block: '▚' },
  workspaces: { color: '#1f9d6b', block: '▪' },
}

const kindOf: Readonly<Record<BufferRole, ArenaKind>> = {
  parameter: 'parameters',
  tracked: 'parameters',
  optimizer: 'optimizer state',
  data: 'data',
  scalars: 'data',
  activation: 'activations',
  gradient: 'gradients',
  workspace: 'workspaces',
}

export interface ArenaBox extends PlanBuffer {
  readonly kind: ArenaKind
}

/** The buffers of a plan as boxes in steps and bytes, none over another. */
export function arenaBoxes(plan: Plan): readonly ArenaBox[] {
  const again = new Set(plan.steps.filter(({ phase }) => phase === 'recompute').flatMap(({ outputs }) => outputs))
  return boxesOf(plan).map((buffer) => ({
    ...buffer,
    kind: again.has(buffer.id) ? 'computed again' : kindOf[buffer.role],
  }))
}
