/**
 * Rows of CSV as RFC 4180 has them: fields apart by commas, in quotes where they hold one, lines ended by CR LF. Names come
 * from files and folders, so a terminal and a spreadsheet must not run them.
 */

import { printable } from '../core/text.ts'

/** A line, with its end. Null and undefined are empty fields. */
export function csvRow(fields: readonly (string | number | null | undefined)[]): string {
  const texts = fields.map((field) => (typeof field === 'string' ? harmless(field) : `${field ?? ''}`))
  return `${texts.map(quoted).join(',')}\r\n`
}

/**
 * The path of a file as a field. A relative path that a spreadsheet would run begins with `./`, so that it still names the
 * file.
 */
export function pathField(path: string): string {
  return runs(path) ? `./${path}` : path
}

/** Control characters as escapes; an apostrophe before what a spreadsheet would run, which makes it text (OWASP, "CSV injection"). */
function harmless(text: string): string {
  return `${runs(text) ? "'" : ''}${printable(text)}`
}

/** Whether Excel, LibreOffice or Google Sheets would take it for a formula, also in full-width characters. `-1` is a number. */
function runs(text: string): boolean {
  return /^[\t\r\n]*[=+\-@＝＋－＠]./s.test(text) && !/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text)
}

/** Quotes inside are doubled; spaces at the ends are kept by readers only within quotes. */
function quoted(field: string): string {
  return /[",]|^\s|\s$/.test(field) ? `"${field.replaceAll('"', '""')}"` : field
}
