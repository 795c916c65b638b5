/** Two networks side by side: cost, memory, what the last map sees, and, where it was measured, the time on this machine. */

import { printVolume } from '../core/shapes.ts'
import type { LayerRow, TextTable } from '../inspect/costTable.ts'
import { printBytes, printCount } from '../inspect/units.ts'
import { conventions, type Planned } from './planned.ts'
import type { Terminal } from './terminal.ts'

interface Row {
  readonly what: string
  readonly of: (planned: Planned) => number | undefined
  readonly print: (value: number) => string
}

const rows: readonly Row[] = [
  { what: 'layers', of: ({ table }) => table.layers.length, print: printCount },
  { what: 'parameters', of: ({ table }) => table.totals.parameters, print: printCount },
  { what: 'MACs per image', of: ({ table }) => table.totals.macs, print: printCount },
  { what: 'FLOPs per image', of: ({ table }) => 2 * table.totals.macs, print: printCount },
  { what: 'activations per image', of: ({ table }) => table.totals.activations, print: printCount },
  { what: 'memory, inference', of: ({ inference }) => inference.arenaBytes, print: printBytes },
  { what: 'memory, training', of: ({ training }) => training.arenaBytes, print: printBytes },
  { what: 'memory, recomputing', of: ({ recomputed }) => recomputed?.arenaBytes, print: printBytes },
  { what: 'largest batch, inference', of: ({ fits }) => fits?.inference, print: printCount },
  { what: 'largest batch, training', of: ({ fits }) => fits?.training, print: printCount },
  { what: 'largest batch, recomputing', of: ({ fits }) => fits?.recomputing, print: printCount },
  { what: 'the last map sees, pixels', of: (planned) => lastMap(planned)?.receptiveField.size[0], print: String },
  { what: 'and steps by, pixels', of: (planned) => lastMap(planned)?.receptiveField.stride[0], print: String },
  { what: 'inference, ms', of: ({ times }) => times?.inference.milliseconds, print: milliseconds },
  { what: 'training step, ms', of: ({ times }) => times?.training.milliseconds, print: milliseconds },
  { what: 'training step, recomputing, ms', of: ({ times }) => times?.recomputing?.milliseconds, print: milliseconds },
]

function milliseconds(value: number): string {
  return value.toFixed(value < 10 ? 2 : 1)
}

/** The last layer whose output is a map: GAP and FC see everything. */
function lastMap({ table }: Planned): LayerRow | undefined {
  return table.layers.findLast(({ output }) => output.height * output.width > 1)
}

export function comparison(a: Planned, b: Planned, terminal: Terminal): string {
  const notes = [
    `batch ${a.call.batch}, ${a.call.optimizer}, ${a.threads} ${a.threads === 1 ? 'thread' : 'threads'}; ${conventions.macs}; ${conventions.flops}.`,
    a.times === undefined
      ? 'Times are not derived from MACs: --time measures them on this machine.'
      : 'Times are the shortest of each run, measured on this machine.',
  ]
  return [
    terminal.table(tableOf(a, b)),
    ...notes.map((line) => terminal.dim(terminal.wrap(line))),
    ...[a, b].flatMap(({ source, advice }) =>
      advice.length === 0
        ? []
        : ['', `Advice for ${source.name}:`, ...advice.map(({ says }) => terminal.wrap(`  ${says}`, '    '))],
    ),
  ].join('\n')
}

function tableOf(a: Planned, b: Planned): TextTable {
  const [first, second] = names(a, b)
  return {
    columns: [
      { title: '', align: 'left' },
      { title: first, align: 'right' },
      { title: second, align: 'right' },
      { title: 'ratio', align: 'right', drop: 1 },
    ],
    rows: [
      ['input', inputOf(a), inputOf(b), ''],
      ...rows.flatMap(({ what, of, print }) => {
        const [x, y] = [of(a), of(b)]
        if (x === undefined && y === undefined) return []
        const cell = (value: number | undefined) => (value === undefined ? '–' : print(value))
        return [[what, cell(x), cell(y), x && y ? `×${ratio(y / x)}` : '–']]
      }),
    ],
  }
}

const inputOf = ({ table }: Planned) => (table.layers[0] ? printVolume(table.layers[0].output) : '–')
const ratio = (value: number) => (value < 10 ? value.toPrecision(3) : value.toFixed(1))

/** Networks that were written down may have the same name. */
function names(a: Planned, b: Planned): readonly [string, string] {
  const [x, y] = [a.source.name, b.source.name]
  return x === y ? [`${x} (1)`, `${y} (2)`] : [x, y]
}
