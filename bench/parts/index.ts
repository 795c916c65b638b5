/** What is measured once, beside the rows: each in fresh processes. */

import type { Part } from '../table.ts'
import { firstPrediction } from './first.ts'
import { memory } from './memory.ts'

export interface NamedPart {
  /** For `--only`. */
  readonly name: string
  measure(): Promise<Part>
}

export const parts: readonly NamedPart[] = [firstPrediction, memory]
