/** A trial: a network, a number of pictures, and how it is run. Whatever else is drawn follows from its seed. */

import { LensletError } from '../../src/core/errors.ts'
import { SizeError } from '../../src/network/errors.ts'
import { withoutHeads } from '../../src/network/training.ts'
import { inferVolumes } from '../../src/network/volumes.ts'
import { parse } from '../../src/notation/parse.ts'
import { OpShapeError } from '../../src/ops/errors.ts'
import { plan } from '../../src/plan/plan.ts'
import { Draw } from './draw.ts'
import { drawTree, type Tree, textOf } from './networks.ts'

/** Instruction sets that must give the same bits: fused multiply–adds, or none. */
export const twins = [['relaxed', 'short', 'wide'], ['plain']] as const
export type Variant = (typeof twins)[number][number]

export interface Trial {
  readonly text: string
  readonly batch: number
  readonly seed: number
  readonly exact: boolean
  readonly variant: Variant
  /** How it is run a second time: on so many threads, by another variant of the same bits, all by the workers. */
  readonly threads: number
  readonly twin: Variant
  readonly alwaysShare: boolean
}

export interface DrawnTrial {
  readonly trial: Trial
  /** What its text was printed from. */
  readonly tree: Tree
}

/** `variants`: those that run here. */
export function drawTrial(seed: number, variants: readonly Variant[]): DrawnTrial {
  const draw = Draw.seeded(seed, 'trial')
  const kin: readonly Variant[] = draw.weighted<readonly Variant[]>([3, twins[0]], [1, twins[1]])
  const runnable = kin.filter((variant) => variants.includes(variant))
  const how = {
    seed,
    exact: draw.chance(0.25),
    variant: draw.pick(runnable),
    threads: draw.weighted([6, 1], [2, 2], [1, 3]),
    twin: draw.pick(runnable),
    alwaysShare: draw.chance(0.7),
  }
  // Float64 loops of the reference take most of the time: few networks are large.
  const most = draw.weighted([82, 300_000], [15, 2_000_000], [3, 12_000_000])
  for (;;) {
    const tree = drawTree(draw)
    const batch = draw.weighted([1, 1], [5, draw.between(2, 9)], [1, draw.between(10, 40)])
    const trial = { text: textOf(tree), batch, ...how }
    if (worksOut(trial) && workOf(trial) <= most) return { trial, tree }
  }
}

/** Multiply–accumulates for all pictures, and values, which cost as well. */
export function workOf({ text, batch }: Pick<Trial, 'text' | 'batch'>): number {
  const nodes = inferVolumes(parse(text))
  const values = nodes.reduce((sum, { output: { height, width, channels } }) => sum + height * width * channels, 0)
  return batch * nodes.reduce((sum, { macs }) => sum + macs, 4 * values)
}

/**
 * Whether a network can be planned for training: volumes that do not fit, a norm of a single value, a closing softmax
 * over a map, and an auxiliary head of other scores are the only reasons why not. Any other error is a fault.
 */
export function worksOut({ text, batch }: Pick<Trial, 'text' | 'batch'>): boolean {
  try {
    const network = parse(text)
    if (
      !withoutHeads(inferVolumes(network)).some(({ parameters }) => parameters.some(({ role }) => role === 'learned'))
    )
      return false
    plan(network, { batch, mode: 'training' })
    return true
  } catch (error) {
    if (error instanceof SizeError || error instanceof OpShapeError) return false
    if (error instanceof LensletError && /a closing SOFTMAX must|the auxiliary head/.test(error.message)) return false
    throw error
  }
}

/** One command that runs it again. */
export function commandOf({ text, batch, seed, exact, variant, threads, twin, alwaysShare }: Trial): string {
  const flags = [...(exact ? ['--exact'] : []), ...(alwaysShare ? ['--share'] : [])].join(' ')
  return [
    'npx node --conditions=lenslet-source scripts/differential.ts',
    `--network '${text}' --batch ${batch} --seed ${seed}`,
    `--variant ${variant} --threads ${threads} --twin ${twin} ${flags}`,
  ]
    .join(' ')
    .trimEnd()
}
