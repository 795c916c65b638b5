/** Networks by name, and the cards that describe them. */

export { fineTuning, type Tuned } from './fineTuning.ts'
export type { Recipe, ZooEntry } from './types.ts'
export { type ZooName, zoo } from './zoo.ts'
