/**
 * What changes from step to step while the plan stays as it is: two small values that outlive every step and that the
 * host writes before each one. A plan that needs neither has neither.
 */

import { f32, i32 } from './specs.ts'

/** Where each number stands in the value `scalars`, f32 [SCALAR_COUNT]. */
export const scalarSlots = {
  /** This step's learning rate, after the schedule. */
  learningRate: 0,
  /** Every optimizer multiplies its gradient by it: 1 unless gradients are clipped (`clip.scale` writes it). */
  gradientScale: 1,
  /** Adam's 1 − β₁ᵗ and 1 − β₂ᵗ at step t = 1, 2, … */
  biasCorrection1: 2,
  biasCorrection2: 3,
  /** 1 where the weights of these scalars do not learn at this step (before or after their span of epochs), else 0. */
  paused: 4,
  /** Of the running mean of the weights: the share that is kept; 0 makes it a copy. */
  emaKept: 5,
  /** Of Lookahead's slow weights: the share that is kept; below 0 nothing happens at this step. */
  slowKept: 6,
  /** Of a sum of gradients: 0 where a new one begins, 1 where it grows. */
  sumKept: 7,
} as const

export type ScalarName = keyof typeof scalarSlots
/** Numbers for some of the slots. */
export type ScalarValues = Readonly<Partial<Record<ScalarName, number>>>

export const SCALAR_COUNT = 8

export const scalarsSpec = f32(SCALAR_COUNT)

/** The value `seed`, i32 [2] = [seed of the run, number of the step]: what the dropout masks are made from. */
export const seedSlots = { seed: 0, step: 1 } as const
export const SEED_COUNT = 2

export const seedSpec = i32(SEED_COUNT)
