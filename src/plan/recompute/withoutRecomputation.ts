/** In the place of choose.ts in `lenslet.browser.js`, which keeps its size down by leaving recomputation out. */

import type { Target } from '../../ops/target.ts'
import type { Composition } from '../composition.ts'
import { layOut } from '../layOut.ts'
import { refuse } from '../leftOut.ts'
import type { Plan } from '../types.ts'

/** Throws `ArgumentError` where recomputation is asked for. */
export function layOutFor(composition: Composition, batch: number, target: Target, recompute: unknown): Plan {
  refuse({ recompute })
  return layOut(composition, batch, target)
}

/** Throws `ArgumentError` where recomputation is asked for. */
export function bytesWithin(
  composition: Composition,
  batch: number,
  target: Target,
  { recompute }: { readonly memory: number; readonly recompute: boolean },
): number {
  refuse({ recompute: recompute || undefined })
  return layOut(composition, batch, target).arenaBytes
}
