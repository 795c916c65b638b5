/**
 * In the place of choose.ts where there is no backward pass that could compute activations again (scoresOnly.ts): for
 * scores, the two do the same.
 */

import type { Target } from '../../ops/target.ts'
import type { Composition } from '../composition.ts'
import { layOut } from '../layOut.ts'
import type { Plan } from '../types.ts'

export const layOutFor = (composition: Composition, batch: number, target: Target): Plan =>
  layOut(composition, batch, target)

export const bytesWithin = (composition: Composition, batch: number, target: Target): number =>
  layOut(composition, batch, target).arenaBytes
