/** What is measured once, beside the rows of networks: each in fresh processes. */

import type { Part } from '../table.ts'
import { firstPrediction } from './first.ts'
import { kernels } from './kernels/part.ts'
import { memory } from './memory.ts'

export interface NamedPart {
  /** For `--only`. */
  readonly name: string
  /** Takes some seconds: measured in any case, and not at the expense of the time that there is for networks. */
  readonly isBrief?: true
  measure(): Promise<Part>
}

export const parts: readonly NamedPart[] = [kernels, firstPrediction, memory]
