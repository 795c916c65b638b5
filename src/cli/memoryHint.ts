/** Warns before a training that needs more memory than the machine has free, and says which batch would fit. */

import { freemem } from 'node:os'
import { printBytes } from '../inspect/units.ts'

/** What this process can still take: limits of a container count. Node 20 has it from 20.13. */
const freeMemory = () => (process as { availableMemory?: () => number }).availableMemory?.() ?? freemem()

/**
 * @param needed the plan's bytes at `batch`
 * @param bytesAt the plan's bytes at another batch
 * @returns undefined where the training fits
 */
export function memoryHint(
  needed: number,
  batch: number,
  bytesAt: (batch: number) => number,
  free: number = freeMemory(),
): string | undefined {
  if (needed <= free) return undefined
  const start = `this training needs ${printBytes(needed)}, and ${printBytes(free)} of memory are free`
  for (let smaller = Math.floor(batch / 2); smaller >= 2; smaller = Math.floor(smaller / 2)) {
    const bytes = bytesAt(smaller)
    if (bytes <= free) return `${start}; --batch ${smaller} needs ${printBytes(bytes)}`
  }
  return `${start}; a smaller --size or network needs less`
}
