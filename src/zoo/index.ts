/** Networks by name, and the cards that describe them. */

export type { Recipe, ZooEntry } from './types.ts'
export { type ZooName, zoo } from './zoo.ts'
