/** Where words go. With --json, stdout holds one JSON object and nothing else, so all words go to stderr. */

import { styleText } from 'node:util'

export class Terminal {
  readonly json: boolean
  /** Whether a person watches progress: only then are lines rewritten and styled. */
  readonly live: boolean
  readonly #words: NodeJS.WriteStream
  readonly #styled: boolean

  constructor(json: boolean) {
    this.json = json
    this.#words = json ? process.stderr : process.stdout
    const { NO_COLOR = '', TERM = '' } = process.env
    this.live = process.stderr.isTTY === true && TERM !== 'dumb'
    this.#styled = this.#words.isTTY === true && TERM !== 'dumb' && NO_COLOR === ''
  }

  /** Columns to fill: at most 100, so that tables stay readable. */
  get width(): number {
    return Math.min(this.#words.columns ?? 100, 100)
  }

  /** A line, or several, for people. */
  say(text = ''): void {
    this.#words.write(`${text}\n`)
  }

  /** A line about how the work goes on. */
  progress(text: string): void {
    process.stderr.write(`${text}\n`)
  }

  /** What is at work just now: one line that is rewritten where a person watches, and ends empty. Lines elsewhere. */
  status(text: string): void {
    if (this.live) process.stderr.write(`\r\u001b[K${text}`)
    else if (text !== '') this.progress(text)
  }

  /** Something to mind; never on stdout, which may be a file. */
  hint(text: string): void {
    process.stderr.write(`${text}\n`)
  }

  /** The verb's one result: as JSON, or as the words for people. */
  result(value: unknown, words: () => string): void {
    process.stdout.write(this.json ? `${JSON.stringify(value)}\n` : `${words()}\n`)
  }

  bold(text: string): string {
    return this.#style('bold', text)
  }

  dim(text: string): string {
    return this.#style('dim', text)
  }

  #style(format: 'bold' | 'dim', text: string): string {
    // This file has decided already; styleText would look at stdout whatever the stream.
    return this.#styled ? styleText(format, text, { validateStream: false }) : text
  }
}
