/**
 * What a second thread brings to Lenslet, and where it brings less than it should: networks, training steps and chains of
 * equal layers on one thread and on two, in one process and in turn, by the least times.
 *
 *     npx node --conditions=lenslet-source bench/scaling.ts [--only NAME,…] [--seconds 2]
 *     … --tree ../other     the same work by another checkout, too, in the same rounds: before and after a change
 *     … --steps             single steps instead: what each takes on one thread and on two, the greatest losses first
 *     … --busy              with a second process that keeps one core busy all the time
 *     … --write PATH        replaces the table between the marks of docs/performance.md
 *
 * Pictures and weights are in place: only runs are timed, without `predict`'s copies.
 */

import { type ChildProcess, spawn } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { cpus } from 'node:os'
import { parseArgs } from 'node:util'
import { profileOf } from './scaling/steps.ts'
import { type Contender, type Tree, treeAt } from './scaling/tree.ts'
import { controlWork, works } from './scaling/works.ts'
import { least } from './timing.ts'

const { values } = parseArgs({
  options: {
    only: { type: 'string' },
    seconds: { type: 'string', default: '2' },
    tree: { type: 'string', multiple: true, default: [] },
    variant: { type: 'string', default: 'wide' },
    steps: { type: 'boolean', default: false },
    busy: { type: 'boolean', default: false },
    write: { type: 'string' },
  },
})
const wanted = values.only?.split(',')
const chosen = works.filter(({ name }) => wanted === undefined || wanted.some((part) => name.includes(part)))
const seconds = Number(values.seconds)
if (chosen.length === 0 || !(seconds > 0)) {
  process.stderr.write(
    `--only takes parts of ${works.map(({ name }) => name).join(', ')}; --seconds a number above 0.\n`,
  )
  process.exit(2)
}
const trees: Tree[] = []
for (const path of [...values.tree, '.']) trees.push(await treeAt(path, values.variant))

/** What the control must reach, start and end of a run included. Two halves of one core bring 1.0 to 1.4. */
const leastControl = 1.75
const rounds = { free: 0, all: 0 }
const control: Contender[] = []

const busy = values.busy ? keepCoreBusy() : undefined
if (values.steps) for (const work of chosen) for (const tree of trees) await profileOf(tree, work, seconds)
else await compare()
busy?.kill()
process.exit()

/** One row a work, one group of columns a tree. */
async function compare(): Promise<void> {
  const columns = trees.flatMap(({ name }) => [`${name}1, ms`, '2, ms', 'ratio', 'CPU 1', 'CPU 2', 'MB'])
  columns.push('rounds on free cores')
  const lines = [`| work | ${columns.join(' | ')} |`, `|---|${columns.map(() => '--:|').join('')}`]
  console.log(lines.join('\n'))
  for (const threads of [1, 2]) control.push(await (trees.at(-1) as Tree).contender(controlWork, threads))
  for (const work of chosen) {
    const contenders: Contender[] = []
    for (const tree of trees) for (const threads of [1, 2]) contenders.push(await tree.contender(work, threads))
    Object.assign(rounds, { free: 0, all: 0 })
    const results = await inTurns(contenders)
    const cells = trees.flatMap((_, at) => {
      const [one, two] = results.slice(2 * at) as [Measured, Measured]
      const megabytes = (contenders[2 * at + 1] as Contender).arenaBytes / 1e6
      const times = [one.time, two.time, one.time / two.time, one.cpu, two.cpu].map((value) =>
        Number.isFinite(value) ? value.toFixed(2) : '–',
      )
      return [...times, megabytes.toFixed(1)]
    })
    const line = `| ${work.name} | ${cells.join(' | ')} | ${rounds.free} of ${rounds.all} |`
    console.log(line)
    lines.push(line)
    for (const contender of contenders) await contender.dispose()
  }
  if (values.write !== undefined) replaceTable(values.write, lines)
}

interface Measured {
  /** Milliseconds of a run: the least. */
  readonly time: number
  /** Milliseconds of processor time of a run: the least of the turns' means. */
  readonly cpu: number
}

/**
 * Each takes a turn of a few runs, in an order that turns round, until the time is over. A virtual machine's two processors
 * can be two halves of one core for seconds at a time. So rounds count only while the control, work that is shared without
 * any loss, is nearly twice as fast on two threads.
 */
async function inTurns(contenders: readonly Contender[]): Promise<readonly Measured[]> {
  const times: number[][] = contenders.map(() => [])
  const cpu: number[][] = contenders.map(() => [])
  const turn = async (at: number, milliseconds: number) => {
    const { run } = contenders[at] as Contender
    // The others have taken the caches.
    await run()
    const before = process.cpuUsage()
    const began = performance.now()
    const each: number[] = []
    for (let now = began; now - began < milliseconds || each.length < 2; ) {
      await run()
      const end = performance.now()
      each.push(end - now)
      now = end
    }
    const { user, system } = process.cpuUsage(before)
    return { each, cpu: (user + system) / 1000 / each.length }
  }
  // Engines compile anew what has proved to be hot.
  for (const at of contenders.keys()) await turn(at, 150)
  const end = performance.now() + 3000 * seconds
  let before = await controlRatio()
  for (let spent = 0; performance.now() < end && (spent < seconds * 1000 || rounds.free < 2); ) {
    const start = performance.now()
    const order = [...contenders.keys()]
    if (rounds.all % 2 === 1) order.reverse()
    const turns: (readonly [number, Awaited<ReturnType<typeof turn>>])[] = []
    for (const at of order) turns.push([at, await turn(at, 60)])
    const took = performance.now() - start
    rounds.all++
    const after = await controlRatio()
    const isFree = Math.min(before, after) >= leastControl
    before = after
    if (!isFree && !values.busy) continue
    spent += took
    rounds.free++
    for (const [at, { each, cpu: mean }] of turns) {
      times[at]?.push(...each)
      cpu[at]?.push(mean)
    }
  }
  return contenders.map((_, at) => ({ time: least(times[at] ?? []), cpu: least(cpu[at] ?? []) }))
}

/** One thread's time over that of two, of layers that share nothing but their filters. */
async function controlRatio(): Promise<number> {
  const of = async ({ run }: Contender) => {
    const times: number[] = []
    for (let count = 0; count < 4; count++) {
      const start = performance.now()
      await run()
      times.push(performance.now() - start)
    }
    return least(times)
  }
  return (await of(control[0] as Contender)) / (await of(control[1] as Contender))
}

function keepCoreBusy(): ChildProcess {
  return spawn(process.execPath, ['-e', 'for (;;);'], { stdio: 'ignore' })
}

function replaceTable(path: string, lines: readonly string[]): void {
  const [start, end] = ['<!-- scaling: start -->', '<!-- scaling: end -->']
  const text = readFileSync(path, 'utf8')
  const [from, to] = [text.indexOf(start), text.indexOf(end)]
  if (from < 0 || to < from) throw new Error(`${path} has no ${start} … ${end}`)
  const said = `${new Date().toISOString().slice(0, 10)}, ${cpus()[0]?.model}, ${cpus().length} cores, Node ${process.version}, ${values.variant} kernels.`
  writeFileSync(path, `${text.slice(0, from)}${start}\n\n${said}\n\n${lines.join('\n')}\n\n${text.slice(to)}`)
}
