/** Draft → plan: lifetimes, workspaces and every byte's place, for a number of pictures and a device. */

import { type ArraySpec, bytesOf } from '../ops/arrays.ts'
import type { StepKind } from '../ops/index.ts'
import type { Target } from '../ops/target.ts'
import type { Value } from '../ops/types.ts'
import { align, place } from './arena.ts'
import type { Composition, DraftSection } from './compose.ts'
import { type DraftValue, specAt } from './draft.ts'
import { type Block, blocks as blocksOf, type Lifetime, lifetimes } from './lifetimes.ts'
import { accountFor } from './memory.ts'
import { namesOf } from './names.ts'
import { sizesOf } from './sizes.ts'
import type { Plan, PlanBuffer, PlanParameter, PlanPorts, PlanSection, PlanStep } from './types.ts'
import { addWorkspaces } from './workspaces.ts'

export function layOut(composition: Composition, batch: number, target: Target): Plan {
  const { network, goal, frozen, draft, parameters, optimizerState, backwardFrom, values } = composition
  const sections = composition.sections.map((section) => [section, sectionOf(section, batch)] as const)
  const sectionAt = (step: number) =>
    (sections.find(([, { from, to }]) => from <= step && step < to) as (typeof sections)[number])[1]
  const workspaces = addWorkspaces(draft, target, (step) => sectionAt(step).sizes)
  const { prepared, shared } = workspaces

  const all = [...draft.values, ...workspaces.values]
  const kept = new Map<number, Lifetime>()
  for (const [{ reads }, { from, to }] of sections) {
    // From the step that makes it; `lifetimes` takes the union.
    for (const value of reads) kept.set(draft.rootId(value), { from: Math.max(to - 1, from), to: Math.max(to - 1, 0) })
  }
  const lives = new Map(lifetimes(draft, kept))
  for (const [index, { id }] of shared) lives.set(id, { from: index, to: index })
  for (const [index, { id }] of prepared) {
    const { prepares, from, to } = sectionAt(index)
    lives.set(id, prepares === 'by step' ? { from: index, to: index } : { from, to: to - 1 })
  }

  const blocks = blocksOf(draft, all, lives, batch)
  const { offsets, bytes: used } = placeAll(blocks, target)
  const scratch = { offset: used, bytesPerThread: align(workspaces.perThread, target.alignment) }
  const scratchBytes = target.threads * scratch.bytesPerThread
  const arenaBytes = align(used + scratchBytes, target.granule)

  const { ids, buffers } = toBuffers(all, namesOf(composition, all), { lives, offsets, batch })
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
      ...(own.prepared && { prepared: idOf(own.prepared) }),
      ...(own.shared && { shared: idOf(own.shared) }),
    }
  })
  const named = (name: string, value: DraftValue): PlanParameter => ({ name, buffer: idOf(value) })
  return {
    network,
    goal,
    batch,
    target: { name: target.name, threads: target.threads, exact: target.exact },
    frozen,
    steps,
    sections: Object.fromEntries(sections.map(([{ name }, section]) => [name, section])),
    buffers,
    parameters: parameters.map(({ name, value }) => named(name, value)),
    optimizerState: [...optimizerState].map(([name, value]) => named(name, value)),
    ports: portsOf(values, idOf),
    backwardFrom,
    memory: accountFor(blocks, Math.max(steps.length, 1), scratchBytes, arenaBytes),
    arenaBytes,
    head: target.head,
    scratch,
  }
}

/** Scores can be had for fewer pictures; in training a batch is a batch. */
function sectionOf({ name, from, to }: DraftSection, batch: number): PlanSection {
  return name === 'scores'
    ? { from, to, sizes: sizesOf(batch), prepares: 'at start' }
    : { from, to, sizes: [batch], prepares: 'by step' }
}

function portsOf(values: Composition['values'], idOf: (value: Value) => number): PlanPorts {
  const { pictures, output, scores, loss, scalars, seed, outputGradient, gradients, taps } = values
  const record = (named: ReadonlyMap<string, Value>) =>
    Object.fromEntries([...named].map(([name, value]) => [name, idOf(value)]))
  return {
    pictures: idOf(pictures),
    output: idOf(output),
    ...(scores && { scores: idOf(scores) }),
    ...(loss && { labels: idOf(loss.targets), losses: idOf(loss.losses) }),
    ...(loss?.hits && { hits: idOf(loss.hits) }),
    ...(scalars && { scalars: idOf(scalars) }),
    ...(seed && { seed: idOf(seed) }),
    ...(outputGradient && { outputGradient: idOf(outputGradient) }),
    ...(gradients && { gradients: { weights: record(gradients.weights), nodes: record(gradients.nodes) } }),
    ...(taps.size > 0 && { taps: record(taps) }),
  }
}

/** Offsets by value id: the device's head, then what lives always, then the shared part. */
function placeAll(
  blocks: readonly Block[],
  { head, alignment }: Target,
): { readonly offsets: ReadonlyMap<number, number>; readonly bytes: number } {
  const offsets = new Map<number, number>()
  let bytes = align(head, alignment)
  const put = (block: Block, offset: number) => {
    for (const { id } of block.values) offsets.set(id, offset)
  }
  const passing: Block[] = []
  for (const block of blocks) {
    if (!block.persistent) passing.push(block)
    else {
      put(block, bytes)
      bytes += align(block.bytes, alignment)
    }
  }
  const placed = place(passing, alignment)
  for (const [index, block] of passing.entries()) put(block, bytes + (placed.offsets[index] as number))
  return { offsets, bytes: bytes + placed.bytes }
}

/** Only what has a place becomes a buffer; ids are the order. */
function toBuffers(
  values: readonly DraftValue[],
  names: readonly string[],
  {
    lives,
    offsets,
    batch,
  }: {
    readonly lives: ReadonlyMap<number, Lifetime>
    readonly offsets: ReadonlyMap<number, number>
    readonly batch: number
  },
): { readonly ids: ReadonlyMap<number, number>; readonly buffers: readonly PlanBuffer[] } {
  const ids = new Map<number, number>()
  const buffers: PlanBuffer[] = []
  for (const value of values) {
    const { root, role, pictures } = value
    const offset = offsets.get(root.id)
    const life = lives.get(root.id)
    if (offset === undefined || life === undefined) continue
    const spec: ArraySpec = specAt(value, batch)
    const id = buffers.length
    ids.set(value.id, id)
    buffers.push({
      id,
      name: names[value.id] as string,
      role,
      shape: spec.shape,
      dtype: spec.dtype,
      pictures,
      ...(root !== value && { viewOf: ids.get(root.id) as number }),
      offset,
      bytes: bytesOf(spec),
      from: life.from,
      to: life.to,
    })
  }
  return { ids, buffers }
}
