/**
 * Chooses what to compute again. The model of segments.ts says what fits, roughly; laying out says what a plan takes, to
 * the byte, and has the last word.
 */

import type { Target } from '../../ops/target.ts'
import type { Composition, DraftSection } from '../composition.ts'
import type { DraftStep } from '../draft.ts'
import { layOut } from '../layOut.ts'
import type { Plan, PlanRecomputation } from '../types.ts'
import { type Facts, factsOf, macsOf } from './facts.ts'
import { partition } from './partition.ts'
import { withRecomputation } from './rerun.ts'
import { cutsOf, droppedOf, type SizedSegment, segmentsOf, thresholdsOf, unbeaten } from './segments.ts'

/** `true`: the least memory. `memory`: as few MACs more as fit into so many bytes; the least memory where nothing does. */
export type Recompute = true | { readonly memory: number }

/** The least memory is tried with a little more in the model, too: what is placed tightly there may not be in the arena. */
const slack = [1, 1.06, 1.15, 1.3]
/** Of arenas that are this close, the one with fewer MACs counts as the smallest. */
const indifference = 0.01
/** The model's memory for the one that was asked for is found to 1 in 2⁷ of what lies between the least and all. */
const bisections = 7

/** Lays out as it is where nothing is to be computed again, or no backward pass reads anything. */
export function layOutFor(
  composition: Composition,
  batch: number,
  target: Target,
  recompute: Recompute | undefined,
): Plan {
  const plain = layOut(composition, batch, target)
  if (recompute === undefined || composition.goal.kind === 'scores') return plain
  const attempts = new Attempts(composition, batch, target, plain)
  if (recompute === true) return attempts.least()
  const { memory } = recompute
  if (plain.arenaBytes <= memory) return attempts.plain()
  const small = smallestOf([...attempts.small()])
  return small.arenaBytes > memory ? small : attempts.cheapestWithin(memory, small)
}

/**
 * The arena of a plan that is to fit into a memory: the plain one if that fits; otherwise, if activations may be computed
 * again, the first that is found to fit, or the smallest. It fits if and only if `layOutFor` meets the memory.
 */
export function bytesWithin(
  composition: Composition,
  batch: number,
  target: Target,
  { memory, recompute }: { readonly memory: number; readonly recompute: boolean },
): number {
  const plain = layOut(composition, batch, target)
  let least = plain.arenaBytes
  if (least <= memory || !recompute || composition.goal.kind === 'scores') return least
  for (const { arenaBytes } of new Attempts(composition, batch, target, plain).small()) {
    least = Math.min(least, arenaBytes)
    if (least <= memory) break
  }
  return least
}

function smallestOf(plans: readonly Plan[]): Plan {
  return plans.reduce((best, plan) => (plan.arenaBytes < best.arenaBytes ? plan : best))
}

const macsAgain = (plan: Plan) => plan.recomputation?.macs ?? 0

class Attempts {
  readonly #composition: Composition
  readonly #batch: number
  readonly #target: Target
  readonly #plain: Plan
  readonly #facts: Facts
  readonly #cuts: readonly number[]
  readonly #segments: readonly (readonly SizedSegment[])[]
  readonly #macs: number
  /** Bytes in the model with which nothing need be dropped. */
  readonly #all: number
  #least = 0

  constructor(composition: Composition, batch: number, target: Target, plain: Plan) {
    this.#composition = composition
    this.#batch = batch
    this.#target = target
    this.#plain = plain
    this.#facts = factsOf(composition, batch, plain)
    this.#cuts = cutsOf(this.#facts)
    const tables = thresholdsOf(this.#facts).map((threshold) => segmentsOf(this.#facts, this.#cuts, threshold))
    this.#segments = unbeaten(tables)
    const { draft } = composition
    const [{ to }] = composition.sections as readonly [DraftSection]
    this.#macs = draft.steps.slice(0, to).reduce((sum, step) => sum + macsOf(draft, step, batch), 0)
    this.#all = tables[0]?.[0]?.at(-1)?.working ?? 0
  }

  plain(): Plan {
    return { ...this.#plain, recomputation: this.#report([], 0, 0) }
  }

  /** A few plans near the smallest memory of the model, and the plain one. */
  *small(): Generator<Plan> {
    let [fits, fails] = [this.#all, 0]
    while (fits - fails > this.#all / 256) {
      const middle = (fits + fails) / 2
      if (this.#partition(middle) === undefined) fails = middle
      else fits = middle
    }
    this.#least = fits
    for (const factor of slack) {
      const plan = this.#attempt(factor * fits)
      if (plan !== undefined) yield plan
    }
    yield this.plain()
  }

  /** The smallest of them; of those about as small, the one with the fewest MACs. */
  least(): Plan {
    const plans = [...this.small()]
    const most = smallestOf(plans).arenaBytes * (1 + indifference)
    const near = plans.filter(({ arenaBytes }) => arenaBytes <= most)
    return near.reduce((best, plan) => (macsAgain(plan) < macsAgain(best) ? plan : best))
  }

  cheapestWithin(memory: number, fitting: Plan): Plan {
    let best = fitting
    let [fits, fails] = [this.#least, this.#all]
    for (let i = 0; i < bisections; i++) {
      const middle = (fits + fails) / 2
      const plan = this.#attempt(middle)
      if (plan === undefined || plan.arenaBytes > memory) {
        fails = middle
        continue
      }
      fits = middle
      if (macsAgain(plan) <= macsAgain(best)) best = plan
    }
    return best
  }

  #partition(bytes: number): readonly SizedSegment[] | undefined {
    return partition(this.#segments, this.#cuts, bytes)
  }

  #attempt(bytes: number): Plan | undefined {
    const segments = this.#partition(bytes)
    if (segments === undefined) return undefined
    const dropped = segments.flatMap((segment) => droppedOf(this.#facts, segment))
    const steps = new Set(dropped.map((index) => this.#facts.steps[index] as DraftStep))
    const composition = withRecomputation(this.#composition, steps)
    const { draft } = composition
    const again = draft.steps.filter(({ phase }) => phase === 'recompute')
    const macs = again.reduce((sum, step) => sum + macsOf(draft, step, this.#batch), 0)
    const plan = layOut(composition, this.#batch, this.#target)
    return { ...plan, recomputation: this.#report(segments, again.length, macs) }
  }

  #report(segments: readonly SizedSegment[], steps: number, macs: number): PlanRecomputation {
    return {
      segments: Math.max(segments.length, 1),
      steps,
      macs,
      plainMacs: this.#macs,
      plainArenaBytes: this.#plain.arenaBytes,
    }
  }
}
