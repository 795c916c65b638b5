/**
 * Running statistics as they were before a step. Batch norm moves them in the forward pass, before the loss is known; a step
 * whose loss is not finite must leave them as they were, too, and so must a second look at its layers.
 */

import type { Program } from '../backends/types.ts'
import { sizeOf } from '../core/shapes.ts'
import { bufferOf } from '../plan/step.ts'

export class TrackedStatistics {
  readonly #program: Program
  /** Few numbers: two for each channel of each batch norm that is not frozen. */
  readonly #kept: readonly { readonly buffer: number; readonly values: Float32Array }[]

  constructor(program: Program) {
    const { plan } = program
    const { from, to } = plan.sections.main ?? { from: 0, to: 0 }
    const updated = new Set(plan.steps.slice(from, to).flatMap(({ updates }) => updates))
    this.#program = program
    this.#kept = [...updated]
      .map((id) => bufferOf(plan, id))
      .filter(({ role }) => role === 'tracked')
      .map(({ id, shape }) => ({ buffer: id, values: new Float32Array(sizeOf(shape)) }))
  }

  /** Before a step. */
  async keep(): Promise<void> {
    for (const { buffer, values } of this.#kept) {
      const view = this.#program.view?.(buffer)
      if (view === undefined) await this.#program.read(buffer, values)
      else values.set(view)
    }
  }

  /** To what they were before the last step. */
  restore(): void {
    for (const { buffer, values } of this.#kept) this.#program.write(buffer, values)
  }
}
