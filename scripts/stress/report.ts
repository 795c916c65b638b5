/** What came out, as a table for the terminal, as JSON, and as the table of docs/reliability.md. */

import { readFileSync, writeFileSync } from 'node:fs'
import { cpus, platform, release } from 'node:os'
import { printTable } from '../../src/cli/table.ts'
import type { Outcome, Row } from './row.ts'

export interface RowReport {
  readonly row: Pick<Row, 'kind' | 'name' | 'unit'>
  readonly outcome: Outcome
  readonly seconds: number
}

const title = [
  { title: 'kind', align: 'left' },
  { title: 'row', align: 'left' },
  { title: 'tried', align: 'right' },
  { title: '', align: 'left' },
  { title: 'failed', align: 'right' },
  { title: 'seconds', align: 'right' },
  { title: 'measured', align: 'left', drop: 1 },
] as const

function cellsOf({ row, outcome, seconds }: RowReport): readonly string[] {
  const { tried, findings, figures = {}, skipped } = outcome
  const measured = Object.entries(figures).map(([name, value]) => `${name} ${value}`)
  const notes = skipped === undefined ? measured : [`skipped: ${skipped}`]
  return [
    row.kind,
    row.name,
    tried.toLocaleString('en'),
    row.unit,
    `${findings.length}`,
    seconds.toFixed(0),
    notes.join(', '),
  ]
}

export function printFindings(reports: readonly RowReport[], seed: number): string {
  const found = reports.flatMap(({ row, outcome }) =>
    outcome.findings.map(({ trial, what, file }) =>
      [
        `${row.kind}, ${row.name}, seed ${seed}, trial ${trial}:`,
        `  ${what}`,
        ...(file ? [`  input: ${file}`] : []),
      ].join('\n'),
    ),
  )
  return found.join('\n\n')
}

export function printReport(reports: readonly RowReport[], seed: number): string {
  const table = printTable({ columns: title, rows: reports.map(cellsOf) })
  return [table, printFindings(reports, seed)].filter((part) => part !== '').join('\n\n')
}

/**
 * Replaces the tables of the kinds that ran, which stand between comments: `<!-- kill -->`, `<!-- /kill -->`. A table of
 * some of a kind's rows replaces all of them.
 */
export function writeResults(page: string, reports: readonly RowReport[], seed: number): void {
  let text = readFileSync(page, 'utf8')
  for (const kind of new Set(reports.map(({ row }) => row.kind))) {
    const own = reports.filter(({ row }) => row.kind === kind)
    const place = new RegExp(`<!-- ${kind} -->[^]*<!-- /${kind} -->`)
    text = text.replace(place, () => `<!-- ${kind} -->\n\n${markdownOf(own, seed)}\n<!-- /${kind} -->`)
  }
  writeFileSync(page, text)
}

/** The machine and the day, then the table. */
export function markdownOf(reports: readonly RowReport[], seed: number): string {
  const { model = 'an unknown processor' } = cpus()[0] ?? {}
  const machine = `${model.trim()}, ${cpus().length} threads; ${platform()} ${release()}; Node ${process.versions.node}`
  const line = (cells: readonly string[]) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`
  return [
    `${new Date().toISOString().slice(0, 10)}, seed ${seed}, ${machine}:`,
    '',
    line(title.map(({ title: text }) => text || 'of')),
    line(title.map(({ align }) => (align === 'right' ? '--:' : '---'))),
    ...reports.map((report) => line(cellsOf(report))),
    '',
  ].join('\n')
}
