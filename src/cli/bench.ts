/** `lenslet bench [net…]`: how fast this machine computes layers, predicts and trains. */

import type { Command } from 'commander'
import { describeWasm } from '../backends/wasm/backend.ts'
import type { TextTable } from '../inspect/costTable.ts'
import { printCount, printSeconds } from '../inspect/units.ts'
import { type BenchRow, type BenchWork, kernelWorks, measure, threadsToTry } from './benchRows.ts'
import { readCall } from './errors.ts'
import { commandName, machine, printMachine } from './machine.ts'
import { readNetwork } from './network.ts'
import { whole } from './options.ts'
import { Terminal } from './terminal.ts'
import { threadCount } from './threadCount.ts'

interface BenchCall {
  readonly batch: number
  readonly train?: number
  readonly threads?: number
  readonly json?: boolean
}

/** Measured where no network is named: on one picture, and the smaller ones in training. */
const usual: readonly { readonly name: string; readonly train?: number }[] = [
  { name: 'lenet5', train: 64 },
  { name: 'cifar-small', train: 64 },
  { name: 'resnet20', train: 64 },
  { name: 'mobilenet-v2' },
  { name: 'resnet18' },
  { name: 'resnet50' },
]

export function define(command: Command): void {
  command
    .argument(
      '[net...]',
      'names from the zoo, texts in the notation, or files; default: six networks and single layers',
    )
    .option('--batch <n>', 'batch size of predictions', whole('--batch', 1), 1)
    .option('--train <n>', 'also measure training steps with this batch size', whole('--train', 1))
    .option('--threads <n>', 'number of threads; default: one, and what a run would use', threadCount)
    .option('--json', 'one JSON object on stdout')
    .addHelpText('after', '\nExamples:\n  lenslet bench\n  lenslet bench vgg16 my.net --batch 8 --train 32')
    .action(run)
}

async function run(nets: readonly string[], call: BenchCall): Promise<void> {
  const terminal = new Terminal(call.json === true)
  const works = nets.length === 0 ? await usualWorks(call) : await worksOf(nets, call)
  const { variant, why } = await describeWasm()
  const rows = await measureAll(works, terminal)
  const here = machine()
  terminal.result({ cpu: here.cpu, variant, rows, machine: here }, () =>
    [
      terminal.wrap(printMachine(here), '  '),
      terminal.wrap(`wasm, ${variant} kernels (${why})`, '  '),
      '',
      terminal.table(tableOf(rows)),
      terminal.dim(terminal.wrap(note)),
      '',
      'Try next:',
      `  ${commandName()} bench ${quoted(nets[0] ?? 'vgg16')} --batch 8 --train 32`,
      `  ${commandName()} doctor`,
    ].join('\n'),
  )
}

async function measureAll(works: readonly BenchWork[], terminal: Terminal): Promise<readonly BenchRow[]> {
  const rows: BenchRow[] = []
  const began = performance.now()
  try {
    for (const work of works) {
      const each = (performance.now() - began) / 1000 / rows.length
      const left = rows.length === 0 ? '' : `, ${printSeconds(each * (works.length - rows.length))} left`
      terminal.status(`${rows.length + 1} of ${works.length}${left}: ${printWork(work)}`)
      rows.push(await measure(work))
    }
    return rows
  } finally {
    terminal.status('')
  }
}

async function usualWorks(call: BenchCall): Promise<readonly BenchWork[]> {
  const some = await Promise.all(
    usual.map(({ name, train }) => {
      const asked = call.train ?? train
      return worksOf([name], { ...call, ...(asked === undefined ? {} : { train: asked }) })
    }),
  )
  return [...kernelWorks, ...some.flat()]
}

async function worksOf(nets: readonly string[], { batch, train, threads }: BenchCall): Promise<readonly BenchWork[]> {
  const sources = await readCall(() => Promise.all(nets.map((net) => readNetwork(net))))
  const kinds = [
    { kind: 'predict', batch } as const,
    ...(train === undefined ? [] : [{ kind: 'train', batch: train } as const]),
  ]
  return sources.flatMap(({ name, network }) =>
    kinds.flatMap((kind) => threadsToTry(threads).map((count) => ({ ...kind, name, network, threads: count }))),
  )
}

/** Below the table. */
const note =
  'N is the batch size; ms is the shortest time of each run. GFLOP/s count the direct convolution, whatever the method.'

const doing = { kernel: 'a layer', predict: 'prediction', train: 'training' } as const

function printWork({ kind, name, threads }: BenchWork): string {
  return `${name}, ${doing[kind]}, ${threads} ${threads === 1 ? 'thread' : 'threads'}`
}

function tableOf(rows: readonly BenchRow[]): TextTable {
  const column = (align: 'left' | 'right') => (title: string, drop?: number) => ({
    title,
    align,
    ...(drop && { drop }),
  })
  const left = column('left')
  const right = column('right')
  return {
    columns: [
      left('work'),
      left('what'),
      right('N', 3),
      right('threads', 4),
      right('ms'),
      right('images/s', 2),
      right('GFLOP/s', 1),
    ],
    rows: rows.map(({ kind, name, batch, threads, milliseconds, picturesPerSecond, gflops }) => [
      name,
      doing[kind],
      printCount(batch),
      `${threads}`,
      digits(milliseconds),
      digits(picturesPerSecond),
      gflops === null ? '–' : digits(gflops),
    ]),
  }
}

/** As a shell takes it. */
function quoted(net: string): string {
  return /^[\w./-]+$/.test(net) ? net : JSON.stringify(net)
}

/** Three digits, or all before the point. */
function digits(value: number): string {
  if (value >= 100) return printCount(Math.round(value))
  return value >= 10 ? value.toFixed(1) : value >= 0.1 ? value.toFixed(2) : value.toFixed(3)
}
