/** Network → Plan: what a run will do and allocate, before it does. */

export { cost, type LayerCost, maxBatch, type NetworkCost } from './cost.ts'
export { plan } from './plan.ts'
export { printPlan } from './print.ts'
export type * from './types.ts'
