/** All checks of a trial, the cheap ones first. Throws at the first disagreement. */

import { checkRuns } from './bits.ts'
import { Draw } from './draw.ts'
import { inputsOf } from './fill.ts'
import { goalsOf } from './goals.ts'
import { checkGradients, checkScores } from './meaning.ts'
import { checkModel, checkPlaces, checkScoresBeside } from './neighbors.ts'
import { checkNetwork, checkPlan } from './plans.ts'
import { checkTraining } from './training.ts'
import type { Trial } from './trials.ts'

export interface Outcome {
  /** Whether differences could be taken: no kink or sharp bend near. */
  readonly differences: boolean
  /** Steps that a kernel may round to either side of a kink. */
  readonly unclear: number
}

export async function checkTrial(trial: Trial): Promise<Outcome> {
  checkNetwork(trial)
  const inputs = inputsOf(trial)
  const goals = goalsOf(trial, inputs.nodes)
  const all = [goals.scores, goals.gradients, goals.training]
  for (const options of all) checkPlan(trial, options)
  await checkScores(trial, goals.scores, inputs)
  const differences = await checkGradients(trial, goals.gradients, inputs)
  await checkTraining(trial, goals.training, inputs)
  let unclear = 0
  for (const options of all) unclear += await checkRuns(trial, options, inputs)
  await checkPlaces(trial, goals.scores, inputs)
  const draw = Draw.seeded(trial.seed, 'which')
  if (draw.chance(0.5)) await checkScoresBeside(trial, goals.training, inputs)
  if (draw.chance(0.2)) await checkModel(trial, goals.training, inputs)
  return { differences, unclear }
}
