/** The steps that a goal needs. In `lenslet.predict.js` scoresOnly.ts takes the place of this file. */

import type { Base, ComposedGoal } from './composition.ts'
import type { Goal } from './goal.ts'
import { composeGradients } from './gradients.ts'
import { composeScores } from './scores.ts'
import { composeTraining } from './training.ts'

export function composeGoal(base: Base, goal: Goal): ComposedGoal {
  if (goal.kind === 'scores') return composeScores(base)
  return goal.kind === 'training' ? composeTraining(base, goal) : composeGradients(base, goal)
}
