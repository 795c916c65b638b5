/** Networks by name, and the cards that describe them. */

export type { Recipe, ZooEntry } from './types.ts'
export { zoo } from './zoo.ts'
