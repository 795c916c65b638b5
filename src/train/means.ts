/** Means of weights over steps: the options, and what the host writes for them before each step. */

import { ArgumentError } from '../core/errors.ts'
import { power } from '../core/math.ts'
import { checkOptions } from '../core/options.ts'
import type { ScalarValues } from '../ops/scalars.ts'

/** A running mean of the weights (Polyak and Juditsky 1992), an exponential one. */
export interface EmaOptions {
  /** Share of the mean that each step keeps: with 0.999, about the last thousand steps count. */
  readonly decay: number
}

/**
 * Lookahead (Zhang et al. 2019): every few steps, slow weights move towards the weights, which then are set to them. After
 * the last step the weights are the slow ones.
 */
export interface LookaheadOptions {
  /** Steps between two moves; default 5. */
  readonly every?: number | undefined
  /** Share of the slow weights that each move keeps; default 0.5. */
  readonly keep?: number | undefined
  /** The share grows as (step/steps) to this power; default 0: it does not. airbench (Jordan 2024) takes 3. */
  readonly power?: number | undefined
}

export interface MeanSettings {
  readonly ema: Required<EmaOptions> | null
  readonly lookahead: { readonly every: number; readonly keep: number; readonly power: number } | null
}

/** Throws `ArgumentError`. */
export function resolveMeans(ema: EmaOptions | undefined, lookahead: LookaheadOptions | undefined): MeanSettings {
  if (ema !== undefined) {
    checkOptions<EmaOptions>('ema', ema, { decay: true })
    check('ema.decay', ema.decay, 'a number in (0, 1), such as 0.999', (v) => v > 0 && v < 1)
  }
  const mean = ema === undefined ? null : { decay: ema.decay }
  if (lookahead === undefined) return { ema: mean, lookahead: null }
  checkOptions<LookaheadOptions>('lookahead', lookahead, { every: true, keep: true, power: true })
  const { every = 5, keep = 0.5, power: exponent = 0 } = lookahead
  const isWhole = (least: number, most: number) => (v: number) => Number.isInteger(v) && v >= least && v <= most
  check('lookahead.every', every, 'a whole number of steps, from 1', isWhole(1, 1_000_000))
  check('lookahead.keep', keep, 'a number in [0, 1)', (v) => v >= 0 && v < 1)
  check('lookahead.power', exponent, 'a whole number from 0 to 8', isWhole(0, 8))
  return { ema: mean, lookahead: { every, keep, power: exponent } }
}

/** For step 0, 1, … of `steps`. */
export function meanScalars({ ema, lookahead }: MeanSettings, step: number, steps: number): ScalarValues {
  return {
    // The mean begins as a copy, as torch.optim.swa_utils.AveragedModel does.
    ...(ema && { emaKept: step === 0 ? 0 : ema.decay }),
    ...(lookahead && { slowKept: slowKept(lookahead, step + 1, steps) }),
  }
}

/** @param done steps, this one among them */
function slowKept(
  { every, keep, power: exponent }: NonNullable<MeanSettings['lookahead']>,
  done: number,
  steps: number,
): number {
  if (done % every === 0) return keep * power(done / steps, exponent)
  // What the last steps alone have found is given up.
  return done === steps ? 1 : -1
}

function check(name: string, value: unknown, text: string, allows: (value: number) => boolean): void {
  if (typeof value === 'number' && Number.isFinite(value) && allows(value)) return
  throw new ArgumentError(`${name} is invalid`, { received: String(value), expected: text })
}
