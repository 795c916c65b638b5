/** In the place of choose.ts in `lenslet.browser.js`, which keeps its size down by leaving recomputation out. */

import { ArgumentError } from '../../core/errors.ts'
import type { Target } from '../../ops/target.ts'
import type { Composition } from '../composition.ts'
import { layOut } from '../layOut.ts'
import type { Plan } from '../types.ts'

/** Throws `ArgumentError` where recomputation is asked for. */
export function layOutFor(composition: Composition, batch: number, target: Target, recompute: unknown): Plan {
  check(recompute)
  return layOut(composition, batch, target)
}

/** Throws `ArgumentError` where recomputation is asked for. */
export function bytesWithin(
  composition: Composition,
  batch: number,
  target: Target,
  { recompute }: { readonly memory: number; readonly recompute: boolean },
): number {
  check(recompute || undefined)
  return layOut(composition, batch, target).arenaBytes
}

function check(recompute: unknown): void {
  if (recompute === undefined) return
  throw new ArgumentError('lenslet.browser.js has no recomputation', {
    received: `recompute: ${JSON.stringify(recompute)}`,
    expected: 'a plan without recompute',
    advice: 'bundle the package lenslet with Vite or another bundler, which has all of it, or take a smaller batch',
  })
}
