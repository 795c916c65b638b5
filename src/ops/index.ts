/** Every op, and what an op is. */

export { type AttributesOf, ops, type StepKind } from './ops.ts'
export type * from './types.ts'
