/** What `lenslet plan` finds out about a network, and as which value it is printed with --json. */

import { chooseThreads } from '../backends/wasm/threads.ts'
import { adviceFor } from '../inspect/advice/advice.ts'
import type { Advice, PlannedTraining } from '../inspect/advice/types.ts'
import { type NetworkTable, networkTable } from '../inspect/costTable.ts'
import { printBytes, printCount } from '../inspect/units.ts'
import type { Network } from '../network/network.ts'
import { print } from '../notation/print.ts'
import { OpShapeError } from '../ops/errors.ts'
import type { OptimizerKind } from '../ops/optimizer/optimizers.ts'
import { LARGEST_MEMORY } from '../ops/wasm/target.ts'
import { MemoryLimitError } from '../plan/errors.ts'
import { maxBatch } from '../plan/maxBatch.ts'
import { plan } from '../plan/plan.ts'
import type { Plan, PlanOptions } from '../plan/types.ts'
import { arenaUsage } from '../plan/usage.ts'
import { type BenchRow, type BenchWork, measure } from './benchRows.ts'
import type { NetworkSource } from './network.ts'
import type { ShapeCall } from './planShape.ts'
import type { Terminal } from './terminal.ts'

export interface PlanCall extends ShapeCall {
  readonly batch: number
  readonly optimizer: OptimizerKind
  readonly threads?: number
  readonly exact?: boolean
  readonly memory?: number
  readonly freeze?: readonly string[]
  readonly recompute?: boolean
  readonly arena?: boolean
  readonly svg?: string
  readonly time?: boolean
  readonly strict?: boolean
  readonly steps?: boolean
  readonly json?: boolean
}

export interface Planned {
  readonly source: NetworkSource
  readonly call: PlanCall
  readonly threads: number
  readonly table: NetworkTable
  readonly inference: Plan
  readonly training: Plan
  /** The training that computes activations again, where it was asked for. */
  readonly recomputed?: Plan
  /** Of the training: `training, adam`. */
  readonly title: string
  readonly fits?: Fits
  readonly times?: Times
  readonly notices: readonly string[]
  readonly advice: readonly Advice[]
}

/** Largest batches; 0 where none fits. */
export interface Fits {
  /** The memory asked for, in bytes. */
  readonly bytes: number
  readonly inference: number
  readonly training: number
  readonly recomputing?: number
}

/** Measured on this machine. */
export interface Times {
  readonly inference: BenchRow
  readonly training: BenchRow
  readonly recomputing?: BenchRow
}

/** Throws what planning, and with `--time` running, throws. */
export async function planned(source: NetworkSource, call: PlanCall, terminal: Terminal): Promise<Planned> {
  const { network } = source
  const table = networkTable(network)
  const { batch, optimizer, threads = chooseThreads().threads, exact = false, memory } = call
  const how = { threads, exact }
  const inference = plan(network, { ...how, batch })
  const frozen = call.freeze ?? []
  const learning = { ...how, mode: 'training', optimizer, frozen } as const
  const { training, note } = planTraining(network, { ...learning, batch })
  const again = call.recompute === true ? planRecomputing(network, training, learning, memory) : undefined
  const limit = Math.min(memory ?? LARGEST_MEMORY, LARGEST_MEMORY)
  return {
    source,
    call,
    threads,
    table,
    inference,
    training,
    ...(again && { recomputed: again.plan }),
    title: `training, ${optimizer}${frozen.length > 0 ? ', partly frozen' : ''}${training.batch === batch ? '' : `, batch ${training.batch}`}`,
    ...(memory !== undefined && { fits: largestBatches(network, memory, limit, learning, call.recompute === true) }),
    ...(call.time && { times: await timesOf(source, call, training.batch, threads, terminal) }),
    notices: [...table.notices, ...note, ...(again?.note ?? []), ...tooLarge([inference, training])],
    advice: adviceFor(network, advised(network, training, learning, limit)),
  }
}

/** Where one image has too few values to train a batch norm, for the smallest batch that can be trained, with a note. */
function planTraining(
  network: Network,
  options: PlanOptions,
): { readonly training: Plan; readonly note: readonly string[] } {
  try {
    return { training: plan(network, options), note: [] }
  } catch (error) {
    if (!(error instanceof OpShapeError)) throw error
    const { batch, ...others } = options
    const training = plan(network, others)
    const [reason = ''] = error.message.split('\n')
    const note = `training needs a batch of at least ${training.batch}, and its memory is given for that: ${reason}`
    return { training, note: [note] }
  }
}

/** The fewest MACs that fit the memory; the least memory where none was given, or nothing fits. */
function planRecomputing(
  network: Network,
  { batch }: Plan,
  options: PlanOptions,
  memory: number | undefined,
): { readonly plan: Plan; readonly note: readonly string[] } {
  const how = { ...options, batch }
  if (memory === undefined) return { plan: plan(network, { ...how, recompute: true }), note: [] }
  try {
    return { plan: plan(network, { ...how, recompute: { memory } }), note: [] }
  } catch (error) {
    if (!(error instanceof MemoryLimitError)) throw error
    const least = plan(network, { ...how, recompute: true })
    const note = `training with batch ${batch} takes at least ${printBytes(least.arenaBytes)} (${printCount(least.arenaBytes)} bytes), more than ${printBytes(memory)}, even if all that can be is computed again`
    return { plan: least, note: [note] }
  }
}

type Learning = Omit<PlanOptions, 'batch'> & { readonly threads: number; readonly exact: boolean }

function largestBatches(
  network: Network,
  memory: number,
  usable: number,
  { threads, exact, ...learning }: Learning,
  recompute: boolean,
): Fits {
  const how = { threads, exact }
  return {
    bytes: memory,
    inference: maxBatch(network, usable, how),
    training: maxBatch(network, usable, { ...how, ...learning }),
    ...(recompute && { recomputing: maxBatch(network, usable, { ...how, ...learning, recompute: true }) }),
  }
}

function advised(network: Network, training: Plan, learning: Learning, limit: number): PlannedTraining {
  const { batch, memory } = training
  return {
    batch,
    memory,
    limit,
    largestBatch: (recompute) => maxBatch(network, limit, { ...learning, recompute }),
    recomputedBytes: () => plan(network, { ...learning, batch, recompute: { memory: limit } }).arenaBytes,
  }
}

async function timesOf(
  { name, network }: NetworkSource,
  { batch, optimizer, recompute, memory }: PlanCall,
  trainingBatch: number,
  threads: number,
  terminal: Terminal,
): Promise<Times> {
  const work = (more: Pick<BenchWork, 'kind' | 'batch' | 'training'>) => {
    terminal.status(`measuring ${name}, ${more.kind === 'train' ? 'training' : 'prediction'}`)
    return measure({ name, network, threads, ...more })
  }
  try {
    const inference = await work({ kind: 'predict', batch })
    const training = await work({ kind: 'train', batch: trainingBatch, training: { optimizer } })
    if (recompute !== true) return { inference, training }
    const again = memory === undefined ? true : { memory }
    const recomputing = await work({
      kind: 'train',
      batch: trainingBatch,
      training: { optimizer, recompute: again },
    })
    return { inference, training, recomputing }
  } finally {
    terminal.status('')
  }
}

function tooLarge(plans: readonly Plan[]): readonly string[] {
  return plans
    .filter(({ arenaBytes }) => arenaBytes > LARGEST_MEMORY)
    .map(
      ({ goal, batch, arenaBytes }) =>
        `${goal.kind === 'scores' ? 'inference' : 'training'} with batch ${batch} needs ${printBytes(arenaBytes)}, but a run can address at most ${printBytes(LARGEST_MEMORY)}`,
    )
}

/** Named in every output: others count FLOPs for MACs, or add what needs none. */
export const conventions = {
  macs: 'one MAC is a multiplication and its addition; biases, normalization, activations and pooling count as zero',
  flops: 'FLOPs are 2 for each MAC',
  parameters: 'learned numbers, biases included; weights are without biases and norms',
  receptiveField: 'pixels of the input, ignoring its edges',
} as const

/** As JSON. */
export function planValue(planned: Planned) {
  const { source, call, threads, table, inference, training, recomputed, fits, times, notices, advice } = planned
  const { entry } = source
  return {
    network: {
      name: source.name,
      ...(entry && { title: entry.title, paper: entry.paper }),
      notation: notationOf(source.network),
    },
    batch: call.batch,
    trainingBatch: training.batch,
    threads,
    optimizer: call.optimizer,
    conventions,
    layers: table.layers,
    totals: { ...table.totals, flops: 2 * table.totals.macs },
    memory: {
      inference: inference.memory,
      training: training.memory,
      ...(recomputed && { recomputed: recomputed.memory }),
    },
    fullest: { inference: fullestOf(inference), training: fullestOf(training) },
    ...(recomputed?.recomputation && { recomputation: recomputed.recomputation }),
    ...(fits && { maxBatch: fits }),
    ...(times && { times }),
    advice,
    notices,
    remarks: entry?.remarks ?? [],
    ...(call.steps === true ? { steps: { inference: inference.steps, training: training.steps } } : {}),
  }
}

/** The step with the most bytes in use. */
function fullestOf(plan: Plan) {
  const { index, step, bytes } = arenaUsage(plan).fullest
  return { step: index, ...(step && { kind: step.kind, layer: step.node, phase: step.phase }), bytes }
}

/** Undefined for wiring that only JSON can hold. */
export function notationOf(network: Network): string | undefined {
  try {
    return print(network)
  } catch {
    return undefined
  }
}
