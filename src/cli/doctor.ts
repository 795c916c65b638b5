/**
 * `lenslet doctor`: runs a small network on every backend, compares, and says what this machine offers and why not more.
 * Reads the data sets in the cache, and says whether they are what was published.
 */

import type { Command } from 'commander'
import { describeWasm } from '../backends/wasm/backend.ts'
import { LensletError } from '../core/errors.ts'
import { Random } from '../core/random.ts'
import { volumeSize } from '../core/shapes.ts'
import { printable } from '../core/text.ts'
import type { CachedState } from '../data/node/cachedSet.ts'
import { verifyCache } from '../data/node/verifyCache.ts'
import { Model } from '../model/model.ts'
import type { BackendName } from '../model/options.ts'
import { parse } from '../notation/parse.ts'
import { Stopped } from './errors.ts'
import { type Machine, machine, printMachine } from './machine.ts'
import { Terminal } from './terminal.ts'

/** One of each kind of work: windows, pooling, a branch, a norm, a product. */
const network = parse(
  'INPUT 12x12x3 -> CONV3-8 -> BN -> RELU -> ADD(ID | CONV3-8 -> RELU) -> POOL2 -> CONV3-16 s2 -> RELU -> GAP -> FC-5',
)
const pictures = 4

/**
 * float32 rounds each of some 10 layers' sums of at most 72 products; scores and gradients here are about 1, and 2⁻²⁴ · 72 · 10
 * is 4·10⁻⁵. What is wrong is wrong by far more.
 */
const tolerance = 1e-4

export interface BackendReport {
  readonly name: string
  /** Ran, and agrees with the reference. */
  readonly ok: boolean
  /** What runs, in a sentence; or why it does not. */
  readonly says: string
  readonly threads?: number
  readonly variant?: string
  readonly sharedMemory?: boolean
  /** Largest difference from the reference, over scores and gradients. */
  readonly difference?: number
  /** Of one training step of the small network, planning and compiling not counted. */
  readonly milliseconds?: number
}

export function define(command: Command): void {
  command.option('--json', 'one JSON object on stdout').action(run)
}

async function run({ json }: { readonly json?: boolean }): Promise<void> {
  const terminal = new Terminal(json === true)
  const reference = await runOn('reference')
  const backends = [await wasmReport(reference), asReport('reference', reference, reference), webgpuReport]
  const data = await verifyCache()
  const here = machine()
  terminal.result({ backends, data, machine: here }, () => words(backends, data, here, terminal))
  const [used] = backends
  if (used?.ok !== true) throw new Stopped(1)
}

/** There is no such backend yet; it is listed so that the answer is clear. */
const webgpuReport: BackendReport = {
  name: 'webgpu',
  ok: false,
  says: 'not built yet: this version of Lenslet computes on the processor',
}

interface Outcome {
  readonly description: string
  readonly threads: number
  /** Scores, then every gradient, in the network's order. */
  readonly values: readonly number[]
  readonly milliseconds: number
}

async function wasmReport(reference: Outcome): Promise<BackendReport> {
  try {
    const { variant, sharedMemory } = await describeWasm()
    return { ...asReport('wasm', await runOn('wasm'), reference), variant, sharedMemory }
  } catch (error) {
    if (!(error instanceof LensletError)) throw error
    return { name: 'wasm', ok: false, says: error.message.replaceAll(/\s*\n\s*/g, '; ') }
  }
}

function asReport(name: string, outcome: Outcome, reference: Outcome): BackendReport {
  const difference = outcome.values.reduce(
    (most, value, index) => Math.max(most, Math.abs(value - (reference.values[index] as number))),
    0,
  )
  const { threads, description, milliseconds } = outcome
  return { name, ok: difference <= tolerance, says: description, threads, difference, milliseconds }
}

async function runOn(backend: BackendName): Promise<Outcome> {
  await using model = await Model.create(network, { backend, seed: 1, batch: pictures })
  const random = Random.seeded(1, 'doctor')
  const input = Float32Array.from({ length: pictures * volumeSize(model.input) }, () => random.normal())
  const scores = await model.predict(input)
  const program = await model.bind({ batch: pictures, mode: 'gradients' })
  try {
    const { ports } = program.plan
    program.write(ports.pictures, input)
    program.write(ports.labels as number, [0, 1, 2, 3])
    await program.run()
    const began = performance.now()
    await program.run()
    const milliseconds = performance.now() - began
    const gradients: number[] = []
    for (const buffer of Object.values(ports.gradients?.weights ?? {})) gradients.push(...(await program.read(buffer)))
    return {
      description: program.description,
      threads: program.threads,
      values: [...scores, ...gradients],
      milliseconds,
    }
  } finally {
    await program.dispose()
  }
}

/** A line for each data set that was fetched. */
function dataWords({ name, folder, state, faults }: CachedState, terminal: Terminal): readonly string[] {
  if (state === 'absent') return []
  const says =
    state === 'intact'
      ? `in ${printable(folder)}, as published`
      : `in ${printable(folder)} is damaged (${faults.join(', ')}); it will be downloaded again on next use`
  return [terminal.wrap(`${state === 'intact' ? 'ok ' : 'no '} ${terminal.bold(name)}: ${says}`, '     ')]
}

function words(
  backends: readonly BackendReport[],
  data: readonly CachedState[],
  here: Machine,
  terminal: Terminal,
): string {
  const lines = backends.flatMap(({ name, ok, says, difference, milliseconds }) => [
    terminal.wrap(`${ok ? 'ok ' : 'no '} ${terminal.bold(name)}: ${says}`, '     '),
    ...(difference === undefined || milliseconds === undefined
      ? []
      : [
          terminal.dim(
            terminal.wrap(
              `     largest difference from the reference: ${difference === 0 ? 0 : difference.toExponential(1)} (allowed: ${tolerance}); a training step of the small network takes ${milliseconds.toFixed(1)} ms`,
              '     ',
            ),
          ),
        ]),
  ])
  return [
    ...lines,
    ...data.flatMap((set) => dataWords(set, terminal)),
    '',
    terminal.wrap(printMachine(here), '  '),
  ].join('\n')
}
