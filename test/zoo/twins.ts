// A scaled-down twin of each network of the zoo: the same layers on the smallest input of a few that works out, so that the
// reference's float64 loops can check it. Where that is still too much, its layers have fewer filters, too.

import { parse } from '../../src/notation/parse.ts'
import { print } from '../../src/notation/print.ts'
import { cost } from '../../src/plan/cost.ts'
import { zoo } from '../../src/zoo/zoo.ts'
import { checkRuns } from '../differential/bits.ts'
import { type Inputs, inputsOf } from '../differential/fill.ts'
import { goalsOf } from '../differential/goals.ts'
import { checkNetwork, checkPlan } from '../differential/plans.ts'
import { residualsOf } from './residuals.ts'

// With 2×2 positions at the end: a batch norm over the single values of two images only multiplies rounding errors.
const sides = [24, 28, 32, 64, 96, 126, 160, 224, 299]

// Multiply–accumulates per image, and parameters. The reference computes about 1e8 a second, and the check needs eight times
// as many: scores and a training step's three products, of two images; every parameter is updated by the reference as well.
const most = { macs: 1.2e8, parameters: 6e6 }

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
    const twin = costed(name, text.replace(/INPUT \d+x\d+/, `INPUT ${side}x${side}`))
    if (twin !== undefined) return narrowed(twin)
  }
  throw new Error(`${name}: no input of these sizes works out: ${sides.join(', ')}`)
}

/** Undefined where the input is too small for a window. */
function costed(name: string, text: string): Twin | undefined {
  try {
    const { totals } = cost(parse(text))
    return { name, text, macs: totals.macs, parameters: totals.parameters }
  } catch {
    return undefined
  }
}

/** With half of the filters and groups of every layer, again and again until the reference can run it, or its groups allow no fewer. */
function narrowed(twin: Twin): Twin {
  if (twin.macs <= most.macs && twin.parameters <= most.parameters) return twin
  const half = (_: string, before: string, count: string) =>
    `${before}${Number(count) > 2 ? Math.ceil(Number(count) / 2) : count}`
  const narrower = costed(twin.name, twin.text.replace(/\b(CONV[\dx]+-|FC-|g)(\d+)/g, half))
  return narrower === undefined || narrower.macs === twin.macs ? twin : narrowed(narrower)
}

/** Scores and a training step, on the kernels and by the reference, step by step. Throws where they disagree. */
export async function checkTwin({ text }: Twin): Promise<void> {
  const how = { variant: 'relaxed', twin: 'relaxed', exact: false, threads: 2, alwaysShare: true } as const
  const trial = { text, batch: 2, seed: 1, ...how }
  checkNetwork(trial)
  const inputs = withSmallResiduals(inputsOf(trial))
  const { scores, training } = goalsOf(trial, inputs.nodes)
  for (const options of [scores, training]) {
    checkPlan(trial, options)
    await checkRuns(trial, options, inputs)
  }
}

function withSmallResiduals(inputs: Inputs): Inputs {
  const { weights, factor } = residualsOf(inputs.nodes)
  const scaled = [...inputs.weights].map(([name, values]) => {
    return [name, weights.has(name) ? values.map((value) => Math.fround(value * factor)) : values] as const
  })
  return { ...inputs, weights: new Map(scaled) }
}
