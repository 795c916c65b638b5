/** Answers of `predict` as they come: as text, as a JSON array or as CSV. Nothing is kept. */

import { once } from 'node:events'
import { printable } from '../core/text.ts'
import type { Prediction } from '../insight/predictions.ts'
import { printPercent } from '../inspect/units.ts'
import { csvRow, pathField } from './csv.ts'
import { printTable } from './table.ts'

/** What is predicted for a picture, or why nothing is. */
export type Answer =
  | { readonly file: string; readonly top: readonly Prediction[] }
  | { readonly file: string; readonly numbers: readonly NamedNumber[] }
  | { readonly file: string; readonly error: string }

/** Of a network that gives numbers, such as coordinates. */
export interface NamedNumber {
  readonly label: string
  readonly value: number
}

/** How answers are written. */
export interface Format {
  readonly begin: string
  readonly between: string
  /** Written if something was begun. */
  readonly end: string
  print(answer: Answer): string
}

/** An array with an element per line, so that it can be read as it comes. */
export const jsonFormat: Format = {
  begin: '[\n',
  between: ',\n',
  end: '\n]\n',
  // What JSON leaves of control characters (0x9b begins an escape sequence) becomes an escape of JSON's own.
  print: (answer) => printable(JSON.stringify(answer)),
}

/** A column for each number, by its name. */
export function numbersCsvFormat(labels: readonly string[]): Format {
  return {
    begin: csvRow(['file', ...labels, 'error']),
    between: '',
    end: '',
    print(answer) {
      const numbers = 'numbers' in answer ? answer.numbers : []
      const cells = labels.map((_, index) => numbers[index]?.value)
      return csvRow([pathField(answer.file), ...cells, 'error' in answer ? answer.error : ''])
    },
  }
}

/** @param top classes in a row */
export function csvFormat(top: number): Format {
  const columns = Array.from({ length: top }, (_, index) => (index === 0 ? '' : `${index + 1}`))
  const titles = columns.flatMap((number) => [`class${number}`, `probability${number}`])
  return {
    begin: csvRow(['file', ...titles, 'error']),
    between: '',
    end: '',
    print(answer) {
      const predictions = 'top' in answer ? answer.top : []
      const cells = columns.flatMap((_, index) => [predictions[index]?.label, predictions[index]?.probability])
      return csvRow([pathField(answer.file), ...cells, 'error' in answer ? answer.error : ''])
    },
  }
}

export function textFormat(bold: (text: string) => string): Format {
  return {
    begin: '',
    between: '\n',
    end: '',
    print: (answer) => `${bold(printable(answer.file))}\n${bodyOf(answer)}\n`,
  }
}

function bodyOf(answer: Answer): string {
  if ('error' in answer) return `  ${answer.error}`
  if ('top' in answer) return tableOf(answer.top)
  return printTable({
    columns: [
      { title: 'number', align: 'left' },
      { title: 'value', align: 'right' },
    ],
    rows: answer.numbers.map(({ label, value }) => [printable(label), `${Number(value.toPrecision(4))}`]),
  })
}

function tableOf(top: readonly Prediction[]): string {
  return printTable({
    columns: [
      { title: 'class', align: 'left' },
      { title: 'probability', align: 'right' },
    ],
    rows: top.map(({ label, probability }) => [printable(label), printPercent(probability)]),
  })
}

export class Output {
  readonly #format: Format
  #begun = false

  constructor(format: Format) {
    this.#format = format
  }

  async write(answer: Answer): Promise<void> {
    const { begin, between, print } = this.#format
    const text = `${this.#begun ? between : begin}${print(answer)}`
    this.#begun = true
    await put(text)
  }

  /** Also after an error: what was written so far is whole. */
  async end(): Promise<void> {
    if (this.#begun) await put(this.#format.end)
  }
}

/** Waits where the reader is slower, so that nothing piles up. */
async function put(text: string): Promise<void> {
  if (text !== '' && !process.stdout.write(text)) await once(process.stdout, 'drain')
}
