/** A plan bound to a WebAssembly memory and to the threads that run its kernels. */

import { Turns } from '../../core/turns.ts'
import { arrayAt, emptyArray, type TypedArray } from '../../ops/arrays.ts'
import { bufferOf } from '../../plan/step.ts'
import type { Plan, SectionName } from '../../plan/types.ts'
import { checkLength, checkRun } from '../check.ts'
import type { Program, RunOptions } from '../types.ts'
import { DisposedError } from './errors.ts'
import type { Runner } from './runner.ts'
import type { Schedule } from './schedule.ts'

export class WasmProgram implements Program {
  readonly plan: Plan
  readonly backend = 'wasm'
  readonly threads: number
  readonly description: string
  readonly rounding: string
  readonly allocatedBytes: number
  readonly #schedule: Schedule
  #runner: Runner | undefined
  #memory: WebAssembly.Memory | undefined
  /** The section whose prepared workspaces are filled, from the parameters as they are. */
  #prepared: SectionName | undefined
  /** Runs and readings. */
  readonly #turns = new Turns()
  #disposal: Promise<void> | undefined

  constructor(
    plan: Plan,
    memory: WebAssembly.Memory,
    schedule: Schedule,
    runner: Runner,
    { description, rounding }: { readonly description: string; readonly rounding: string },
  ) {
    this.plan = plan
    this.threads = runner.threads
    this.description = description
    this.rounding = rounding
    this.allocatedBytes = memory.buffer.byteLength
    this.#memory = memory
    this.#schedule = schedule
    this.#runner = runner
  }

  async read(buffer: number, into?: TypedArray): Promise<TypedArray> {
    this.#checkLive()
    return this.#turns.take(async () => {
      const values = this.#valuesOf(buffer)
      if (into === undefined) return values.slice()
      into.set(values.subarray(0, into.length))
      return into
    })
  }

  view(buffer: number): TypedArray {
    this.#checkLive()
    return this.#valuesOf(buffer)
  }

  /** While a run is under way, the values are copied and written when it is over. */
  write(buffer: number, values: ArrayLike<number>): void {
    this.#checkLive()
    const of = bufferOf(this.plan, buffer)
    checkLength(of, values.length)
    const writeNow = (given: ArrayLike<number>) => {
      this.#valuesOf(buffer).set(given)
      if (of.role === 'parameter' || of.role === 'tracked') this.#prepared = undefined
    }
    if (this.#turns.isIdle) {
      writeNow(values)
      return
    }
    const copy = emptyArray({ shape: [values.length], dtype: of.dtype })
    copy.set(values)
    void this.#turns.take(async () => writeNow(copy))
  }

  async run(options: RunOptions = {}): Promise<void> {
    this.#checkLive()
    const checked = checkRun(this.plan, options)
    await this.#turns.take(() => this.#execute(checked))
  }

  async dispose(): Promise<void> {
    this.#disposal ??= this.#end()
    await this.#disposal
  }

  async #execute({ section, from, to, pictures }: Required<RunOptions>): Promise<void> {
    // What another section has prepared lies where this one works, and its parameters may change.
    if (this.#prepared !== section) {
      this.#prepared = section
      const calls = this.#schedule.prepare(section)
      if (calls.from < calls.to) await this.#runner?.run(calls)
    }
    await this.#runner?.run(this.#schedule.range(section, from, to, pictures))
  }

  /** Runs and readings that were asked for before are waited for: they are short, and get what they would have got. */
  async #end(): Promise<void> {
    await this.#turns.ended
    // The runner holds the memory, too, and whoever disposes may keep the program.
    this.#memory = undefined
    const runner = this.#runner
    this.#runner = undefined
    await runner?.dispose()
  }

  #valuesOf(buffer: number): TypedArray {
    const of = bufferOf(this.plan, buffer)
    return arrayAt(of, (this.#memory as WebAssembly.Memory).buffer, of.offset)
  }

  #checkLive(): void {
    if (this.#disposal === undefined) return
    throw new DisposedError('this program was disposed of', { advice: 'bind the plan again, or dispose later' })
  }
}
