/** The kernels' two tables as Markdown. */

import type { VariantName } from '../../../src/backends/wasm/variants.ts'
import type { TableName } from './messages.ts'

/** A row's figures on one variant. */
export interface Cell {
  readonly variant: VariantName
  /** Least time of a run. */
  readonly milliseconds: number
  /** GFLOP/s, or GB/s. */
  readonly speed: number
  /** Of the variant's peak, or of the memcpy's speed. */
  readonly share: number
}

export interface Line {
  readonly table: TableName
  readonly name: string
  readonly shape: string
  /** GB/s of a memcpy over as much memory, where the row is measured by that. */
  readonly copy?: number
  readonly cells: readonly Cell[]
}

export interface Peak {
  readonly variant: VariantName
  /** GFLOP/s */
  readonly speed: number
}

export interface Demand {
  readonly line: Line
  readonly cell: Cell
  /** Share of the peak. */
  readonly least: number
}

export interface Outcome {
  readonly rounds: number
  readonly peaks: readonly Peak[]
  readonly lines: readonly Line[]
  readonly demand: Demand
  readonly absent: readonly { readonly variant: VariantName; readonly why: string }[]
}

export function printKernels({ rounds, peaks, lines, demand, absent }: Outcome): string[] {
  const names = peaks.map(({ variant }) => variant)
  const { line, cell, least } = demand
  const own = (table: TableName) => lines.filter((line) => line.table === table).map(print)
  return [
    '## Kernels',
    '',
    `Single steps on one thread, the least of ${rounds} rounds in which the variants take turns; ${names[0]} is what the command line takes on this machine. Demanded of it: ${percent(least)} of the peak in ${line.name}. Measured: ${percent(cell.share)}, ${isReached(demand) ? 'reached' : '**missed**'}.`,
    ...absent.flatMap(({ variant, why }) => ['', `Not measured: ${variant} (${why}).`]),
    '',
    "GFLOP/s, and the share of the peak that the variant's instructions reach in a loop of independent multiply–adds in registers, measured in the same turns. They count the direct convolution's multiplications and additions: Winograd's method does with fewer, and may exceed the peak.",
    '',
    ...head(['', ''], names),
    tableRow(['peak of multiply–adds', '', ...peaks.flatMap(({ speed }) => [digits(speed), ''])]),
    ...own('arithmetic'),
    '',
    "GB/s of the arrays that a step must read and write, each counted once, and the share of a memcpy's speed over as much memory, measured in the same turns. A step that reads more than it writes, or writes where it read, may exceed it.",
    '',
    ...head(['', '', 'memcpy'], names),
    ...own('memory'),
  ]
}

export function isReached({ cell, least }: Demand): boolean {
  return cell.share >= least
}

/** Two columns of text, and figures; a variant has two of them. */
function head(first: readonly string[], names: readonly VariantName[]): string[] {
  const titles = [...first, ...names.flatMap((name) => [name, ''])]
  return [tableRow(titles), `|${titles.map((_, i) => (i < 2 ? '---|' : '--:|')).join('')}`]
}

function print({ name, shape, copy, cells }: Line): string {
  const figures = cells.flatMap(({ speed, share }) => [digits(speed), percent(share)])
  return tableRow([name, shape, ...(copy === undefined ? [] : [digits(copy)]), ...figures])
}

const tableRow = (cells: readonly string[]) => `| ${cells.join(' | ')} |`
const percent = (share: number) => `${(100 * share).toFixed(0)} %`
const digits = (speed: number) => (speed >= 100 ? speed.toFixed(0) : speed.toFixed(1))
