/** What `lenslet plan` prints of one network. */

import { arenaBlocks } from '../inspect/arenaBlocks.ts'
import { costTable, memoryTable, type NetworkTable, type TextTable } from '../inspect/costTable.ts'
import { printBytes, printCount, printPercent } from '../inspect/units.ts'
import { bytesOf } from '../ops/arrays.ts'
import { printPlan } from '../plan/print.ts'
import type { Plan, PlanRecomputation } from '../plan/types.ts'
import { conventions, type Fits, notationOf, type Planned, type Times } from './planned.ts'
import type { Terminal } from './terminal.ts'

export function planWords(planned: Planned, terminal: Terminal): string {
  const { source, call, threads, table, inference, training, recomputed, title, fits, times, notices } = planned
  const { batch } = call
  return [
    headOf(planned, terminal),
    '',
    terminal.table(costTable(table)),
    ...summary(table).map((line) => terminal.wrap(line, '  ')),
    '',
    terminal.table(
      memoryTable([
        ['inference', inference.memory],
        [title, training.memory],
        ...(recomputed ? ([['recomputing', recomputed.memory]] as const) : []),
      ]),
    ),
    terminal.dim(
      terminal.wrap(
        `batch ${batch}, ${threads} ${threads === 1 ? 'thread' : 'threads'}; a run allocates exactly this amount.`,
      ),
    ),
    terminal.dim(terminal.wrap(`${capital(conventions.macs)}; ${conventions.flops}.`)),
    ...(recomputed?.recomputation
      ? [terminal.wrap(`recomputing: ${recomputationWords(recomputed.recomputation, recomputed.arenaBytes)}`, '  ')]
      : []),
    ...(call.arena ? ['', ...arenaLines(recomputed ?? training, terminal)] : []),
    ...(times ? ['', terminal.table(timeTable(times))] : []),
    ...section('Advice', adviceLines(planned), terminal),
    ...section('Notes', notices, terminal),
    ...section('Remarks', source.entry?.remarks ?? [], terminal),
    ...(fits === undefined ? [] : ['', printFits(fits, terminal)]),
    ...(call.svg === undefined ? [] : ['', `The arena over time: ${call.svg}`]),
    ...(call.steps === true ? ['', printPlan(inference), printPlan(training)] : []),
    ...(call.steps === true && recomputed ? [printPlan(recomputed)] : []),
  ].join('\n')
}

function headOf({ source }: Planned, terminal: Terminal): string {
  const { entry, name, network } = source
  if (entry !== undefined)
    return [`${terminal.bold(entry.name)}: ${entry.title}`, terminal.dim(entry.paper)]
      .map((line) => terminal.wrap(line, '  '))
      .join('\n')
  return terminal.wrap(terminal.bold(notationOf(network) ?? name), '  ')
}

function arenaLines(plan: Plan, terminal: Terminal): readonly string[] {
  const { drawing, captions } = arenaBlocks(plan, terminal.width)
  return [drawing, ...captions.map((line) => terminal.wrap(line, '  '))]
}

/** Bytes of float32 values. */
const floats = (count: number) => bytesOf({ shape: [count], dtype: 'f32' })

function summary({ totals }: NetworkTable): readonly string[] {
  const { activations, weights, parameters, macs, training } = totals
  return [
    `per image: ${printCount(activations)} activations (${printBytes(floats(activations))}), ${printCount(macs)} MACs (${printCount(2 * macs)} FLOPs)`,
    `parameters: ${printCount(parameters)} (${printBytes(floats(parameters))}), of which ${printCount(weights)} weights`,
    ...(training.parameters === parameters
      ? []
      : [
          `in training, with the auxiliary heads: ${printCount(training.parameters)} parameters (${printBytes(floats(training.parameters))}), ${printCount(training.macs)} MACs per image`,
        ]),
  ]
}

/** The memory saved by recomputation and its cost. */
export function recomputationWords(
  { segments, steps, macs, plainMacs, plainArenaBytes }: PlanRecomputation,
  arenaBytes: number,
): string {
  if (steps === 0) return 'no recomputation: it would not save memory, or the training fits without it'
  const share = printPercent(arenaBytes / plainArenaBytes)
  return `${printBytes(arenaBytes)} instead of ${printBytes(plainArenaBytes)} (${share}) for ${printCount(macs)} more MACs a step (${printPercent(macs / plainMacs)}): ${steps} steps run again, in ${segments} segments; the weights are the same to the bit`
}

const milliseconds = (value: number) => (value < 10 ? value.toFixed(2) : value.toFixed(value < 100 ? 1 : 0))

export function timeTable({ inference, training, recomputing }: Times): TextTable {
  const rows = [
    ['inference', inference] as const,
    ['training step', training] as const,
    ...(recomputing ? [['training step, recomputing', recomputing] as const] : []),
  ]
  return {
    columns: [
      { title: 'measured here', align: 'left' },
      { title: 'batch', align: 'right' },
      { title: 'threads', align: 'right', drop: 2 },
      { title: 'ms', align: 'right' },
      { title: 'median ms', align: 'right', drop: 1 },
      { title: 'images/s', align: 'right' },
    ],
    rows: rows.map(([what, row]) => [
      what,
      `${row.batch}`,
      `${row.threads}`,
      milliseconds(row.milliseconds),
      milliseconds(row.median),
      printCount(Math.round(row.picturesPerSecond)),
    ]),
  }
}

function adviceLines({ advice }: Planned): readonly string[] {
  return advice.map((found) => `${found.says}. ${capital(found.advice)}. [${found.id}]`)
}

const capital = (text: string) => `${text.charAt(0).toUpperCase()}${text.slice(1)}`

export function printFits({ bytes: memory, inference, training, recomputing }: Fits, terminal: Terminal): string {
  const capped = memory > 2 ** 32 ? '; a run can address at most 4 GiB' : ''
  const batchOf = (batch: number) => (batch === 0 ? 'none: one image does not fit' : printCount(batch))
  return [
    terminal.wrap(`largest batch in ${printBytes(memory)} (${printCount(memory)} bytes${capped})`, '  '),
    `  inference    ${batchOf(inference)}`,
    `  training     ${batchOf(training)}`,
    ...(recomputing === undefined ? [] : [`  recomputing  ${batchOf(recomputing)}`]),
  ].join('\n')
}

function section(title: string, lines: readonly string[], terminal: Terminal): readonly string[] {
  return lines.length === 0 ? [] : ['', `${title}:`, ...lines.map((line) => terminal.wrap(`  ${line}`, '    '))]
}
