/** Training: what the front door has of it, and trainings that are taken step by step and changed in between. */

export * from './front.ts'
export { type StepFacts, type StepOptions, StepTraining } from './stepTraining.ts'
