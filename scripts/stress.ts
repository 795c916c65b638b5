/**
 * Tries to break Lenslet, and says how often it was tried and what failed:
 *
 *     npm run stress -- [kill|disk|fuzz|race|long|all] [--minutes N] [--row NAME] [--seed S] [--json | --markdown | --docs]
 *
 * Without --minutes, each row makes the number of trials that docs/reliability.md lists; with it, all rows together take
 * about so long, and make as many as they can. The same seed gives the same trials. Exit code 1 if anything failed; inputs
 * that were found are kept in test/findings, where the tests read them from then on. --docs writes the tables
 * into docs/reliability.md.
 */

import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { root } from './files.ts'
import { showProgress } from './stress/progress.ts'
import { markdownOf, printFindings, printReport, type RowReport, writeResults } from './stress/report.ts'
import { describe, kinds, type Outcome, type Row } from './stress/row.ts'
import { rows } from './stress/rows.ts'

const usage = `npm run stress -- [${kinds.join('|')}|all] [--minutes N] [--row NAME] [--seed S] [--json | --markdown | --docs]`

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    minutes: { type: 'string' },
    /** Only rows whose name contains it. */
    row: { type: 'string', default: '' },
    seed: { type: 'string', default: '1' },
    /** Trials of each row, in place of its own number. */
    count: { type: 'string' },
    json: { type: 'boolean', default: false },
    markdown: { type: 'boolean', default: false },
    docs: { type: 'boolean', default: false },
  },
})

const chosen = rows.filter(
  ({ kind, name }) =>
    (positionals.length === 0 || positionals.includes('all') || positionals.includes(kind)) &&
    name.includes(values.row),
)
const numbers = [values.minutes ?? '1', values.seed, values.count ?? '1'].map(Number)
const isKnown = positionals.every((word) => word === 'all' || (kinds as readonly string[]).includes(word))
if (chosen.length === 0 || !isKnown || !numbers.every((each) => each > 0)) {
  console.error(usage)
  console.error(`rows: ${rows.map(({ name }) => name).join(', ')}`)
  process.exit(2)
}

const folder = mkdtempSync(join(tmpdir(), 'lenslet-stress-'))
const seed = Number(values.seed)
const minutes = values.minutes === undefined ? undefined : Number(values.minutes)
const reports: RowReport[] = []
try {
  for (const [index, row] of chosen.entries()) reports.push(await runRow(row, index))
} finally {
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
}
if (values.json) console.log(JSON.stringify({ seed, rows: reports }, null, 2))
else if (values.markdown) {
  console.log(markdownOf(reports, seed))
  console.error(printFindings(reports, seed))
} else console.log(printReport(reports, seed))
if (values.docs) writeResults(join(root, 'docs/reliability.md'), reports, seed)
if (reports.some(({ outcome }) => outcome.findings.length > 0)) process.exitCode = 1

async function runRow(row: Row, index: number): Promise<RowReport> {
  const own = join(folder, `${index}`)
  mkdirSync(own)
  const began = Date.now()
  const until = minutes === undefined ? Number.POSITIVE_INFINITY : began + (minutes * 60_000) / chosen.length
  const count = values.count === undefined ? (minutes === undefined ? row.full : 10 ** 9) : Number(values.count)
  const progress = showProgress(`${row.kind}, ${row.name}`, row.unit, count, until)
  const context = { seed, count, until, folder: own, shared: folder, hangSeconds: 5, progress: progress.show }
  let outcome: Outcome
  try {
    outcome = await row.run({ ...context, findings: join(root, 'test/findings') })
  } catch (error) {
    outcome = { tried: 0, findings: [{ trial: 0, what: `cannot be tried: ${describe(error)}` }] }
  }
  progress.end()
  rmSync(own, { recursive: true, force: true, maxRetries: 5 })
  return { row: { kind: row.kind, name: row.name, unit: row.unit }, outcome, seconds: (Date.now() - began) / 1000 }
}
