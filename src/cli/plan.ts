/** `lenslet plan <net>`: what a network costs, layer by layer, and the memory of its runs, before anything runs. */

import type { Command } from 'commander'
import { chooseThreads } from '../backends/wasm/threads.ts'
import { costTable, memoryTable, type NetworkTable, networkTable } from '../inspect/costTable.ts'
import { printBytes, printCount } from '../inspect/units.ts'
import type { Network } from '../network/network.ts'
import { print } from '../notation/print.ts'
import { bytesOf } from '../ops/arrays.ts'
import { OpShapeError } from '../ops/errors.ts'
import { type OptimizerKind, optimizerKinds } from '../ops/optimizer/optimizers.ts'
import { LARGEST_MEMORY } from '../ops/wasm/target.ts'
import { maxBatch } from '../plan/maxBatch.ts'
import { plan } from '../plan/plan.ts'
import { printPlan } from '../plan/print.ts'
import type { Plan, PlanOptions } from '../plan/types.ts'
import { readCall } from './errors.ts'
import { type NetworkSource, readNetwork } from './network.ts'
import { bytes, choice, exactHelp, whole } from './options.ts'
import { Terminal } from './terminal.ts'

interface PlanCall {
  readonly batch: number
  readonly optimizer: OptimizerKind
  readonly threads?: number
  readonly exact?: boolean
  readonly memory?: number
  readonly strict?: boolean
  readonly steps?: boolean
  readonly json?: boolean
}

export function define(command: Command): void {
  command
    .argument('<net>', 'name from the zoo, text in the notation, or a file (.net, .json, .lenslet)')
    .option('--batch <n>', 'batch size: images in one run', whole('--batch', 1), 1)
    .option(
      '--optimizer <kind>',
      `for training: ${optimizerKinds.join(', ')}`,
      choice('--optimizer', optimizerKinds),
      'adam',
    )
    .option('--threads <n>', 'number of threads; default: what a run would use', whole('--threads', 1))
    .option('--exact', exactHelp)
    .option('--memory <amount>', 'also find the largest batch size that fits: 4GB, 512MB', bytes('--memory'))
    .option('--strict', 'refuse sizes that are not whole numbers')
    .option('--steps', 'also print the steps and buffers of the plans')
    .option('--json', 'one JSON object on stdout')
    .addHelpText('after', examples)
    .action(run)
}

const examples = `
Examples:
  lenslet plan lenet5
  lenslet plan vgg16 --batch 16 --memory 4GB
  lenslet plan "INPUT 227x227x3 -> CONV11-96 s4 p0 -> RELU -> POOL3 s2" --strict`

async function run(spec: string, call: PlanCall): Promise<void> {
  const terminal = new Terminal(call.json === true)
  const source = await readCall(() => readNetwork(spec, call))
  if (source.notice !== undefined) terminal.hint(`note: ${source.notice}`)
  const { network } = source
  const table = await readCall(() => networkTable(network))
  const { batch, optimizer, threads = chooseThreads().threads, exact = false } = call
  const inference = plan(network, { batch, threads, exact })
  const { training, note } = planTraining(network, { batch, threads, exact, mode: 'training', optimizer })
  const fits =
    call.memory === undefined ? undefined : largestBatches(source, call.memory, { threads, exact, optimizer })
  const notices = [...table.notices, ...note, ...tooLarge([inference, training])]
  const value = {
    network: { name: source.name, ...titles(source), notation: notationOf(source) },
    batch,
    trainingBatch: training.batch,
    threads,
    optimizer,
    layers: table.layers,
    totals: table.totals,
    memory: { inference: inference.memory, training: training.memory },
    ...(fits === undefined ? {} : { maxBatch: fits }),
    notices,
    remarks: source.entry?.remarks ?? [],
    ...(call.steps === true ? { steps: { inference: inference.steps, training: training.steps } } : {}),
  }
  terminal.result(value, () =>
    [
      headOf(source, terminal),
      '',
      terminal.table(costTable(table)),
      ...summary(table).map((line) => terminal.wrap(line, '  ')),
      '',
      terminal.table(
        memoryTable([
          ['inference', inference.memory],
          [trainingTitle(optimizer, training, batch), training.memory],
        ]),
      ),
      terminal.dim(
        terminal.wrap(
          `batch ${batch}, ${threads} ${threads === 1 ? 'thread' : 'threads'}; a run allocates exactly this amount.`,
        ),
      ),
      ...section('Notes', notices, terminal),
      ...section('Remarks', source.entry?.remarks ?? [], terminal),
      ...(fits === undefined ? [] : ['', printFits(fits, terminal)]),
      ...(call.steps === true ? ['', printPlan(inference), printPlan(training)] : []),
    ].join('\n'),
  )
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
    const note = `training takes a batch of at least ${training.batch}, for which its memory is given: ${reason}`
    return { training, note: [note] }
  }
}

const trainingTitle = (optimizer: OptimizerKind, { batch }: Plan, asked: number) =>
  `training, ${optimizer}${batch === asked ? '' : `, batch ${batch}`}`

interface Fits {
  /** The memory asked for, in bytes. */
  readonly bytes: number
  readonly inference: number
  readonly training: number
}

function largestBatches(
  { network }: NetworkSource,
  memory: number,
  { optimizer, ...how }: { threads: number; exact: boolean; optimizer: OptimizerKind },
): Fits {
  const usable = Math.min(memory, LARGEST_MEMORY)
  return {
    bytes: memory,
    inference: maxBatch(network, usable, how),
    training: maxBatch(network, usable, { ...how, mode: 'training', optimizer }),
  }
}

function printFits({ bytes: memory, inference, training }: Fits, terminal: Terminal): string {
  const capped = memory > 2 ** 32 ? '; a run can address at most 4 GiB' : ''
  const batchOf = (batch: number) => (batch === 0 ? 'none: one image does not fit' : printCount(batch))
  return [
    terminal.wrap(`largest batch in ${printBytes(memory)} (${printCount(memory)} bytes${capped})`, '  '),
    `  inference  ${batchOf(inference)}`,
    `  training   ${batchOf(training)}`,
  ].join('\n')
}

function tooLarge(plans: readonly Plan[]): readonly string[] {
  return plans
    .filter(({ arenaBytes }) => arenaBytes > LARGEST_MEMORY)
    .map(
      ({ goal, batch, arenaBytes }) =>
        `${goal.kind === 'scores' ? 'inference' : 'training'} with batch ${batch} needs ${printBytes(arenaBytes)}, but a run can address at most ${printBytes(LARGEST_MEMORY)}`,
    )
}

function titles({ entry }: NetworkSource) {
  return entry === undefined ? {} : { title: entry.title, paper: entry.paper }
}

/** Undefined for wiring that only JSON can hold. */
function notationOf({ network }: NetworkSource): string | undefined {
  try {
    return print(network)
  } catch {
    return undefined
  }
}

function headOf(source: NetworkSource, terminal: Terminal): string {
  const { entry } = source
  if (entry !== undefined)
    return [`${terminal.bold(entry.name)}: ${entry.title}`, terminal.dim(entry.paper)]
      .map((line) => terminal.wrap(line, '  '))
      .join('\n')
  return terminal.wrap(terminal.bold(notationOf(source) ?? source.name), '  ')
}

/** Bytes of float32 values. */
const floats = (count: number) => bytesOf({ shape: [count], dtype: 'f32' })

function summary({ totals }: NetworkTable): readonly string[] {
  const { activations, weights, parameters, macs } = totals
  return [
    `per image: ${printCount(activations)} activations (${printBytes(floats(activations))}), ${printCount(macs)} MACs (${printCount(2 * macs)} FLOPs)`,
    `parameters: ${printCount(parameters)} (${printBytes(floats(parameters))}), of which ${printCount(weights)} weights`,
  ]
}

function section(title: string, lines: readonly string[], terminal: Terminal): readonly string[] {
  return lines.length === 0 ? [] : ['', `${title}:`, ...lines.map((line) => terminal.wrap(`  ${line}`, '    '))]
}
