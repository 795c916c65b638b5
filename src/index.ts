/** The front door. Everything here also has a subpath of its own: `lenslet/plan`, `lenslet/data`, ... */

export type { Backend, Program } from './backends/types.ts'
export { allowWide } from './backends/wasm/allowWide.ts'
export { ArgumentError, LensletError, Random, type Shape, type Volume } from './core/index.ts'
export * from './data/front.ts'
export {
  type Activations,
  type Classification,
  type ClassifyOptions,
  type LayerActivations,
  Model,
  type ModelInfo,
  type ModelOptions,
  type PredictOptions,
  type Weight,
} from './model/index.ts'
export { type Network, networkFromJson, networkToJson } from './network/index.ts'
export { parse, print } from './notation/index.ts'
export {
  cost,
  type Goal,
  type GoalOptions,
  maxBatch,
  type Plan,
  type PlanOptions,
  plan,
  printPlan,
} from './plan/index.ts'
export * from './train/front.ts'
export { zoo } from './zoo/index.ts'
