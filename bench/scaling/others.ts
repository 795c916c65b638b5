/** How much of the processor others took while something was measured: with more than a few per cent, ratios say nothing. */

import { readFileSync } from 'node:fs'
import { cpus } from 'node:os'

interface ProcessorTime {
  /** Milliseconds by the clock. */
  readonly now: number
  /** Of all processes, and of what a hypervisor took. */
  readonly all: number
  readonly own: number
}

export function processorTime(): ProcessorTime {
  const all = cpus().reduce((sum, { times: { user, nice, sys, irq } }) => sum + user + nice + sys + irq, 0)
  const { user, system } = process.cpuUsage()
  return { now: performance.now(), all: all + stolen(), own: (user + system) / 1000 }
}

/** Shares of the cores' time, since `before`. */
export function othersSince({ now, all, own }: ProcessorTime): number {
  const end = processorTime()
  return Math.max(0, end.all - all - (end.own - own)) / (end.now - now) / cpus().length
}

/** Milliseconds for which a virtual machine's processors were ready and did not run; Linux says so, in hundredths of a second. */
function stolen(): number {
  try {
    const [line = ''] = readFileSync('/proc/stat', 'utf8').split('\n')
    return 10 * Number(line.trim().split(/\s+/)[8] ?? 0)
  } catch {
    return 0
  }
}
