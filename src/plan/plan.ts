/** Network → Plan: lower, fuse, derive gradients, add updates, find lifetimes, fix every offset. A pure function. */

import { ArgumentError } from '../core/index.ts'
import type { Network } from '../network/network.ts'
import { inferVolumes } from '../network/volumes.ts'
import type { StepKind } from '../ops/index.ts'
import { type Optimizer, resolveOptimizer } from '../ops/optimizer/optimizers.ts'
import { scalarsSpec, seedSpec } from '../ops/scalars.ts'
import type { Value } from '../ops/types.ts'
import { align, place } from './arena.ts'
import { Draft, type DraftValue } from './draft.ts'
import { fuse } from './fuse.ts'
import { type Block, blocks as blocksOf, bytesOf, lifetimes } from './lifetimes.ts'
import { lower } from './lower.ts'
import { accountFor } from './memory.ts'
import { sizesOf, stepsOfSize } from './sizes.ts'
import { addTraining } from './training.ts'
import type { Plan, PlanBuffer, PlanOptions, PlanParameter, PlanPorts, PlanStep } from './types.ts'
import { addWorkspaces } from './workspaces.ts'

/** What the workers keep step by, and their tile counter; nothing of the network. */
export const CONTROL_BYTES = 4096
/** WebAssembly memory comes in pages. */
export const PAGE_BYTES = 65536

/**
 * What a run of the network will do and allocate, to the byte, before it does.
 * Throws `ArgumentError` for options that cannot be meant and `SizeError` for volumes that do not work out.
 */
export function plan(network: Network, options: PlanOptions = {}): Plan {
  const { batch, mode, threads, exact, labelSmoothing, clipNorm, optimizer, decay } = check(options)
  const nodes = inferVolumes(network)
  const draft = new Draft()
  const scalars = draft.value('scalars', 'scalars', scalarsSpec)
  const seed = draft.value('seed', 'scalars', seedSpec)

  const trains = mode !== 'inference'
  const lowered = lower(draft, nodes, {
    mode: trains ? 'training' : 'inference',
    batch,
    largestBatch: batch,
    exact,
    seed,
  })
  draft.steps = fuse(draft.steps, [lowered.output])
  const training = trains
    ? addTraining(draft, lowered, { batch, smoothing: labelSmoothing, optimizer, decay, clipNorm, scalars })
    : undefined
  const sizes = sizesOf(batch, mode)
  const smaller = sizes.slice(1).map((size) => stepsOfSize(nodes, size, { largestBatch: batch, exact }))
  const { prepared, shared, perThread } = addWorkspaces(draft, smaller)

  const kept = [lowered.output, ...(training ? [training.losses, training.hits, ...training.gradients.values()] : [])]
  const lives = new Map(lifetimes(draft.steps, draft.values, new Set(kept.map(({ id }) => id))))
  const end = Math.max(draft.steps.length - 1, 0)
  for (const [index, { id }] of shared) lives.set(id, { from: index, to: index })
  // At inference the parameters stay as they are, and so does what was prepared from them.
  for (const [index, { id }] of prepared) lives.set(id, trains ? { from: index, to: index } : { from: 0, to: end })
  if (!trains) for (const { id } of [scalars, seed]) lives.delete(id)

  const blocks = blocksOf(draft.steps, draft.values, lives)
  const { offsets, bytes: used } = layOut(blocks)
  const scratch = { offset: used, bytesPerThread: align(perThread) }
  const arenaBytes = align(used + threads * scratch.bytesPerThread, PAGE_BYTES)

  const { ids, buffers } = toBuffers(draft.values, lives, offsets)
  const idOf = ({ id }: Value) => ids.get(id) as number
  const steps = draft.steps.map((step, index): PlanStep => {
    const own = { prepared: prepared.get(index), shared: shared.get(index) }
    return {
      kind: step.op.kind as StepKind,
      node: step.node,
      phase: step.phase,
      attributes: step.attributes,
      inputs: step.inputs.map(idOf),
      outputs: step.outputs.map(idOf),
      updates: step.updates.map(idOf),
      ...(own.prepared === undefined ? {} : { prepared: idOf(own.prepared) }),
      ...(own.shared === undefined ? {} : { shared: idOf(own.shared) }),
    }
  })
  const named = (name: string, value: DraftValue): PlanParameter => ({ name, buffer: idOf(value) })
  const ports: PlanPorts = {
    pictures: idOf(lowered.pictures),
    output: idOf(lowered.output),
    ...(training === undefined
      ? {}
      : {
          labels: idOf(training.labels),
          losses: idOf(training.losses),
          hits: idOf(training.hits),
          scalars: idOf(scalars),
          seed: idOf(seed),
        }),
    ...(mode === 'gradients' && training !== undefined
      ? { gradients: Object.fromEntries([...training.gradients].map(([name, value]) => [name, idOf(value)])) }
      : {}),
  }
  return {
    network,
    mode,
    batch,
    sizes,
    threads,
    exact,
    ...(optimizer === undefined ? {} : { optimizer: optimizer.settings }),
    steps,
    buffers,
    parameters: lowered.parameters.map(({ name, value }) => named(name, value)),
    optimizerState: [...(training?.state ?? [])].map(([name, value]) => named(name, value)),
    ports,
    backwardFrom: training?.backwardFrom ?? steps.length,
    memory: accountFor(blocks, Math.max(steps.length, 1), threads * scratch.bytesPerThread, arenaBytes),
    arenaBytes,
    control: { offset: 0, bytes: CONTROL_BYTES },
    scratch,
  }
}

/** Offsets by value id: control block, then what lives always, then the shared part. */
function layOut(blocks: readonly Block[]): { offsets: ReadonlyMap<number, number>; bytes: number } {
  const offsets = new Map<number, number>()
  let bytes = CONTROL_BYTES
  const put = (block: Block, offset: number) => {
    for (const { id } of block.values) offsets.set(id, offset)
  }
  for (const block of blocks.filter(({ persistent }) => persistent)) {
    put(block, bytes)
    bytes += align(block.bytes)
  }
  const passing = blocks.filter(({ persistent }) => !persistent)
  const placed = place(passing)
  for (const [index, block] of passing.entries()) put(block, bytes + (placed.offsets[index] as number))
  return { offsets, bytes: bytes + placed.bytes }
}

/** Only what has a place becomes a buffer; ids are the order. */
function toBuffers(
  values: readonly DraftValue[],
  lives: ReadonlyMap<number, { from: number; to: number }>,
  offsets: ReadonlyMap<number, number>,
): { ids: ReadonlyMap<number, number>; buffers: readonly PlanBuffer[] } {
  const ids = new Map<number, number>()
  const buffers: PlanBuffer[] = []
  for (const value of values) {
    const offset = offsets.get(value.id)
    const life = lives.get(value.id)
    if (offset === undefined || life === undefined) continue
    const { name, role, shape, dtype } = value
    ids.set(value.id, buffers.length)
    buffers.push({ id: buffers.length, name, role, shape, dtype, offset, bytes: bytesOf(value), ...life })
  }
  return { ids, buffers }
}

interface Checked {
  readonly batch: number
  readonly mode: 'inference' | 'training' | 'gradients'
  readonly threads: number
  readonly exact: boolean
  readonly labelSmoothing: number
  readonly clipNorm: number | undefined
  readonly optimizer: Optimizer | undefined
  readonly decay: 'weights' | 'all'
}

function check(options: PlanOptions): Checked {
  const {
    batch = 1,
    mode = 'inference',
    threads = 1,
    exact = false,
    labelSmoothing = 0,
    clipNorm,
    decay = 'weights',
  } = options
  const whole = (value: number, name: string, most: number) => {
    if (Number.isInteger(value) && value >= 1 && value <= most) return
    throw new ArgumentError(`${name} must be a whole number from 1 to ${most}`, {
      received: `${value}`,
      expected: `${name} ≥ 1`,
    })
  }
  whole(batch, 'batch', 2 ** 24)
  whole(threads, 'threads', 256)
  if (!['inference', 'training', 'gradients'].includes(mode)) {
    throw new ArgumentError('no such mode', { received: `${mode}`, expected: 'inference, training or gradients' })
  }
  if (!(labelSmoothing >= 0 && labelSmoothing < 1)) {
    throw new ArgumentError('label smoothing must be in [0, 1)', {
      received: `${labelSmoothing}`,
      expected: '0 to below 1, usually 0.1',
    })
  }
  if (clipNorm !== undefined && !(clipNorm > 0 && Number.isFinite(clipNorm))) {
    throw new ArgumentError('the norm to clip to must be a positive number', {
      received: `${clipNorm}`,
      advice: 'leave it out for no clipping',
    })
  }
  if (!['weights', 'all'].includes(decay)) {
    throw new ArgumentError('no such choice of what decays', { received: `${decay}`, expected: 'weights or all' })
  }
  const optimizer = mode === 'training' ? resolveOptimizer(options.optimizer ?? 'sgd') : undefined
  return { batch, mode, threads, exact, labelSmoothing, clipNorm, optimizer, decay }
}
