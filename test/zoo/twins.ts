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

// With 2×2 positions at the end: a batch norm over the single values of two images only multiplies rounding errors.
const sides = [24, 28, 32, 64, 96, 126, 160, 224, 299]

// Multiply–accumulates per image. The reference computes about 1e8 per second, and the check needs eight times as many: scores
// and a training step's three products, of two images. DeepCNiN has 22.4e9, and its five poolings fit no smaller input.
const most = 4e8

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

/** With half of the filters of every convolution, again and again until the reference can run it. */
function narrowed(twin: Twin): Twin {
  if (twin.macs <= most) return twin
  const half = (_: string, word: string, filters: string) => `${word}-${Math.ceil(Number(filters) / 2)}`
  const narrower = costed(twin.name, twin.text.replace(/\b(CONV[\dx]+)-(\d+)/g, half))
  return narrower === undefined ? twin : narrowed(narrower)
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

/**
 * Each residual branch adds about as much variance as there is: through n blocks it doubles n times, and the thousand layers
 * of ResNet-1001 leave the range of float32. So the last weights of a branch beside an identity are divided by √n, as Fixup
 * does (Zhang, Dauphin, Ma 2019): the variance then grows by less than e.
 */
function withSmallResiduals(inputs: Inputs): Inputs {
  const { nodes } = inputs
  const at = new Map(nodes.map(({ node }, index) => [node.name, index]))
  /** What a node depends on, and itself. */
  const upTo = (end: number): ReadonlySet<number> => {
    const seen = new Set([end])
    for (const index of seen) for (const name of nodes[index]?.node.inputs ?? []) seen.add(at.get(name) as number)
    return seen
  }
  const last = nodes.flatMap(({ node }) => {
    if (node.type !== 'add') return []
    const branches = node.inputs.map((name) => upTo(at.get(name) as number))
    const identity = branches.find((branch) => branches.some((other) => other !== branch && isWithin(branch, other)))
    return branches.flatMap((branch) => {
      const inside = [...branch].filter((index) => identity?.has(index) === false)
      return inside.sort((a, b) => b - a).find((index) => nodes[index]?.parameters.some(isLearned)) ?? []
    })
  })
  const weights = new Map(inputs.weights)
  for (const { node, parameters } of new Set(last.map((index) => nodes[index] as (typeof nodes)[number]))) {
    for (const { name } of parameters.filter(isLearned)) {
      const full = `${node.name}.${name}`
      const small = (value: number) => Math.fround(value / Math.sqrt(last.length))
      weights.set(full, (weights.get(full) as Float64Array).map(small))
    }
  }
  return { ...inputs, weights }
}

/** Whether one ends, with its first, in the midst of the other. */
const isWithin = ([end]: ReadonlySet<number>, other: ReadonlySet<number>) => other.has(end as number)

const isLearned = ({ role }: { readonly role: string }) => role === 'learned'
