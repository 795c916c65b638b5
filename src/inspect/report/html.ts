/** Pieces of HTML that the sections of a report share. */

import type { TextTable } from '../costTable.ts'
import { escapeText } from '../svg.ts'

export function section(title: string, ...contents: readonly string[]): string {
  return `<section><h2>${escapeText(title)}</h2>${contents.join('')}</section>`
}

export function tableHtml({ columns, rows, totals }: TextTable): string {
  const side = (index: number) => (columns[index]?.align === 'right' ? ' class="right"' : '')
  const cells = (row: readonly string[], name: 'th' | 'td') =>
    `<tr>${row.map((cell, index) => `<${name}${side(index)}>${escapeText(cell)}</${name}>`).join('')}</tr>`
  const head = `<thead>${cells(
    columns.map(({ title }) => title),
    'th',
  )}</thead>`
  const foot = totals === undefined ? '' : `<tfoot>${cells(totals, 'td')}</tfoot>`
  return `<table>${head}<tbody>${rows.map((row) => cells(row, 'td')).join('')}</tbody>${foot}</table>`
}

/** Names with values: settings, the machine. */
export function pairsHtml(pairs: readonly (readonly [name: string, value: string])[]): string {
  const rows = pairs.map(
    ([name, value]) => `<tr><th>${escapeText(name)}</th><td class="wrap">${escapeText(value)}</td></tr>`,
  )
  return `<table><tbody>${rows.join('')}</tbody></table>`
}

export function listHtml(lines: readonly string[], kind = ''): string {
  if (lines.length === 0) return ''
  return `<ul class="small ${kind}">${lines.map((line) => `<li>${escapeText(line)}</li>`).join('')}</ul>`
}
