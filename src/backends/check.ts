/** What every backend's program refuses: values that do not fit a buffer, steps and sizes that the plan has not. */

import { ArgumentError } from '../core/index.ts'
import type { Plan, PlanBuffer } from '../plan/types.ts'
import type { RunOptions } from './types.ts'

/** @throws {ArgumentError} `length` values neither fill the buffer, nor are they data of some whole pictures */
export function checkLength({ batch }: Plan, { name, role, shape, bytes }: PlanBuffer, length: number): void {
  const all = bytes / 4
  if (length === all) return
  const each = all / batch
  const isData = role === 'data' && shape[0] === batch
  if (isData && length > 0 && length < all && length % each === 0) return
  throw new ArgumentError(`${name} takes as many values as it has elements`, {
    received: `${length} values`,
    expected: isData && batch > 1 ? `${all} values, or fewer: ${each} a picture` : `${all} values`,
  })
}

/** Options with what they leave out. @throws {ArgumentError} */
export function checkRun(plan: Plan, options: RunOptions): Required<RunOptions> {
  const { from = 0, to = plan.steps.length, pictures = plan.batch } = options
  if (!(Number.isInteger(from) && Number.isInteger(to) && 0 <= from && from <= to && to <= plan.steps.length)) {
    throw new ArgumentError('no such steps', {
      received: `steps ${from} to ${to}`,
      expected: `a range within the plan's ${plan.steps.length} steps`,
    })
  }
  if (!plan.sizes.includes(pictures)) {
    throw new ArgumentError('a plan cannot be run for so many pictures', {
      received: `${pictures}`,
      expected: plan.sizes.join(', '),
    })
  }
  return { from, to, pictures }
}
