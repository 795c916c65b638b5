/**
 * How planning scales: networks of up to 10,000 layers in every mode. The times of one row should be those of the row
 * above times the layers.
 *
 *     npx node --conditions=lenslet-source bench/planning.ts [--only chain] [--layers 1000,10000]
 *
 * `--zoo` measures networks of the zoo instead, the plan of a training at batch 32 and its largest batch in 4 GiB:
 *
 *     npx node --conditions=lenslet-source bench/planning.ts --zoo resnet152,densenet121
 */

import { parseArgs } from 'node:util'
import { parse } from '../src/notation/parse.ts'
import { maxBatch } from '../src/plan/maxBatch.ts'
import { plan } from '../src/plan/plan.ts'
import type { PlanOptions } from '../src/plan/types.ts'
import { zoo } from '../src/zoo/zoo.ts'
import { least } from './timing.ts'

const { values } = parseArgs({
  options: { only: { type: 'string' }, layers: { type: 'string' }, zoo: { type: 'string' } },
})
const sizes = (values.layers ?? '1250,2500,5000,10000').split(',').map(Number)
if (!sizes.every((size) => Number.isInteger(size) && size >= 100)) {
  process.stderr.write('--layers takes whole numbers from 100, separated by commas.\n')
  process.exit(2)
}

interface Kind {
  readonly name: string
  /** A network of about so many layers: the notation's limit counts branches as layers, too. */
  readonly notation: (layers: number) => string
}

/** CONCAT takes 64 branches: more are CONCATs of CONCATs. */
function branches(count: number): string {
  const each = (some: number) => Array.from({ length: some }, () => 'CONV1-1')
  const groups: string[] = []
  for (let left = count; left > 1; left -= 64) groups.push(`CONCAT(${each(Math.min(64, left)).join(' | ')})`)
  return groups.length === 1 ? (groups[0] as string) : `CONCAT(${groups.join(' | ')})`
}

const network = (body: string) => `INPUT 32x32x16 -> CONV3-16 -> ${body} -> GAP -> FC-10`
const kinds: readonly Kind[] = [
  { name: 'chain', notation: (layers) => network(`[CONV3-16 -> BN -> RELU]*${Math.floor(layers / 3) - 2}`) },
  {
    name: 'residual',
    notation: (layers) =>
      network(`[ADD(ID | CONV3-16 -> BN -> RELU -> CONV3-16 -> BN) -> RELU]*${Math.floor(layers / 9) - 1}`),
  },
  { name: 'dense', notation: (layers) => network(`[CONCAT(ID | CONV3-4)]*${Math.floor(layers / 4) - 1}`) },
  { name: 'dropout', notation: (layers) => network(`[CONV1-16 -> DROPOUT]*${Math.floor(layers / 2) - 2}`) },
  { name: 'branches', notation: (layers) => network(branches(Math.min(4096, Math.floor(layers / 2.1)))) },
]
const modes: readonly (PlanOptions & { readonly name: string })[] = [
  { name: 'inference', mode: 'inference' },
  { name: 'training, Adam', mode: 'training', optimizer: 'adam' },
  { name: 'training, clipped', mode: 'training', clipNorm: 1 },
  { name: 'training, recomputing', mode: 'training', optimizer: 'adam', recompute: true },
]
const batch = 8
const rounds = 3

if (values.zoo !== undefined) {
  measureZoo(values.zoo.split(','))
  process.exit()
}

const chosen = kinds.filter(({ name }) => values.only === undefined || name === values.only)
if (chosen.length === 0) {
  process.stderr.write(`--only takes one of ${kinds.map(({ name }) => name).join(', ')}, not ${values.only}.\n`)
  process.exit(2)
}

// Once through all of it, so that the first row is no colder than the others.
for (const { notation } of chosen) {
  for (const { name: _, ...mode } of modes) plan(parse(notation(400)), { ...mode, batch })
}

console.log(`Node ${process.version}, batch ${batch}, least of ${rounds} plans in ms of processor time\n`)
console.log('| network | mode | layers | steps | buffers | parse ms | plan ms | arena bytes | padding |')
console.log('|---|---|--:|--:|--:|--:|--:|--:|--:|')
for (const { name, notation } of chosen) {
  for (const { name: of, ...mode } of modes) {
    for (const size of sizes) {
      const text = notation(size)
      const parsing: number[] = []
      const planning: number[] = []
      for (let round = 0; round < rounds; round++) {
        const [parsed, parseTime] = timed(() => parse(text))
        const [made, planTime] = timed(() => plan(parsed, { ...mode, batch }))
        parsing.push(parseTime)
        planning.push(planTime)
        if (round < rounds - 1) continue
        const { steps, buffers, arenaBytes, memory } = made
        const counts = [parsed.nodes.length, steps.length, buffers.length].map((count) => count.toLocaleString('en'))
        const times = [parsing, planning].map((times) => least(times).toFixed(0))
        const padding = `${((100 * memory.padding) / arenaBytes).toFixed(2)} %`
        const cells = [name, of, ...counts, ...times, arenaBytes.toLocaleString('en'), padding]
        console.log(`| ${cells.join(' | ')} |`)
      }
    }
  }
}

function measureZoo(names: readonly string[]): void {
  const training = { mode: 'training', optimizer: 'adam' } as const
  console.log(`Node ${process.version}, batch 32, in ms of processor time\n`)
  console.log('| network | layers | first plan | least of 20 | recomputing | largest batch in 4 GiB |')
  console.log('|---|--:|--:|--:|--:|--:|')
  for (const name of names) {
    const network = zoo.network(name)
    const times = Array.from({ length: 20 }, () => timed(() => plan(network, { ...training, batch: 32 }))[1])
    const again = Array.from({ length: rounds }, () => {
      return timed(() => plan(network, { ...training, batch: 32, recompute: true }))[1]
    })
    const [batch, largest] = timed(() => maxBatch(network, 65535 * 65536, training))
    const cells = [times[0] as number, least(times), least(again)].map((time) => time.toFixed(0))
    console.log(`| ${name} | ${network.nodes.length} | ${cells.join(' | ')} | ${batch}: ${largest.toFixed(0)} |`)
  }
}

/** The processor's time: steadier than the clock's where others work on the machine. */
function timed<T>(run: () => T): readonly [result: T, milliseconds: number] {
  const begin = process.cpuUsage()
  const result = run()
  const { user, system } = process.cpuUsage(begin)
  return [result, (user + system) / 1000]
}
