/**
 * Where text goes. With --json, stdout holds one JSON object and nothing else, so all other text goes to stderr. Names from
 * files and folders may hold control characters: everything is made printable here, at the last moment. Line breaks are
 * kept in texts of several lines only (`say` and `result`); the caller makes names in them printable.
 */

import { styleText } from 'node:util'
import { printable } from '../core/text.ts'
import type { TextTable } from '../inspect/costTable.ts'
import { currentCall } from './call.ts'
import { columnsFor } from './columns.ts'
import { printableJson, printableLines } from './printable.ts'
import { printTable } from './table.ts'
import { wrap } from './wrap.ts'

/** Text longer than this is hard to read, however wide the terminal is. */
const widest = 100

export class Terminal {
  readonly json: boolean
  /** Only results, warnings and errors are printed. */
  readonly quiet: boolean
  /** Whether a person watches progress: only then are lines rewritten. */
  readonly live: boolean
  readonly #out: NodeJS.WriteStream
  readonly #styled: boolean

  constructor(json: boolean, quiet = currentCall().quiet) {
    this.json = json
    this.quiet = quiet
    this.#out = json ? process.stderr : process.stdout
    this.live = process.stderr.isTTY === true && process.env.TERM !== 'dumb'
    this.#styled = wantsStyle(this.#out)
  }

  /** Columns for text: at most 100. */
  get width(): number {
    return Math.min(this.#columns ?? widest, widest)
  }

  get #columns(): number | undefined {
    return columnsFor(this.#out)
  }

  /** A line, or several, for people. */
  say(text = ''): void {
    if (!this.quiet) this.#out.write(`${this.#clean(text)}\n`)
  }

  /** A line about how the work goes on. */
  progress(text: string): void {
    if (!this.quiet) process.stderr.write(`${printable(text)}\n`)
  }

  /** What is being done now: one line that is rewritten on a terminal, and cleared by ''. Separate lines elsewhere. */
  status(text: string): void {
    if (this.quiet) return
    if (this.live) process.stderr.write(`\r\u001b[K${printable(text).slice(0, (process.stderr.columns ?? 80) - 1)}`)
    else if (text !== '') this.progress(text)
  }

  /** A warning; never on stdout, which may be a file, and never silenced. */
  hint(text: string): void {
    process.stderr.write(`${printable(text)}\n`)
  }

  /** The verb's one result: as JSON, or as text for people. */
  result(value: unknown, words: () => string): void {
    process.stdout.write(this.json ? `${printableJson(value)}\n` : `${this.#clean(words())}\n`)
  }

  /** A table that fits the terminal: the least important columns are left out first. Whole in a file or a pipe. */
  table(table: TextTable): string {
    return printTable(table, this.#columns ?? Number.POSITIVE_INFINITY)
  }

  /** Lines of at most `width` columns, broken at spaces; further lines of a paragraph are indented. */
  wrap(text: string, indent = ''): string {
    return this.#columns === undefined ? text : wrap(text, this.width, indent)
  }

  bold(text: string): string {
    return this.#style('bold', text)
  }

  dim(text: string): string {
    return this.#style('dim', text)
  }

  #clean(text: string): string {
    return printableLines(text, this.#styled)
  }

  #style(format: 'bold' | 'dim', text: string): string {
    // This file has decided already; styleText would look at stdout whatever the stream.
    return this.#styled ? styleText(format, text, { validateStream: false }) : text
  }
}

/** FORCE_COLOR decides where it is set, then NO_COLOR (no-color.org), then whether a terminal shows the text. */
function wantsStyle(stream: NodeJS.WriteStream): boolean {
  const { FORCE_COLOR, NO_COLOR = '', TERM = '' } = process.env
  if (FORCE_COLOR !== undefined && FORCE_COLOR !== '') return !['0', 'false'].includes(FORCE_COLOR)
  return NO_COLOR === '' && stream.isTTY === true && TERM !== 'dumb'
}
