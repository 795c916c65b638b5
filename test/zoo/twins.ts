// A scaled-down twin of each network of the zoo: the same layers on the smallest input of a few that works out, so that the
// reference's float64 loops can check it.

import { parse } from '../../src/notation/parse.ts'
import { print } from '../../src/notation/print.ts'
import { cost } from '../../src/plan/cost.ts'
import { zoo } from '../../src/zoo/zoo.ts'
import { checkRuns } from '../differential/bits.ts'
import { inputsOf } from '../differential/fill.ts'
import { goalsOf } from '../differential/goals.ts'
import { checkNetwork, checkPlan } from '../differential/plans.ts'

// With 2×2 positions at the end: a batch norm over the single values of two images only multiplies rounding errors.
const sides = [24, 28, 32, 64, 96, 126, 160, 224, 299]

export interface Twin {
  readonly name: string
  readonly text: string
  /** For one image. */
  readonly macs: number
  readonly parameters: number
}

/** Throws where no side works out. */
export function twinOf(name: string): Twin {
  const text = print(zoo.network(name))
  const whole = Number(/INPUT (\d+)x/.exec(text)?.[1])
  for (const side of sides.filter((each) => each >= Math.min(whole, 64) || whole < 64)) {
    const smaller = text.replace(/INPUT \d+x\d+/, `INPUT ${side}x${side}`)
    try {
      const { totals } = cost(parse(smaller))
      return { name, text: smaller, macs: totals.macs, parameters: totals.parameters }
    } catch {
      // Too small for its windows.
    }
  }
  throw new Error(`${name}: no input of these sizes works out: ${sides.join(', ')}`)
}

/** Scores and a training step, on the kernels and by the reference, step by step. Throws where they disagree. */
export async function checkTwin({ text }: Twin): Promise<void> {
  const how = { variant: 'relaxed', twin: 'relaxed', exact: false, threads: 2, alwaysShare: true } as const
  const trial = { text, batch: 2, seed: 1, ...how }
  checkNetwork(trial)
  const inputs = inputsOf(trial)
  const { scores, training } = goalsOf(trial, inputs.nodes)
  for (const options of [scores, training]) {
    checkPlan(trial, options)
    await checkRuns(trial, options, inputs)
  }
}
