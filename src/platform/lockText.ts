/** What the file of a lock holds: a line of JSON that names its holder. */

import { open, readFile, stat } from 'node:fs/promises'
import type { Holder } from './holder.ts'

export interface Found {
  /** Undefined where the file does not say it: it is being written, or is not a lock. */
  readonly holder: Holder | undefined
  /** The file system's time of the last sign of life. */
  readonly touched: number
}

const format = 'lenslet.lock'
/** A lock is a few hundred bytes. */
const mostBytes = 4096

/** Undefined where there is no lock. */
export async function readLock(lock: string): Promise<Found | undefined> {
  try {
    const { mtimeMs, size } = await stat(lock)
    const value: unknown = size > mostBytes ? undefined : parsed(await readFile(lock, 'utf8'))
    return { holder: isHolder(value) ? value : undefined, touched: mtimeMs }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function isHolder(value: unknown): value is Holder {
  if (typeof value !== 'object' || value === null) return false
  const { token, pid, host, since, ...rest } = value as Record<string, unknown>
  const isText = (each: unknown) => typeof each === 'string'
  return (
    rest.format === format &&
    Number.isSafeInteger(pid) &&
    (pid as number) > 0 &&
    /^[0-9a-f-]{36}$/.test(String(token)) &&
    [host, since].every(isText) &&
    [rest.machine, rest.boot, rest.namespace, rest.started].every((each) => each === undefined || isText(each))
  )
}

export const textOfLock = (holder: Holder) => JSON.stringify({ format, ...holder })

/** A sign of life, at the time of the file system: writing sets it, where `utimes` would set this machine's. */
export async function touchLock(lock: string, holder: Holder): Promise<void> {
  const handle = await open(lock, 'r+')
  try {
    await handle.write(textOfLock(holder), 0)
  } finally {
    await handle.close()
  }
}

/** `process 4711 on mylaptop since 2026-11-26 09:12 UTC` */
export function printHolder({ holder, touched }: Found): string {
  const time = (iso: string) => `${iso.slice(0, 16).replace('T', ' ')} UTC`
  if (holder === undefined) return `an unknown process, last changed ${time(new Date(touched).toISOString())}`
  return `process ${holder.pid} on ${holder.host} since ${time(holder.since)}`
}
