/** The backend that everybody runs on: AssemblyScript kernels in WebAssembly, on one thread or several. */

import { platform } from '#platform'
import { ArgumentError } from '../../core/errors.ts'
import { wasmTarget } from '../../ops/wasm/target.ts'
import type { Plan } from '../../plan/types.ts'
import { WorkerStartError } from '../../platform/errors.ts'
import { withConstants } from '../constants.ts'
import type { Backend, Program } from '../types.ts'
import { KernelMissingError } from './errors.ts'
import { modulesOf } from './files.ts'
import { startInline } from './inline.ts'
import { allocate } from './memory.ts'
import { kernelModule } from './modules.ts'
import { WasmProgram } from './program.ts'
import { roundingOf } from './rounding.ts'
import type { RunnerStart } from './runner.ts'
import { scheduleOf } from './schedule.ts'
import { chooseThreads } from './threads.ts'
import { chooseVariant, fasterVariant, moduleOf } from './variants.ts'
import { startWorkers } from './workers.ts'

export interface WasmOptions {
  /** Kernel variant by name; default: LENSLET_VARIANT, or else the best that runs here. */
  readonly variant?: string
  /**
   * Leave all work to the workers, also where the calling thread would be done sooner: the bits are the same, and tests
   * see to it. Default: whether LENSLET_SHARE is `always`.
   */
  readonly alwaysShare?: boolean
}

/** @throws {VariantError} none runs here, or not the one asked for */
export function wasmBackend(options: WasmOptions = {}): Backend {
  // Timing it, where that is needed, goes on while the caller plans.
  const first = chooseVariant(options.variant)
  const choice = fasterVariant(first)
  const alwaysShare = options.alwaysShare ?? platform.environment('LENSLET_SHARE') === 'always'

  async function bind(plan: Plan): Promise<Program> {
    if (plan.target.name !== 'wasm') {
      throw new ArgumentError('the plan was made for another device', {
        received: plan.target.name,
        expected: 'wasm',
        advice: "plan with the backend's own target",
      })
    }
    const schedule = scheduleOf(plan)
    const { variant, why } = await choice
    const start = async (threads: number) => {
      const shared = threads > 1
      const memory = allocate(plan.arenaBytes, shared)
      const kernels = schedule.calls.map(({ kernel }) => kernel)
      const modules = await modulesOf(moduleOf(variant, shared), kernels)
      const placeOf = (call: number) => {
        const step = schedule.stepOf(call)
        return { kernel: schedule.calls[call]?.kernel ?? '', step, node: plan.steps[step]?.node ?? '' }
      }
      const of: RunnerStart = {
        modules,
        memory,
        calls: schedule.calls,
        control: 0,
        scratch: plan.scratch,
        callerIsBusy: plan.goal.kind === 'training',
        alwaysShare,
        placeOf,
      }
      checkKernels(of)
      const runner = shared ? await startWorkers(of, threads) : await startInline(of)
      return { memory, runner }
    }

    const wanted = chooseThreads(plan.target.threads)
    let { reason } = wanted
    const { memory, runner } = await start(wanted.threads).catch((error: unknown) => {
      if (!(error instanceof WorkerStartError)) throw error
      reason = [error.message.split('\n')[0], error.advice].filter((part) => part !== undefined).join('; ')
      return start(1)
    })
    const description = sentence(variant, why, runner.threads, reason)
    const program = new WasmProgram(plan, memory, schedule, runner, { description, rounding: roundingOf(variant) })
    return withConstants(program)
  }

  function expected(threads: number): string {
    const { threads: count, reason } = chooseThreads(threads)
    return sentence(first.variant, first.why, count, reason)
  }

  return { name: 'wasm', target: wasmTarget, describe: expected, bind }
}

function sentence(variant: string, why: string, threads: number, reason: string | undefined): string {
  const because = reason === undefined ? '' : `: ${reason}`
  return `wasm, ${variant} kernels (${why}), ${threads} ${threads === 1 ? 'thread' : 'threads'}${because}`
}

function checkKernels({ modules, calls, placeOf }: RunnerStart): void {
  const exported = new Set(modules.flatMap((module) => WebAssembly.Module.exports(module)).map(({ name }) => name))
  calls.forEach(({ kernel }, call) => {
    if (exported.has(kernel)) return
    throw new KernelMissingError(`no kernel is called "${kernel}"`, {
      received: `step ${placeOf(call).step}, for ${placeOf(call).node}`,
      expected: 'a function that a src/ops/**/kernel.as.ts exports',
      advice: 'in the repository, run `npm run kernels`, and compare the names in wasm.ts and kernel.as.ts',
    })
  })
}

export interface WasmDescription {
  readonly variant: string
  /** Why this variant. */
  readonly why: string
  /** What a model takes when its maker does not say. */
  readonly threads: number
  readonly sharedMemory: boolean
  /** Why memory is not shared. */
  readonly reason?: string
}

/**
 * What this machine and engine offer, without running anything but a look at the kernel module.
 * @throws {VariantError} the kernels do not run here
 */
export async function describeWasm(): Promise<WasmDescription> {
  const choice = await fasterVariant(chooseVariant())
  const threads = chooseThreads()
  await kernelModule(moduleOf(choice.variant, threads.threads > 1))
  return { ...choice, sharedMemory: threads.reason === undefined, ...threads }
}
