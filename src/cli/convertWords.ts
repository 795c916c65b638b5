/** What `lenslet convert` says of a model that it has written. */

import { listed, printable } from '../core/text.ts'
import { printBytes, printCount } from '../inspect/units.ts'
import type { Terminal } from './terminal.ts'

export interface Converted {
  readonly in: string
  readonly out: string
  readonly bytes: number
  readonly nodes: number
  readonly parameters: number
  /** Largest difference of the results before and after; null where nothing was run. */
  readonly difference: number | null
  /** Largest result in magnitude. */
  readonly largest?: number
  /** How many arrays of a file of weights a network took. */
  readonly matched?: number
  readonly missing?: readonly string[]
  readonly leftOver?: readonly string[]
  readonly notes: readonly string[]
}

export function sayConverted(terminal: Terminal, converted: Converted): void {
  terminal.result(converted, () => words(converted).join('\n'))
}

function words({
  out,
  bytes,
  nodes,
  parameters,
  matched,
  leftOver,
  difference,
  largest = 0,
}: Converted): readonly string[] {
  return [
    `${printable(out)}: ${printCount(nodes)} layers, ${printCount(parameters)} parameters, ${printBytes(bytes)}`,
    ...(matched === undefined
      ? []
      : [`${printCount(matched)} arrays matched by name and shape; ${leftOverWords(leftOver)}`]),
    difference === null
      ? 'not verified'
      : `largest difference ${difference === 0 ? '0' : difference.toExponential(1)} of results up to ${largest.toPrecision(3)}, both models on the same random image`,
  ]
}

function leftOverWords(names: readonly string[] = []): string {
  return names.length === 0 ? 'none left over' : `${printCount(names.length)} left over: ${listed(names, 12)}`
}
