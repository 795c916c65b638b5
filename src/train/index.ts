/** Training: what the front door has of it, and trainings that are taken step by step and changed in between. */

export { type ComputeOptions, type FeatureTraining, featureTraining, type NoFeatures } from './features.ts'
export * from './front.ts'
export { type StepFacts, type StepOptions, StepTraining } from './stepTraining.ts'
