// Whether a training takes the memory that its plan says: trains a network of the zoo in a process of its own, with
// evaluation and checkpoints, and compares the most memory that the process ever had with the plan's arena.
//
//   npx node --conditions=lenslet-source scripts/peak-memory.ts [NET] [--batch N] [--optimizer KIND] [--steps N] [--recompute]
//
// What is not the training's is subtracted: the peak of a process that loads Lenslet and trains a tiny network, the bytes
// of the data set, and the batch that is made ready for the next step. Not for CI: it takes minutes, and gigabytes.

import { spawnSync } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { dataset, Model, type Network, networkFromJson, networkToJson, parse, plan, train, zoo } from '../src/index.ts'

interface Task {
  readonly network: string
  readonly batch: number
  readonly optimizer: string
  readonly steps: number
  readonly recompute: boolean
  readonly checkpoint: string
}

/** Bytes. */
interface Figures {
  readonly peak: number
  readonly arena: number
  readonly weights: number
  readonly data: number
  readonly host: number
  /** Resident after each phase, to see where a peak comes from. */
  readonly resident: Readonly<Record<string, number>>
}

const MiB = (bytes: number) => `${(bytes / 2 ** 20).toFixed(1)} MiB`.padStart(12)

async function child({ network: json, batch, optimizer, steps, recompute, checkpoint }: Task): Promise<Figures> {
  const network = networkFromJson(json)
  const resident: Record<string, number> = { start: process.memoryUsage.rss() }
  await using model = await Model.create(network)
  resident.created = process.memoryUsage.rss()
  const { height, width, channels } = model.input
  const classes = Array.from({ length: model.output.channels }, (_, i) => `${i}`)
  const split = (count: number) => ({
    height,
    width,
    channels,
    images: new Uint8Array(count * height * width * channels).map((_, i) => (i * 7919) >> 3),
    labels: Uint16Array.from({ length: count }, (_, i) => i % classes.length),
  })
  const data = dataset({ classes, train: split(batch * steps), test: split(batch) })
  resident.data = process.memoryUsage.rss()
  let arena = 0
  const options = {
    epochs: 2,
    batch,
    recompute,
    optimizer: { kind: optimizer as 'adam', rate: 1e-4 },
    checkpoint: { path: checkpoint, everySteps: 1 },
  }
  for await (const { kind, epoch } of train(model, data, options)) {
    arena = model.allocatedBytes
    resident[`${kind} ${epoch}`] = process.memoryUsage.rss()
  }
  return {
    peak: process.resourceUsage().maxRSS * 1024,
    arena,
    weights: model.plan.memory.parameters,
    data: data.train.images.length + data.test.images.length,
    host: batch * height * width * channels * 4,
    resident,
  }
}

function inProcess(task: Task): Figures {
  const { stdout, stderr, status } = spawnSync(
    process.execPath,
    [...process.execArgv, fileURLToPath(import.meta.url), '--child', JSON.stringify(task)],
    { encoding: 'utf8' },
  )
  if (status !== 0) throw new Error(`the training failed: ${stderr}`)
  return JSON.parse(stdout) as Figures
}

async function main(
  name: string,
  { batch, optimizer, steps, recompute }: Omit<Task, 'network' | 'checkpoint'>,
): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'lenslet-peak-'))
  try {
    const task = (network: Network, size: number): Task => ({
      network: networkToJson(network),
      batch: size,
      optimizer,
      steps,
      recompute,
      checkpoint: join(folder, 'run.checkpoint'),
    })
    const network = zoo.network(name)
    const planned = plan(network, { mode: 'training', batch, optimizer: optimizer as 'adam', recompute }).arenaBytes
    const base = inProcess(task(parse('INPUT 4x4x1 -> CONV3-2 -> BN -> RELU -> FC-2'), 2))
    const full = inProcess(task(network, batch))
    const peak = full.peak - base.peak + base.arena
    const own = peak - full.data - full.host
    const rows: readonly (readonly [string, number])[] = [
      ['plan of one thread', planned],
      ['arena of the training', full.arena],
      ['weights, within it', full.weights],
      ['peak of the process', full.peak],
      ['of a tiny training', base.peak],
      ['data set', full.data],
      ['batch made ready', full.host],
      ['peak less all these', own],
      ['above the arena', own - full.arena],
    ]
    console.log(
      `${name}, batch ${batch}, ${optimizer}, ${steps} steps an epoch, 2 epochs${recompute ? ', recomputing' : ''}`,
    )
    for (const [what, bytes] of rows) console.log(`${what.padEnd(24)}${MiB(bytes)}`)
    console.log('resident after each phase')
    for (const [what, bytes] of Object.entries(full.resident)) console.log(`  ${what.padEnd(22)}${MiB(bytes)}`)
  } finally {
    await rm(folder, { recursive: true })
  }
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    batch: { type: 'string', default: '32' },
    optimizer: { type: 'string', default: 'adam' },
    steps: { type: 'string', default: '2' },
    recompute: { type: 'boolean', default: false },
    child: { type: 'string' },
  },
})
if (values.child !== undefined) console.log(JSON.stringify(await child(JSON.parse(values.child) as Task)))
else {
  const { optimizer, recompute } = values
  const numbers = { batch: Number(values.batch), steps: Number(values.steps) }
  await main(positionals[0] ?? 'resnet18', { ...numbers, optimizer, recompute })
}
