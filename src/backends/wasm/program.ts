/** A plan bound to a WebAssembly memory and to whatever runs its kernels. */

import { ArgumentError } from '../../core/index.ts'
import { bufferOf } from '../../plan/step.ts'
import type { Plan } from '../../plan/types.ts'
import type { Program } from '../types.ts'
import { DisposedError } from './errors.ts'
import type { Runner } from './runner.ts'
import type { Schedule } from './schedule.ts'

export class WasmProgram implements Program {
  readonly plan: Plan
  readonly backend = 'wasm'
  readonly threads: number
  readonly description: string
  readonly allocatedBytes: number
  readonly #schedule: Schedule
  #runner: Runner | undefined
  #memory: WebAssembly.Memory | undefined
  #prepared = false
  /** The last run asked for, settled or not: runs are taken one after the other. */
  #last: Promise<void> = Promise.resolve()
  #disposal: Promise<void> | undefined

  constructor(plan: Plan, memory: WebAssembly.Memory, schedule: Schedule, runner: Runner, description: string) {
    this.plan = plan
    this.threads = runner.threads
    this.description = description
    this.allocatedBytes = memory.buffer.byteLength
    this.#memory = memory
    this.#schedule = schedule
    this.#runner = runner
  }

  read(buffer: number): Float32Array | Int32Array {
    const { dtype, offset, bytes } = bufferOf(this.plan, buffer)
    const { buffer: arena } = this.#live()
    return dtype === 'f32' ? new Float32Array(arena, offset, bytes / 4) : new Int32Array(arena, offset, bytes / 4)
  }

  write(buffer: number, values: ArrayLike<number>): void {
    const { name, role } = bufferOf(this.plan, buffer)
    const view = this.read(buffer)
    if (values.length !== view.length) {
      throw new ArgumentError(`${name} takes as many values as it has elements`, {
        received: `${values.length} values`,
        expected: `${view.length} values`,
      })
    }
    view.set(values)
    if (role === 'parameter' || role === 'tracked') this.#prepared = false
  }

  async run(from = 0, to: number = this.plan.steps.length): Promise<void> {
    this.#live()
    if (!(Number.isInteger(from) && Number.isInteger(to) && 0 <= from && from <= to && to <= this.plan.steps.length)) {
      throw new ArgumentError('no such steps', {
        received: `steps ${from} to ${to}`,
        expected: `a range within the plan's ${this.plan.steps.length} steps`,
      })
    }
    const run = this.#last.then(() => this.#execute(from, to))
    this.#last = run.catch(() => {})
    await run
  }

  async dispose(): Promise<void> {
    this.#disposal ??= this.#end()
    await this.#disposal
  }

  async #execute(from: number, to: number): Promise<void> {
    const range = this.#schedule.range(from, to)
    if (!this.#prepared) {
      this.#prepared = true
      await this.#runner?.run(this.#schedule.prepare)
    }
    await this.#runner?.run(range)
  }

  /** A run on its way is waited for: it is short, and whoever awaits it gets what it made. */
  async #end(): Promise<void> {
    this.#memory = undefined
    await this.#last
    await this.#runner?.dispose()
    // It holds the memory, too, and whoever disposes may keep the program.
    this.#runner = undefined
  }

  #live(): WebAssembly.Memory {
    if (!this.#memory) {
      throw new DisposedError('this program was disposed of', { advice: 'bind the plan again, or dispose later' })
    }
    return this.#memory
  }
}
