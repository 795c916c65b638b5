/** The machine, in words: without which a speed means nothing. */

import { availableParallelism, cpus, totalmem } from 'node:os'
import { printBytes } from '../inspect/units.ts'

export interface Machine {
  readonly cpu: string
  /** Logical processors that this process may use. */
  readonly processors: number
  readonly memory: string
  /** The version that the runtime gives itself as Node, `v24.1.0`: Bun and Deno name the Node that they resemble. */
  readonly node: string
  /** What really runs: `Node v24.1.0`, `Bun 1.3.1`, `Deno 2.5.0`. */
  readonly runtime: string
  readonly system: string
}

export function machine(): Machine {
  return {
    cpu: cpus()[0]?.model.trim() || 'unknown',
    processors: availableParallelism(),
    memory: printBytes(totalmem()),
    node: process.version,
    runtime: runtime(),
    system: `${process.platform} ${process.arch}`,
  }
}

export function printMachine({ cpu, processors, memory, runtime, system }: Machine): string {
  return `${cpu}, ${processors} ${processors === 1 ? 'processor' : 'processors'}, ${memory}; ${runtime}, ${system}`
}

/** Bun and Deno add their own version to those of the libraries; Node has neither. */
export function runtime(versions: Readonly<Record<string, string | undefined>> = process.versions): string {
  if (versions.bun !== undefined) return `Bun ${versions.bun}`
  if (versions.deno !== undefined) return `Deno ${versions.deno}`
  return `Node v${versions.node}`
}

/** How a person calls us: by npx where npm started us. */
export function commandName(): string {
  return process.env.npm_execpath === undefined && process.env.npm_command === undefined ? 'lenslet' : 'npx lenslet'
}
