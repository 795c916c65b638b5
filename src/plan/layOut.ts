/** Draft → plan: lifetimes, workspaces and every byte's place, for a number of pictures and a device. */

import { type ArraySpec, bytesOf } from '../ops/arrays.ts'
import type { StepKind } from '../ops/ops.ts'
import type { Target } from '../ops/target.ts'
import type { Value } from '../ops/types.ts'
import { align, place } from './arena.ts'
import type { Composition, DraftSection } from './composition.ts'
import { type DraftValue, specAt } from './draft.ts'
import { type Block, blocks as blocksOf, type Lifetimes, lifetimes } from './lifetimes.ts'
import { accountFor } from './memory.ts'
import { namesOf } from './names.ts'
import { sizesOf } from './sizes.ts'
import type { Plan, PlanBuffer, PlanParameter, PlanPorts, PlanSection, PlanStep } from './types.ts'
import { addWorkspaces } from './workspaces.ts'

export function layOut(composition: Composition, batch: number, target: Target): Plan {
  const { network, goal, frozen, draft, parameters, optimizerState, backwardFrom, values } = composition
  const sections = composition.sections.map(
    (section, _, all) => [section, sectionOf(section, batch, all.length === 1)] as const,
  )
  const [first, second = first] = sections.map(([, section]) => section) as [PlanSection, PlanSection?]
  const sectionAt = (step: number) => (step < first.to ? first : second)
  const workspaces = addWorkspaces(draft, target, (step) => sectionAt(step).sizes)
  const { prepared, shared } = workspaces

  const all = [...draft.values, ...workspaces.values]
  const lives = lifetimes(draft, all.length)
  for (const [{ reads }, { to }] of sections) {
    const last = Math.max(to - 1, 0)
    for (const value of reads) {
      lives.extend(draft.rootId(value), last, last)
      lives.held.add(draft.rootId(value))
    }
  }
  for (const [index, { id }] of shared) lives.extend(id, index, index)
  for (const [index, { id }] of prepared) {
    const { prepares, from, to } = sectionAt(index)
    if (prepares === 'by step') lives.extend(id, index, index)
    else lives.extend(id, from, to - 1)
  }

  const blocks = blocksOf(draft, all, lives, batch)
  const { offsets, bytes: used } = placeAll(blocks, all.length, target)
  const scratch = { offset: used, bytesPerThread: align(workspaces.perThread, target.alignment) }
  const scratchBytes = target.threads * scratch.bytesPerThread
  const arenaBytes = align(used + scratchBytes, target.granule)

  const { ids, buffers } = toBuffers(all, namesOf(composition, all), { lives, offsets, batch })
  const idOf = ({ id }: Value) => ids[id] as number
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
    optimizerState: [...(optimizerState ?? [])].map(([name, value]) => named(name, value)),
    ports: portsOf(values, idOf),
    backwardFrom,
    memory: accountFor(blocks, Math.max(steps.length, 1), scratchBytes, arenaBytes),
    arenaBytes,
    head: target.head,
    scratch,
  }
}

/**
 * Scores can be had for fewer pictures; in training a batch is a batch. Beside a training, filters change all the time, and
 * to keep all of them prepared could take more memory than the training itself.
 */
function sectionOf({ name, from, to }: DraftSection, batch: number, isAlone: boolean): PlanSection {
  const sizes = name === 'scores' ? sizesOf(batch) : [batch]
  return { from, to, sizes, prepares: name === 'scores' && isAlone ? 'at start' : 'by step' }
}

function portsOf(values: Composition['values'], idOf: (value: Value) => number): PlanPorts {
  const { gradients, taps, groups, ...single } = values
  const record = (named: ReadonlyMap<string, Value>) =>
    Object.fromEntries([...named].map(([name, value]) => [name, idOf(value)]))
  const ids = Object.entries(single).flatMap(([name, value]) => (value === undefined ? [] : [[name, idOf(value)]]))
  return {
    ...(Object.fromEntries(ids) as Pick<PlanPorts, 'pictures' | 'output'>),
    ...(groups && { groups: groups.map(({ value, ...group }) => ({ ...group, scalars: idOf(value) })) }),
    ...(gradients && { gradients: { weights: record(gradients.weights), nodes: record(gradients.nodes) } }),
    ...(taps.size > 0 && { taps: record(taps) }),
  }
}

/** Offsets by value id: the device's head, then what lives always, then the shared part. */
function placeAll(
  blocks: readonly Block[],
  count: number,
  { head, alignment }: Target,
): { readonly offsets: Float64Array; readonly bytes: number } {
  const offsets = new Float64Array(count).fill(-1)
  let bytes = align(head, alignment)
  const put = (block: Block, offset: number) => {
    for (const { id } of block.values) offsets[id] = offset
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

/** Only what has a place becomes a buffer; ids are the order. `ids` are by value. */
function toBuffers(
  values: readonly DraftValue[],
  names: readonly string[],
  { lives, offsets, batch }: { readonly lives: Lifetimes; readonly offsets: Float64Array; readonly batch: number },
): { readonly ids: Int32Array; readonly buffers: readonly PlanBuffer[] } {
  const ids = new Int32Array(values.length).fill(-1)
  const buffers: PlanBuffer[] = []
  for (const value of values) {
    const { root, role, pictures } = value
    const offset = offsets[root.id] as number
    if (offset < 0) continue
    const spec: ArraySpec = specAt(value, batch)
    const id = buffers.length
    ids[value.id] = id
    buffers.push({
      id,
      name: names[value.id] as string,
      role,
      shape: spec.shape,
      dtype: spec.dtype,
      pictures,
      ...(root !== value && { viewOf: ids[root.id] as number }),
      ...(value.values && { values: value.values }),
      offset,
      bytes: bytesOf(spec),
      from: lives.from[root.id] as number,
      to: lives.to[root.id] as number,
    })
  }
  return { ids, buffers }
}
