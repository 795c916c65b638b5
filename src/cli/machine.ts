/** The machine, in words: what a figure of speed means nothing without. */

import { availableParallelism, cpus, totalmem } from 'node:os'
import { printBytes } from '../inspect/units.ts'

export interface Machine {
  readonly cpu: string
  /** Logical processors that this process may use. */
  readonly processors: number
  readonly memory: string
  readonly node: string
  readonly system: string
}

export function machine(): Machine {
  return {
    cpu: cpus()[0]?.model.trim() || 'unknown',
    processors: availableParallelism(),
    memory: printBytes(totalmem()),
    node: process.version,
    system: `${process.platform} ${process.arch}`,
  }
}

export function printMachine({ cpu, processors, memory, node, system }: Machine): string {
  return `${cpu}, ${processors} processors, ${memory}; Node ${node}, ${system}`
}

/** How a person calls us: by npx where npm started us. */
export function commandName(): string {
  return process.env.npm_execpath === undefined && process.env.npm_command === undefined ? 'lenslet' : 'npx lenslet'
}
