/** Checks shared by all backends: values that do not fit a buffer, steps and sizes that the plan does not have. */

import { ArgumentError } from '../core/errors.ts'
import { sizeOf } from '../core/shapes.ts'
import { sectionsOf } from '../plan/step.ts'
import type { Plan, PlanBuffer } from '../plan/types.ts'
import type { RunOptions } from './types.ts'

/** @throws {ArgumentError} `length` values neither fill the buffer, nor are they data of some whole pictures */
export function checkLength({ name, role, shape, pictures }: PlanBuffer, length: number): void {
  const all = sizeOf(shape)
  if (length === all) return
  const each = all / (shape[0] ?? 1)
  const takesFewer = role === 'data' && pictures
  if (takesFewer && length > 0 && length < all && length % each === 0) return
  throw new ArgumentError(`${name} takes as many values as it has elements`, {
    received: `${length} values`,
    expected: takesFewer && all > each ? `${all} values, or fewer: ${each} a picture` : `${all} values`,
  })
}

/** Options with what they leave out. @throws {ArgumentError} */
export function checkRun(plan: Plan, options: RunOptions): Required<RunOptions> {
  const sections = sectionsOf(plan)
  const found = sections.find(([name]) => options.section === undefined || name === options.section)
  if (found === undefined) {
    throw new ArgumentError('the plan does not have this section', {
      received: `${options.section}`,
      expected: sections.map(([name]) => name).join(', '),
    })
  }
  const [name, section] = found
  const { from = section.from, to = section.to, pictures = plan.batch } = options
  const whole = Number.isInteger(from) && Number.isInteger(to)
  if (!(whole && section.from <= from && from <= to && to <= section.to)) {
    throw new ArgumentError('no such steps', {
      received: `steps ${from} to ${to}`,
      expected: `a range within steps ${section.from} to ${section.to} of the section ${name}`,
    })
  }
  if (!section.sizes.includes(pictures)) {
    throw new ArgumentError('the plan cannot be run for this number of pictures', {
      received: `${pictures}`,
      expected: section.sizes.join(', '),
    })
  }
  return { section: name, from, to, pictures }
}
