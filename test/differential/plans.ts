/** Facts of a trial's plans that need no run: names, places, sizes, text and JSON. */

import { isDeepStrictEqual } from 'node:util'
import { networkFromJson, networkToJson } from '../../src/network/json.ts'
import { parse } from '../../src/notation/parse.ts'
import { print } from '../../src/notation/print.ts'
import { maxBatch } from '../../src/plan/maxBatch.ts'
import { plan } from '../../src/plan/plan.ts'
import { buffersOfSize } from '../../src/plan/sizes.ts'
import { stepSpec } from '../../src/plan/step.ts'
import type { Plan, PlanOptions } from '../../src/plan/types.ts'
import { Draw } from './draw.ts'
import { Disagreement } from './fault.ts'
import { checkOverlaps } from './overlaps.ts'
import type { Trial } from './trials.ts'

export function checkNetwork({ text }: Trial): void {
  const network = parse(text)
  if (!isDeepStrictEqual(parse(print(network)), network)) throw new Disagreement(`print and parse: ${print(network)}`)
  if (!isDeepStrictEqual(networkFromJson(networkToJson(network)), network)) throw new Disagreement('network JSON')
}

export function checkPlan(trial: Trial, options: PlanOptions): void {
  const made = plan(parse(trial.text), { ...options, threads: trial.threads })
  const names = new Set(made.buffers.map(({ name }) => name))
  if (names.size !== made.buffers.length) throw new Disagreement('two buffers have the same name')
  checkOverlaps(made)
  if (!isDeepStrictEqual(fromJson(made), made)) throw new Disagreement('the plan is not what its JSON says')
  checkSizes(trial, options, made)
  if (Draw.seeded(trial.seed, 'most').chance(0.1)) checkMost(trial, options, made)
}

export function fromJson(made: Plan): Plan {
  return JSON.parse(JSON.stringify(made)) as Plan
}

/** A run of fewer pictures is what a plan for so many would run. */
function checkSizes(trial: Trial, options: PlanOptions, made: Plan): void {
  for (const [name, { from, to, sizes }] of Object.entries(made.sections)) {
    for (const size of name === 'scores' ? sizes.slice(1) : []) {
      const other = plan(parse(trial.text), { batch: size, ...(trial.exact && { exact: true }) })
      const buffers = buffersOfSize(made, size)
      const ours = made.steps.slice(from, to).map((step) => ({ kind: step.kind, ...shapes(stepSpec(buffers, step)) }))
      const theirs = other.steps.map((step) => ({ kind: step.kind, ...shapes(stepSpec(other.buffers, step)) }))
      // A tap keeps a plan from fusing.
      if ((options.taps ?? []).length > 0 && ours.length !== theirs.length) continue
      if (!isDeepStrictEqual(ours, theirs))
        throw new Disagreement(`a run of ${size} pictures has other steps than a plan for them`)
    }
  }
}

function shapes({ attributes, inputs, outputs, updates }: ReturnType<typeof stepSpec>) {
  const of = (arrays: typeof inputs) => arrays.map(({ shape }) => shape)
  return { attributes, inputs: of(inputs), outputs: of(outputs), updates: of(updates) }
}

/** The largest batch fits, and one more does not. */
function checkMost({ text }: Trial, { batch: _, ...options }: PlanOptions, { arenaBytes }: Plan): void {
  const most = maxBatch(parse(text), arenaBytes, options)
  const bytes = (batch: number) => plan(parse(text), { ...options, batch }).arenaBytes
  if (most > 0 && bytes(most) > arenaBytes)
    throw new Disagreement(`maxBatch: ${most} pictures do not fit into ${arenaBytes} bytes`)
  if (most > 1 && bytes(most + 1) <= arenaBytes) throw new Disagreement(`maxBatch: ${most + 1} pictures would fit, too`)
}
