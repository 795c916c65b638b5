/** Pieces of HTML that the sections of a report share. */

import type { TextTable } from '../costTable.ts'
import { escapeText } from '../svg.ts'

/** A part of the page with a heading that the table of contents leads to. Nothing where it has no contents. */
export function section(title: string, ...contents: readonly string[]): string {
  if (contents.every((content) => content === '')) return ''
  return `<section id="${anchorOf(title)}"><h2>${escapeText(title)}</h2>${contents.join('')}</section>`
}

/** `Per class` → `per-class` */
export function anchorOf(title: string): string {
  return title.toLowerCase().replace(/[^a-z0-9]+/g, '-')
}

/** What is wider than the page scrolls by itself, and a long table does not push the rest away. */
export function scrolling(content: string, tall = false): string {
  // A box that scrolls must be reachable by keyboard.
  return `<div class="scroll${tall ? ' tall' : ''}" tabindex="0">${content}</div>`
}

/** Tables of more rows scroll in a box of their own. */
const mostRows = 50

export function tableHtml({ columns, rows, totals }: TextTable): string {
  const side = (index: number) => (columns[index]?.align === 'right' ? ' class="right"' : '')
  const cells = (row: readonly string[], name: 'th' | 'td') =>
    `<tr>${row.map((cell, index) => `<${name}${side(index)}>${escapeText(cell)}</${name}>`).join('')}</tr>`
  const head = `<thead>${cells(
    columns.map(({ title }) => title),
    'th',
  )}</thead>`
  const foot = totals === undefined ? '' : `<tfoot>${cells(totals, 'td')}</tfoot>`
  const body = `<tbody>${rows.map((row) => cells(row, 'td')).join('')}</tbody>`
  return scrolling(`<table>${head}${body}${foot}</table>`, rows.length > mostRows)
}

/** A table whose cells are markup already. */
export function markupTable(head: string, rows: readonly string[], foot = ''): string {
  const end = foot === '' ? '' : `<tfoot>${foot}</tfoot>`
  return scrolling(`<table><thead>${head}</thead><tbody>${rows.join('')}</tbody>${end}</table>`, rows.length > mostRows)
}

/** A cell with a name of any length: cut by the page where there is no room, whole in its tooltip. */
export function nameCell(name: string): string {
  return `<td class="name" title="${escapeText(name)}">${escapeText(name)}</td>`
}

/** Names with values: settings, the machine. */
export function pairsHtml(pairs: readonly (readonly [name: string, value: string])[]): string {
  const rows = pairs.map(
    ([name, value]) => `<tr><th scope="row">${escapeText(name)}</th><td class="wrap">${escapeText(value)}</td></tr>`,
  )
  return `<table class="pairs"><tbody>${rows.join('')}</tbody></table>`
}

export function listHtml(lines: readonly string[], kind = ''): string {
  if (lines.length === 0) return ''
  return `<ul class="small ${kind}">${lines.map((line) => `<li>${escapeText(line)}</li>`).join('')}</ul>`
}

export function noteHtml(text: string): string {
  return `<p class="quiet small note">${escapeText(text)}</p>`
}

/** The few numbers that come first. */
export function figuresHtml(figures: readonly { readonly value: string; readonly says: string }[]): string {
  if (figures.length === 0) return ''
  const boxes = figures.map(
    ({ value, says }) =>
      `<div class="figure"><b>${escapeText(value)}</b><span class="quiet small">${escapeText(says)}</span></div>`,
  )
  return `<div class="figures">${boxes.join('')}</div>`
}

/** A command that the page's script gives a button. */
export function commandHtml(command: string): string {
  return `<div class="command"><pre>${escapeText(command)}</pre></div>`
}
