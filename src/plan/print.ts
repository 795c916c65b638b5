/** A plan as text: what a bug report holds and what goldens compare. One line per step, one line per buffer. */

import { printShape } from '../core/shapes.ts'
import { ops } from '../ops/ops.ts'
import { printGoal } from './goal.ts'
import { sectionsOf } from './step.ts'
import type { Plan, PlanBuffer, PlanStep } from './types.ts'

export function printPlan(plan: Plan): string {
  const { goal, batch, target, steps, buffers, memory, arenaBytes } = plan
  const device = `${target.name}, threads ${target.threads}${target.exact ? ', exact' : ''}`
  const head = `plan: ${printGoal(goal)}, batch ${batch}, ${device}, ${steps.length} steps, arena ${arenaBytes} bytes`
  const bytes = Object.entries(memory)
    .filter(([name]) => name !== 'arenaBytes')
    .map(([name, value]) => `${name} ${value}`)
    .join(', ')
  return `${[
    head,
    `memory: ${bytes}`,
    ...sectionsOf(plan).map(
      ([name, { from, to, sizes }]) => `section ${name}: steps ${from} to ${to - 1}, for ${sizes.join(', ')} pictures`,
    ),
    '',
    'steps',
    ...table(steps.map((step, index) => stepRow(plan, step, index))),
    '',
    'buffers',
    ...table(buffers.map(bufferRow)),
  ].join('\n')}\n`
}

function stepRow(plan: Plan, step: PlanStep, index: number): readonly string[] {
  const names = (ids: readonly number[]) => ids.map((id) => plan.buffers[id]?.name ?? `#${id}`).join(', ')
  const updates = step.updates.length === 0 ? '' : ` ~ ${names(step.updates)}`
  const flow = `${names(step.inputs)} → ${names(step.outputs)}${updates}`
  return [`${index}`, step.phase, step.node, step.kind, ops[step.kind].describe(step.attributes), flow]
}

function bufferRow(buffer: PlanBuffer): readonly string[] {
  const { id, name, role, shape, dtype, viewOf, offset, bytes, from, to } = buffer
  const life = `steps ${from}–${to}${viewOf === undefined ? '' : `, view of #${viewOf}`}`
  return [`#${id}`, name, role, `${dtype} ${printShape(shape)}`, `@${offset}`, `+${bytes}`, life]
}

/** Columns padded to the widest cell; nothing trails. */
function table(rows: readonly (readonly string[])[]): readonly string[] {
  const widths = (rows[0] ?? []).map((_, column) =>
    rows.reduce((most, row) => Math.max(most, row[column]?.length ?? 0), 0),
  )
  return rows.map((row) => `  ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ')}`.trimEnd())
}
