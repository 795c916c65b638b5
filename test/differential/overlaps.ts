/**
 * Whether buffers that share bytes are ever needed at the same time: from the plan's steps alone, by another way than the
 * planner's. Two may meet in one step only, where the op says that it can work in place.
 */

import { ops } from '../../src/ops/ops.ts'
import type { Plan, PlanBuffer, PlanStep } from '../../src/plan/types.ts'
import { Disagreement } from './fault.ts'

interface Life {
  readonly buffer: PlanBuffer
  from: number
  to: number
}

const kept: ReadonlySet<string> = new Set(['data', 'scalars', 'parameter', 'tracked', 'optimizer'])

export function checkOverlaps(plan: Plan): void {
  const { buffers, steps, head, scratch, arenaBytes, target } = plan
  const fault = (text: string) => new Disagreement(`the plan's memory: ${text}`)
  for (const { name, offset, bytes, viewOf } of buffers) {
    const base = viewOf === undefined ? undefined : (buffers[viewOf] as PlanBuffer)
    if (base !== undefined && (base.offset !== offset || base.bytes !== bytes || base.viewOf !== undefined))
      throw fault(`${name} is a view of ${base.name}, which lies elsewhere`)
    if (offset % 64 !== 0 || offset < head || offset + bytes > scratch.offset) throw fault(`${name} is at ${offset}`)
  }
  if (scratch.offset + target.threads * scratch.bytesPerThread > arenaBytes) throw fault('the scratch ends beyond it')

  const lives = [...livesOf(plan).values()].sort((a, b) => a.buffer.offset - b.buffer.offset)
  for (const [index, a] of lives.entries())
    for (let next = index + 1; next < lives.length; next++) {
      const b = lives[next] as Life
      if (b.buffer.offset >= a.buffer.offset + a.buffer.bytes) break
      if (b.buffer.bytes === 0 || a.to < b.from || b.to < a.from) continue
      const [first, second] = a.from <= b.from ? [a, b] : [b, a]
      if (isInPlace(steps[second.from] as PlanStep, first, second, plan)) continue
      throw fault(
        `${first.buffer.name} (steps ${first.from} to ${first.to}) and ${second.buffer.name} (${second.from} to ${second.to}) share bytes`,
      )
    }
}

/** From the first step that touches a buffer to the last, views included, and to where the host reads it. */
function livesOf(plan: Plan): ReadonlyMap<number, Life> {
  const { buffers, steps, sections, ports } = plan
  const lives = new Map<number, Life>()
  const touch = (id: number, step: number) => {
    const buffer = buffers[id] as PlanBuffer
    const root = buffers[buffer.viewOf ?? id] as PlanBuffer
    const life = lives.get(root.id) ?? { buffer: root, from: step, to: step }
    life.from = Math.min(life.from, step)
    life.to = Math.max(life.to, step)
    lives.set(root.id, life)
  }
  const preparedAtStart = (index: number) =>
    Object.values(sections).find(({ from, to, prepares }) => prepares === 'at start' && from <= index && index < to)
  for (const [index, { inputs, outputs, updates, prepared, shared }] of steps.entries()) {
    for (const id of [...inputs, ...outputs, ...updates, ...(shared === undefined ? [] : [shared])]) touch(id, index)
    if (prepared === undefined) continue
    const section = preparedAtStart(index)
    for (const step of section ? [section.from, section.to - 1] : [index]) touch(prepared, step)
  }
  const end = Math.max(steps.length - 1, 0)
  for (const { id, role } of buffers) if (kept.has(role)) for (const step of [0, end]) touch(id, step)
  const { gradients = { weights: {}, nodes: {} }, taps = {}, output, losses, hits, scores } = ports
  const read = [
    output,
    losses,
    hits,
    ...[gradients.weights, gradients.nodes, taps].flatMap((ids) => Object.values(ids)),
  ]
  // The host reads when the last step is done.
  const first = (sections.main ?? sections.scores)?.to ?? 0
  for (const id of read) if (id !== undefined) touch(id, first - 0.5)
  if (scores !== undefined) touch(scores, steps.length - 0.5)
  return lives
}

/** The later one is written where the earlier one is read for the last time, in a pair of the op's. */
function isInPlace({ kind, inputs, outputs }: PlanStep, first: Life, second: Life, { buffers }: Plan): boolean {
  const [a, b] = [first.buffer, second.buffer]
  if (first.to !== second.from || kept.has(a.role) || a.offset !== b.offset || a.bytes !== b.bytes) return false
  const root = (id: number | undefined) => buffers[buffers[id ?? -1]?.viewOf ?? id ?? -1]
  return (ops[kind].inPlace ?? []).some(([i, o]) => root(inputs[i]) === a && root(outputs[o]) === b)
}
