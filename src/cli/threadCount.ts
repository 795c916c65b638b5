/** The option --threads of verbs that run something: no more threads than the machine has processors. */

import { platform } from '#platform'
import { counted } from '../core/text.ts'
import { whole } from './options.ts'
import { Terminal } from './terminal.ts'

/** Reads the option. Of more threads than processors it says that they are not started: each would take memory and no work. */
export function threadCount(text: string): number {
  const asked = whole('--threads', 1)(text)
  const processors = platform.parallelism()
  if (asked <= processors) return asked
  const used = processors === 1 ? '1 thread is used' : `${processors} threads are used`
  new Terminal(true).hint(
    `note: --threads ${asked}: this machine has ${counted(processors, 'processor')}, and more threads than that do not help; ${used}.`,
  )
  return processors
}
