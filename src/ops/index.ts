/** All ops, and the type of an op. */

export { type AttributesOf, ops, type StepKind } from './ops.ts'
export type * from './types.ts'
