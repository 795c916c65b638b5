/** Network → Plan: what a run will do and allocate, before it does. */

export { cost, type LayerCost, type NetworkCost } from './cost.ts'
export { GradientError, LoweringError, MemoryLimitError } from './errors.ts'
export { type Goal, type GoalOptions, type GradientSource, type GradientTarget, printGoal } from './goal.ts'
export { maxBatch } from './maxBatch.ts'
export { plan, planFor } from './plan.ts'
export { printPlan } from './print.ts'
export type * from './types.ts'
