/**
 * Whether a training needs more memory than there is, and what would fit: a smaller batch, or recomputation. More than the
 * machine has free is a warning; more than a run can address is an error.
 */

import { freemem } from 'node:os'
import { MemoryError } from '../backends/wasm/errors.ts'
import { printBytes, printCount } from '../inspect/units.ts'
import { LARGEST_MEMORY } from '../ops/wasm/target.ts'

/** What this process can still take: limits of a container count. Node 20 has it from 20.13. */
const freeMemory = () => (process as { availableMemory?: () => number }).availableMemory?.() ?? freemem()

/** The plan's bytes at a batch, computing activations again or as the training would. */
type BytesAt = (batch: number, recompute?: true) => number

/**
 * @param needed the plan's bytes at `batch`
 * @returns undefined where the training fits
 */
export function memoryHint(
  needed: number,
  batch: number,
  bytesAt: BytesAt,
  free: number = freeMemory(),
): string | undefined {
  if (needed <= free) return undefined
  return `this training needs ${printBytes(needed)}, and ${printBytes(free)} of memory is free; ${whatFits(needed, batch, bytesAt, free)}`
}

/** Throws `MemoryError`, with the batch that would fit. */
export function checkTraining(needed: number, batch: number, bytesAt: BytesAt): void {
  if (needed <= LARGEST_MEMORY) return
  throw new MemoryError('this training needs more memory than a run can address', {
    received: `${printCount(needed)} bytes (${printBytes(needed)}) at batch ${batch}`,
    expected: `at most ${printCount(LARGEST_MEMORY)} bytes (${printBytes(LARGEST_MEMORY)})`,
    advice: whatFits(needed, batch, bytesAt, LARGEST_MEMORY),
  })
}

function whatFits(needed: number, batch: number, bytesAt: BytesAt, memory: number): string {
  const words: string[] = []
  const recomputed = bytesAt(batch, true)
  if (recomputed <= memory && recomputed < needed) words.push(`--recompute needs ${printBytes(recomputed)}`)
  const smaller = largestBatch(batch - 1, (size) => bytesAt(size) <= memory)
  if (smaller > 0) words.push(`--batch ${smaller} needs ${printBytes(bytesAt(smaller))}`)
  return words.length > 0 ? words.join('; ') : 'a smaller --size or network needs less'
}

/** By bisection, from 2 up, as one image may be too little to normalize; 0 where not even 2 fit. */
function largestBatch(most: number, fits: (batch: number) => boolean): number {
  if (most < 2 || !fits(2)) return 0
  let [good, bad] = [2, most + 1]
  while (bad - good > 1) {
    const middle = Math.floor((good + bad) / 2)
    if (fits(middle)) good = middle
    else bad = middle
  }
  return good
}
