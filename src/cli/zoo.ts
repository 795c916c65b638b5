/** `lenslet zoo [name]`: lists the named networks with their cost, or prints one of them in the notation. */

import type { Command } from 'commander'
import { chooseThreads } from '../backends/wasm/threads.ts'
import { printVolume, type Volume } from '../core/shapes.ts'
import { closest } from '../core/suggest.ts'
import type { TextTable } from '../inspect/costTable.ts'
import { printBytes, printCount, printShort } from '../inspect/units.ts'
import { LARGEST_MEMORY } from '../ops/wasm/target.ts'
import { cost } from '../plan/cost.ts'
import { plan } from '../plan/plan.ts'
import type { ZooEntry } from '../zoo/types.ts'
import { zoo } from '../zoo/zoo.ts'
import { UsageError } from './errors.ts'
import { Terminal } from './terminal.ts'

export function define(command: Command): void {
  command
    .argument('[name]', 'print the notation of this network, and what is known of it')
    .option('--json', 'one JSON object on stdout')
    .addHelpText('after', examples)
    .action(run)
}

const examples = `
Examples:
  lenslet zoo
  lenslet zoo resnet18
  lenslet zoo resnet20 > my.net   the facts are comments: a file to change and train`

const batch = 32

/** What the plan says; nothing of it is typed. */
interface Facts {
  readonly entry: ZooEntry
  readonly input: Volume
  readonly parameters: number
  readonly macs: number
  /** Of float32 weights, running statistics included. */
  readonly weightBytes: number
  /** A whole training with Adam at batch 32. */
  readonly trainingBytes: number
}

function run(name: string | undefined, call: { readonly json?: boolean }): void {
  const terminal = new Terminal(call.json === true)
  if (name !== undefined) {
    const facts = factsOf(entryOf(name))
    terminal.result(jsonOf(facts), () => card(facts))
    return
  }
  const all = zoo.names.map((each) => factsOf(zoo.entry(each)))
  terminal.result({ networks: all.map(jsonOf) }, () =>
    [
      terminal.table(table(all)),
      terminal.dim(
        `training: memory at batch ${batch} with Adam. MACs: multiply–accumulates per image. ImageNet: top-1.`,
      ),
      terminal.dim(
        'lenslet zoo <name> prints a network; lenslet train <name> --data images:FOLDER fits it to your images.',
      ),
    ].join('\n'),
  )
}

function entryOf(name: string): ZooEntry {
  if (zoo.has(name)) return zoo.entry(name)
  const near = closest(name.toLowerCase(), zoo.names)
  throw new UsageError(`no network of the zoo is named ${JSON.stringify(name)}`, {
    received: name,
    expected: zoo.names.join(', '),
    advice: near === undefined ? 'lenslet zoo' : `did you mean ${near}?`,
  })
}

function factsOf(entry: ZooEntry): Facts {
  const network = zoo.network(entry.name)
  const { layers, totals } = cost(network)
  const training = plan(network, { batch, threads: chooseThreads().threads, mode: 'training', optimizer: 'adam' })
  return {
    entry,
    input: layers[0]?.output as Volume,
    parameters: totals.parameters,
    macs: totals.macs,
    weightBytes: training.memory.parameters + training.memory.tracked,
    trainingBytes: training.arenaBytes,
  }
}

function jsonOf({ entry, input, parameters, macs, weightBytes, trainingBytes }: Facts) {
  const { name, title, paper, accuracy = null, notation, remarks = [], recipes = {} } = entry
  const memory = { weightBytes, training: { batch, optimizer: 'adam', arenaBytes: trainingBytes } }
  return { name, title, paper, input, parameters, macs, memory, accuracy, notation, remarks, recipes }
}

function table(all: readonly Facts[]): TextTable {
  return {
    columns: [
      { title: 'network', align: 'left' },
      { title: 'from', align: 'left', drop: 1 },
      { title: 'input', align: 'right' },
      { title: 'params', align: 'right' },
      { title: 'MACs', align: 'right' },
      { title: 'training', align: 'right', drop: 3 },
      { title: 'accuracy', align: 'left', drop: 2 },
    ],
    rows: all.map(({ entry, input, parameters, macs, trainingBytes }) => [
      entry.name,
      source(entry),
      printVolume(input),
      printShort(parameters),
      printShort(macs),
      printBytes(trainingBytes),
      entry.accuracy?.split(',')[0]?.replace(' top-1', '') ?? '',
    ]),
  }
}

/** `He et al. 2015` of `He, Zhang, Ren, Sun: Deep Residual Learning …, 2015` */
function source({ paper }: ZooEntry): string {
  const [first = paper, second, ...more] = (paper.split(':')[0] ?? paper).split(', ')
  const both = `${first} & ${second}`
  // Two names where they fit the column.
  const authors = second === undefined ? first : more.length > 0 || both.length > 20 ? `${first} et al.` : both
  const year = /, (\d{4})$/.exec(paper)?.[1]
  return year === undefined ? authors : `${authors} ${year}`
}

/** The facts as comments, so that the whole is a file in the notation. */
function card({ entry, parameters, macs, weightBytes, trainingBytes }: Facts): string {
  const tooLarge = trainingBytes > LARGEST_MEMORY ? ', more than a run can address: take a smaller batch' : ''
  const recipes = Object.keys(entry.recipes ?? {})
  return [
    `# ${entry.name}: ${entry.title}`,
    `# ${entry.paper}`,
    `# ${printCount(parameters)} parameters, ${printCount(macs)} MACs per image`,
    `# training at batch ${batch} with Adam: ${printBytes(trainingBytes)}${tooLarge}`,
    `# weights: ${printBytes(weightBytes)}; none come with Lenslet, a training starts from random ones`,
    ...(entry.accuracy === undefined ? [] : [`# known accuracy: ${entry.accuracy}`]),
    ...recipes.map((data) => `# has a recipe: lenslet train ${entry.name} --data ${data}`),
    ...(entry.remarks ?? []).map((remark) => `# ${remark}`),
    entry.notation,
  ].join('\n')
}
