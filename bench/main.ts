/**
 * Lenslet against its peers on this machine. `npm run bench -- --help` says what it takes.
 *
 * What it prints is what it measured in this run, the worse figures too.
 */

import { readFileSync, writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { readyPeers } from './install.ts'

const usage = `npm run bench -- [options]
  --quick            the judged comparisons only, few rounds; under a minute
  --all              every layer, too; some minutes more
  --only TEXT        rows whose group, name or network contains it; may be repeated
  --peers a,b        these peers only, beside Lenslet
  --threads 1,2      numbers of threads (default 1,2)
  --rounds N         rounds of each row (default 5)
  --json             one JSON object on stdout instead of the tables
  --write FILE       put the tables into FILE, between its <!-- bench --> marks
`

const { values } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    all: { type: 'boolean', default: false },
    only: { type: 'string', multiple: true },
    peers: { type: 'string' },
    threads: { type: 'string', default: '1,2' },
    rounds: { type: 'string' },
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
const rounds = Number(values.rounds ?? (values.quick ? 3 : 5))
if (![...threads, rounds].every((value) => Number.isInteger(value) && value >= 1 && value <= 1000)) {
  process.stderr.write(`--threads and --rounds take whole numbers from 1.\n\n${usage}`)
  process.exit(2)
}

// Before the minutes of measuring, not after.
if (values.write !== undefined) placeIn(values.write)
readyPeers()
// What follows needs the peers' packages and the link to Lenslet.
const { rows } = await import('./workloads/index.ts')
const { contest } = await import('./contest.ts')
const { peers } = await import('./peers/index.ts')
const { thisMachine } = await import('./machine.ts')
const { comparisons, report } = await import('./table.ts')

const only = values.only?.map((part) => part.toLowerCase())
const chosen = rows.filter(
  ({ group, work, quick, extra }) =>
    (!values.quick || quick) &&
    (!extra || values.all || only !== undefined) &&
    (only === undefined || only.some((part) => `${group} ${work.name} ${work.network}`.toLowerCase().includes(part))),
)
if (chosen.length === 0) {
  process.stderr.write(
    `no row matches ${values.only?.join(' or ')}. Rows: ${rows.map(({ work }) => work.name).join('; ')}\n`,
  )
  process.exit(2)
}

const strange = list(values.peers)?.find((name) => !peers.some((peer) => peer.name === name))
if (strange !== undefined) {
  process.stderr.write(`no peer is called ${strange}. Peers: ${peers.map(({ name }) => name).join(', ')}\n`)
  process.exit(2)
}

const machine = thisMachine()
const results = []
for (const [index, row] of chosen.entries()) {
  if (!process.stderr.isTTY) process.stderr.write(`${index + 1} of ${chosen.length}: ${row.work.name}\n`)
  results.push(
    ...(await contest(row, {
      rounds,
      threads,
      milliseconds: values.quick ? 150 : 250,
      peers: list(values.peers),
      log: (text) => {
        if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${text}`)
      },
    })),
  )
}
if (process.stderr.isTTY) process.stderr.write('\r\x1b[K')

const given = process.argv.slice(2)
const command = ['npm run bench', ...(given.length > 0 ? ['--', ...given] : [])].join(' ')
const text = report(results, machine, command, rounds)
if (values.json) {
  const all = results.map((result) => ({
    ...result,
    entries: result.entries.map(({ peer, ...entry }) => ({ peer: peer.name, version: peer.version(), ...entry })),
    comparisons: comparisons(result).map(({ row: _, ...comparison }) => comparison),
  }))
  process.stdout.write(`${JSON.stringify({ machine, command, rounds, results: all }, null, 1)}\n`)
} else process.stdout.write(text)

if (values.write !== undefined) {
  const { page, from, to } = placeIn(values.write)
  writeFileSync(values.write, `${page.slice(0, from)}\n\n${text}\n${page.slice(to)}`)
}

// The judged comparisons are promises; the other demands are aims, and are printed as reached or missed.
const broken = results.some(({ row, entries }) => {
  const missed = comparisons({ row, entries }).some(({ target, ratio }) => target && ratio.ofMinima < target.ratio)
  return entries.some(({ failed }) => failed) || (row.group === 'judged' && missed)
})
process.exitCode = broken ? 1 : 0

/** Where the tables stand in a page. Throws where it has no place for them. */
function placeIn(file: string): { page: string; from: number; to: number } {
  const page = readFileSync(file, 'utf8')
  const [start, end] = ['<!-- bench: start -->', '<!-- bench: end -->']
  const [from, to] = [page.indexOf(start) + start.length, page.indexOf(end)]
  if (from < start.length || to < from) throw new Error(`${file} needs the lines ${start} and ${end}`)
  return { page, from, to }
}
