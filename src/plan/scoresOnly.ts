/** In the place of composeGoal.ts where a page loads only what predicts, `lenslet.predict.js`. */

import { ArgumentError } from '../core/errors.ts'
import type { Base, ComposedGoal } from './composition.ts'
import type { Goal } from './goal.ts'
import { composeScores } from './scores.ts'

/** Throws `ArgumentError` for goals with a backward pass. */
export function composeGoal(base: Base, goal: Goal): ComposedGoal {
  if (goal.kind === 'scores') return composeScores(base)
  throw new ArgumentError('lenslet.predict.js has no backward pass', {
    received: `the goal ${goal.kind}`,
    expected: 'scores',
    advice: 'in a page that trains or takes gradients, import lenslet instead of lenslet/predict: lenslet.browser.js',
  })
}
