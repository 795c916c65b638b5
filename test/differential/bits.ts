/**
 * What must be the same bits: whatever shares memory, on any number of threads, by any of the variants that round alike,
 * after JSON, and where activations are computed again.
 */

import type { Backend, Program } from '../../src/backends/types.ts'
import { wasmBackend } from '../../src/backends/wasm/backend.ts'
import { parse } from '../../src/notation/parse.ts'
import { plan } from '../../src/plan/plan.ts'
import { sectionsOf } from '../../src/plan/step.ts'
import type { Plan, PlanOptions } from '../../src/plan/types.ts'
import { expectSameBits } from './fault.ts'
import { fill, type Inputs } from './fill.ts'
import { checkSteps } from './kernels.ts'
import { fromJson } from './plans.ts'
import { spread } from './spread.ts'
import type { Trial } from './trials.ts'

export async function using<T>(backend: Backend, made: Plan, task: (program: Program) => Promise<T>): Promise<T> {
  const program = await backend.bind(made)
  try {
    return await task(program)
  } finally {
    await program.dispose()
  }
}

/** All that the host may read after a run, by name. */
export async function resultsOf(program: Program): Promise<ReadonlyMap<string, Float32Array>> {
  const { ports, parameters, optimizerState } = program.plan
  const { gradients = { weights: {}, nodes: {} }, taps = {} } = ports
  const { output, losses, hits, scalars } = ports
  const rows = [
    ...Object.entries({ output, losses, hits, scalars }),
    ...[...parameters, ...optimizerState].map(({ name, buffer }) => [name, buffer] as const),
    ...[...Object.entries(gradients.weights), ...Object.entries(gradients.nodes)].map(
      ([name, id]) => [`gradient of ${name}`, id] as const,
    ),
    ...Object.entries(taps).map(([name, id]) => [`tap of ${name}`, id] as const),
  ]
  const results = new Map<string, Float32Array>()
  for (const [name, id] of rows) if (id !== undefined) results.set(name, (await program.read(id)) as Float32Array)
  return results
}

/** Runs a plan in every way, the first of them step by step beside the reference. Returns the number of unclear steps. */
export async function checkRuns(trial: Trial, options: PlanOptions, inputs: Inputs): Promise<number> {
  const { text, variant, threads, twin, alwaysShare } = trial
  const network = parse(text)
  const made = plan(network, options)
  const backend = wasmBackend({ variant, alwaysShare: false })
  const [[section] = ['main' as const]] = sectionsOf(made)
  const first = await using(backend, spread(made), async (program) => {
    fill(program, inputs, trial)
    const unclear = await checkSteps(program, section)
    return { unclear, results: await resultsOf(program) }
  })
  const other = fromJson(plan(network, { ...options, threads }))
  const ways: readonly (readonly [string, Backend, Plan])[] = [
    ['in the memory of its plan', backend, made],
    [
      `on ${threads} threads, ${twin}${alwaysShare ? ', all shared' : ''}`,
      wasmBackend({ variant: twin, alwaysShare }),
      other,
    ],
    ['with activations computed again', backend, plan(network, { ...options, recompute: true })],
  ]
  for (const [how, by, planned] of ways) {
    const results = await using(by, planned, async (program) => {
      fill(program, inputs, trial)
      await program.run()
      return resultsOf(program)
    })
    for (const [name, want] of first.results)
      expectSameBits(`${name} of ${made.goal.kind} ${how}`, results.get(name) as Float32Array, want)
  }
  return first.unclear
}
