/** The largest batch that fits into a memory. */

import { ArgumentError } from '../core/errors.ts'
import { checkOptions } from '../core/options.ts'
import { checkNetwork } from '../network/check.ts'
import type { Network } from '../network/network.ts'
import { lossOf } from '../network/training.ts'
import { wasmTarget } from '../ops/wasm/target.ts'
import { resolveGoal } from './goal.ts'
import { composeLeast } from './leastBatch.ts'
import { planOptionNames, resolveOptions } from './options.ts'
import { bytesWithin } from './recompute/choose.ts'
import type { PlanOptions } from './types.ts'

/** No batch is larger. */
const most = 2 ** 20

/**
 * The largest batch whose arena fits into `bytes`, 0 where even the smallest does not; one more does not fit. The steps are
 * composed once and laid out some ten times, as each step may be computed in another way for another number of pictures.
 */
export function maxBatch(network: Network, bytes: number, options: Omit<PlanOptions, 'batch'> = {}): number {
  checkNetwork('maxBatch', network)
  const { batch: _, ...names } = planOptionNames
  checkOptions<typeof options>('maxBatch', options, names)
  if (!(bytes > 0)) throw new ArgumentError('the memory must be a positive number of bytes', { received: `${bytes}` })
  const { target: given, threads = 1, exact = false } = options
  const { target, recompute, ...resolved } = resolveOptions({
    ...options,
    target: given ?? wasmTarget({ threads, exact }),
  })
  const composition = composeLeast(network, resolveGoal(options, lossOf(network)), resolved)
  const how = { memory: bytes, recompute: recompute !== undefined }
  return largest(composition.draft.batch, bytes, (batch) => bytesWithin(composition, batch, target, how))
}

/**
 * By bisection, where a straight line between the two ends says where to look: a plan's bytes are nearly a line. Every
 * third time the middle, so that it never takes more than three times as long as bisection alone.
 */
function largest(least: number, memory: number, bytesAt: (batch: number) => number): number {
  let good = { batch: least, bytes: bytesAt(least) }
  if (good.bytes > memory) return 0
  let bad = { batch: most + 1, bytes: Number.POSITIVE_INFINITY }
  let slope = Number.POSITIVE_INFINITY
  for (let turn = 1; bad.batch - good.batch > 1; turn++) {
    const rise = Number.isFinite(bad.bytes) ? (bad.bytes - good.bytes) / (bad.batch - good.batch) : slope
    const guess =
      turn % 3 === 0 ? middleOf(good.batch, bad.batch) : good.batch + Math.floor((memory - good.bytes) / rise)
    const batch = Math.min(Math.max(guess, good.batch + 1), bad.batch - 1)
    const found = { batch, bytes: bytesAt(batch) }
    if (found.bytes > memory) bad = found
    else {
      slope = (found.bytes - good.bytes) / (batch - good.batch)
      good = found
    }
  }
  return good.batch
}

/** Of what may differ by powers of ten: in between on the way of doubling. */
function middleOf(low: number, high: number): number {
  return high > 4 * low ? Math.floor(Math.sqrt(low * high)) : Math.floor((low + high) / 2)
}
