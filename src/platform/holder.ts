/**
 * Who holds a lock, and whether that process is alive. A process id alone does not tell: after a crash another process
 * may have the number, after a reboot all numbers start again, and on a shared disk or in a container the number means
 * nothing here. So a holder also states its machine, its boot, its namespace of process ids and when it started.
 */

import { readFileSync, readlinkSync } from 'node:fs'
import { hostname } from 'node:os'
import { systemCode } from './systemErrors.ts'

export interface Holder {
  /** Names this hold: no two are equal. */
  readonly token: string
  readonly pid: number
  readonly host: string
  /** Of Linux's /etc/machine-id; tells apart machines of the same name. */
  readonly machine?: string | undefined
  /** Changes with every start of the system (Linux). */
  readonly boot?: string | undefined
  /** Where the process id counts: containers have separate namespaces (Linux). */
  readonly namespace?: string | undefined
  /** When the process started, in ticks since the boot (Linux): tells a process from a later one with its number. */
  readonly started?: string | undefined
  /** When the lock was taken, ISO 8601. */
  readonly since: string
}

/** `unknown`: it belongs to another machine or container, or the system does not tell. */
export type Life = 'alive' | 'dead' | 'unknown'

export function thisHolder(): Holder {
  return {
    token: crypto.randomUUID(),
    pid: process.pid,
    since: new Date().toISOString(),
    started: startOf(process.pid),
    ...thisPlace(),
  }
}

type Place = Pick<Holder, 'host' | 'machine' | 'boot' | 'namespace'>

function thisPlace(): Place {
  return {
    host: hostname(),
    machine: textOf('/etc/machine-id'),
    boot: textOf('/proc/sys/kernel/random/boot_id'),
    namespace: linkOf('/proc/self/ns/pid'),
  }
}

/** @param here where this process runs; another place for tests */
export function lifeOf(holder: Holder, here: Place = thisPlace()): Life {
  if (holder.host !== here.host || holder.machine !== here.machine) return 'unknown'
  if (holder.boot !== here.boot) {
    // Two machines without a machine id can have the same name.
    return holder.machine !== undefined && holder.boot !== undefined && here.boot !== undefined ? 'dead' : 'unknown'
  }
  if (holder.namespace !== here.namespace) return 'unknown'
  if (!isRunning(holder.pid)) return 'dead'
  const started = startOf(holder.pid)
  if (started === undefined || holder.started === undefined) return 'unknown'
  return started === holder.started ? 'alive' : 'dead'
}

/** Whether this system has such a process, ours or another user's. */
export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    // EPERM: it runs, and belongs to another user.
    return systemCode(error) === 'EPERM'
  }
}

/** Field 22 of /proc/PID/stat. A zombie has ended, though its number is still taken: it has none. */
function startOf(pid: number): string | undefined {
  const text = textOf(`/proc/${pid}/stat`)
  // The name, in parentheses, may hold spaces and parentheses.
  const fields = text?.slice(text.lastIndexOf(')') + 2).split(' ')
  return fields?.[0] === 'Z' ? 'ended' : fields?.[19]
}

function textOf(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8').trim() || undefined
  } catch {
    return undefined
  }
}

function linkOf(path: string): string | undefined {
  try {
    return readlinkSync(path)
  } catch {
    return undefined
  }
}
