/**
 * Network → Plan: compose the steps, lay them out. What a run of the network will do and allocate, to the byte, before it
 * does. A pure function.
 */

import { ArgumentError } from '../core/errors.ts'
import { checkOptions } from '../core/options.ts'
import { checkNetwork } from '../network/check.ts'
import type { Network } from '../network/network.ts'
import { lossOf } from '../network/training.ts'
import { wasmTarget } from '../ops/wasm/target.ts'
import { compose } from './compose.ts'
import { MemoryLimitError } from './errors.ts'
import { resolveGoal } from './goal.ts'
import { composeLeast } from './leastBatch.ts'
import { maxBatch } from './maxBatch.ts'
import { planOptionNames, type ResolvedOptions, resolveOptions } from './options.ts'
import { layOutFor } from './recompute/choose.ts'
import type { Plan, PlanOptions } from './types.ts'

/**
 * Plans for WebAssembly unless another target is named. Throws `ArgumentError` for invalid options, `SizeError` for volumes
 * that do not work out, `GradientError` for gradients that cannot be had, and `MemoryLimitError` where even with
 * recomputation the plan does not fit into the memory that was asked for.
 */
export function plan(network: Network, options: PlanOptions = {}): Plan {
  checkNetwork('plan', network)
  checkOptions('plan', options, planOptionNames)
  const { target, threads, exact } = options
  if (target !== undefined && (threads !== undefined || exact !== undefined)) {
    throw new ArgumentError('a target says everything about the device', {
      received: `a target, and ${threads === undefined ? 'exact' : 'threads'}`,
      expected: 'one or the other',
    })
  }
  return planFor(network, {
    ...options,
    target: target ?? wasmTarget({ threads: threads ?? 1, exact: exact ?? false }),
  })
}

/** The same for a target that must be named: a page that has one device need not load the kernels of another. */
export function planFor(network: Network, options: PlanOptions & Pick<ResolvedOptions, 'target'>): Plan {
  const { batch, taps, frozen, target, recompute } = resolveOptions(options)
  const goal = resolveGoal(options, lossOf(network))
  const composition =
    options.batch === undefined
      ? composeLeast(network, goal, { taps, frozen })
      : compose(network, goal, { batch, taps, frozen })
  const made = layOutFor(composition, composition.draft.batch, target, recompute)
  if (typeof recompute === 'object' && made.arenaBytes > recompute.memory)
    throw tooMuch(made, recompute.memory, options)
  return made
}

function tooMuch({ network, batch, arenaBytes }: Plan, memory: number, options: PlanOptions): MemoryLimitError {
  const { batch: _, ...others } = options
  const fitting = maxBatch(network, memory, others)
  return new MemoryLimitError(`batch ${batch} does not fit into ${memory} bytes`, {
    received: `at least ${arenaBytes} bytes at batch ${batch}, with recomputation`,
    expected: `at most ${memory} bytes`,
    advice:
      fitting === 0
        ? 'no batch fits: more memory, a smaller input or fewer filters'
        : `a batch of ${fitting}, the largest that fits`,
  })
}
