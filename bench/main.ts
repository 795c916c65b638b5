/**
 * Lenslet against its peers on this machine. `npm run bench -- --help` says what it takes.
 *
 * What it prints is what it measured in this run, the worse figures too.
 */

import { readFileSync, writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import type { Result } from './contest.ts'
import { readyPeers } from './install.ts'
import type { NamedPart } from './parts/index.ts'
import type { Part } from './table.ts'
import type { Row } from './work.ts'

const usage = `npm run bench -- [options]
  --quick            the judged comparisons only, few rounds; under a minute
  --all              every layer, too; some minutes more
  --only TEXT        rows whose group, name or network contains it, or a part (kernels, memory, first); may be repeated
  --peers a,b        these peers only, beside Lenslet
  --variant NAME     Lenslet with its wide kernels only, or with its narrow ones (default: both)
  --minutes N        begin no row after so many (default 7; with --all or --only none), the kernels apart
  --browser          nothing but the layers, by Lenslet in headless Chromium
  --threads 1,2      numbers of threads (default 1,2)
  --rounds N         rounds of each row (default 4)
  --json             one JSON object on stdout instead of the tables
  --write FILE       put the tables into FILE, between its <!-- bench --> marks (with --browser: <!-- browser -->)
`

const { values } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    all: { type: 'boolean', default: false },
    only: { type: 'string', multiple: true },
    peers: { type: 'string' },
    threads: { type: 'string', default: '1,2' },
    rounds: { type: 'string' },
    variant: { type: 'string' },
    minutes: { type: 'string' },
    browser: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    write: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
})
if (values.help) {
  process.stdout.write(usage)
  process.exit(0)
}

const list = (text: string | undefined) => text?.split(',').map((part) => part.trim())
const threads = (list(values.threads) ?? []).map(Number)
const rounds = Number(values.rounds ?? (values.quick ? 3 : 4))
const isPlain = values.only === undefined && !values.all
const minutes = Number(values.minutes ?? (isPlain ? 7 : 1000))
if (![...threads, rounds, minutes].every((value) => Number.isInteger(value) && value >= 1 && value <= 1000)) {
  process.stderr.write(`--threads, --rounds and --minutes take whole numbers from 1.\n\n${usage}`)
  process.exit(2)
}
const form = values.variant === undefined ? undefined : { wide: 'lenslet', narrow: 'lenslet-narrow' }[values.variant]
if (values.variant !== undefined && form === undefined) {
  process.stderr.write(`--variant takes wide or narrow, not ${values.variant}.\n\n${usage}`)
  process.exit(2)
}

// Before the minutes of measuring, not after.
const mark = values.browser ? 'browser' : 'bench'
if (values.write !== undefined) placeIn(values.write)
readyPeers()
// What follows needs the peers' packages and the link to Lenslet.
const { rows } = await import('./workloads/index.ts')
const { contest } = await import('./contest.ts')
const { peers } = await import('./peers/index.ts')
const { thisMachine } = await import('./machine.ts')
const { comparisons, report } = await import('./table.ts')
const { parts: allParts } = await import('./parts/index.ts')

const machine = await thisMachine()
const given = process.argv.slice(2)
const command = ['npm run bench', ...(given.length > 0 ? ['--', ...given] : [])].join(' ')

if (values.browser) {
  const { inBrowser } = await import('./browser/run.ts')
  const layers = rows.filter(({ group }) => group === 'layers').map(({ work }) => work)
  deliver(await inBrowser(layers, machine, command))
  process.exit()
}

const only = values.only?.map((part) => part.toLowerCase())
const isAsked = (text: string) => only === undefined || only.some((part) => text.toLowerCase().includes(part))
const chosen = rows.filter(
  ({ group, work, quick, extra }) =>
    (!values.quick || quick) &&
    (!extra || values.all || only !== undefined) &&
    isAsked(`${group} ${work.name} ${work.network}`),
)
const parts = allParts.filter(({ name }) => !values.quick && isAsked(name))
if (chosen.length + parts.length === 0) {
  const names = [...rows.map(({ work }) => work.name), ...allParts.map(({ name }) => name)]
  process.stderr.write(`no row matches ${values.only?.join(' or ')}. Rows: ${names.join('; ')}\n`)
  process.exit(2)
}

const strange = list(values.peers)?.find((name) => !peers.some((peer) => peer.name === name))
if (strange !== undefined) {
  process.stderr.write(`no peer is called ${strange}. Peers: ${peers.map(({ name }) => name).join(', ')}\n`)
  process.exit(2)
}

const results: Result[] = []
const measured: Part[] = []
const left: string[] = []
let began = performance.now()
const isLate = () => performance.now() - began > minutes * 60_000
let begun = 0
const say = (name: string) => {
  const seconds = ((performance.now() - began) / 1000).toFixed(0)
  if (!process.stderr.isTTY)
    process.stderr.write(`${++begun} of ${chosen.length + parts.length}, ${seconds} s: ${name}\n`)
}
const measureRows = async (some: readonly Row[]) => {
  for (const row of some) {
    if (isLate()) {
      left.push(row.work.name)
      continue
    }
    say(row.work.name)
    const found = await contest(row, {
      rounds: row.heavy ? Math.min(rounds, 3) : rounds,
      threads,
      // Layers are many, and a run of one takes a millisecond.
      milliseconds: values.quick || row.group === 'layers' ? 120 : 250,
      peers: list(values.peers),
      own: form,
      log: (text) => {
        if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${text}`)
      },
    })
    results.push(...found)
  }
  if (process.stderr.isTTY) process.stderr.write('\r\x1b[K')
}

const measureParts = async (some: readonly NamedPart[]) => {
  for (const part of some) {
    if (isLate()) {
      left.push(part.name)
      continue
    }
    say(part.name)
    measured.push(await part.measure().catch((error: unknown) => failure(part.name, error)))
  }
}

await measureParts(parts.filter(({ isBrief }) => isBrief))
// From here on time counts.
began = performance.now()
// What is demanded of whole networks comes first, in case that time does not suffice.
const isFirst = ({ group, targets = [] }: Row) => group !== 'layers' && targets.length > 0
await measureRows(chosen.filter(isFirst))
await measureParts(parts.filter(({ isBrief }) => !isBrief))
await measureRows(chosen.filter((row) => !isFirst(row)))

const text = report(results, measured, { machine, command, rounds, left })
if (values.json) {
  const all = results.map((result) => ({
    ...result,
    entries: result.entries.map(({ peer, ...entry }) => ({ peer: peer.name, version: peer.version(), ...entry })),
    comparisons: comparisons(result).map(({ row: _, ...comparison }) => comparison),
  }))
  process.stdout.write(
    `${JSON.stringify({ machine, command, rounds, results: all, parts: measured, left }, null, 1)}\n`,
  )
}
deliver(text)

// The judged comparisons are promises; the other demands are aims, and are printed as reached or missed.
const broken = results.some(({ row, entries }) => {
  const missed = comparisons({ row, entries }).some(({ target, ratio }) => target && ratio.ofMinima < target.ratio)
  return entries.some(({ failed }) => failed) || (row.group === 'judged' && missed)
})
if (broken || measured.some(({ missed }) => missed)) process.exitCode = 1

/** What a part that failed prints; the minutes before it are not lost. */
function failure(name: string, error: unknown): Part {
  process.exitCode = 1
  const [reason = ''] = String(error).split('\n')
  console.error(error)
  return { print: () => [`Not measured: ${name} (${reason}).`] }
}

function deliver(text: string): void {
  if (!values.json) process.stdout.write(text)
  if (values.write === undefined) return
  const { page, from, to } = placeIn(values.write)
  writeFileSync(values.write, `${page.slice(0, from)}\n\n${text}\n${page.slice(to)}`)
}

/** Where the tables stand in a page. Throws where it has no place for them. */
function placeIn(file: string): { page: string; from: number; to: number } {
  const page = readFileSync(file, 'utf8')
  const [start, end] = [`<!-- ${mark}: start -->`, `<!-- ${mark}: end -->`]
  const [from, to] = [page.indexOf(start) + start.length, page.indexOf(end)]
  if (from < start.length || to < from) throw new Error(`${file} needs the lines ${start} and ${end}`)
  return { page, from, to }
}
