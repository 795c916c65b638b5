/** The contents of a lock file: a line of JSON that identifies its holder. */

import { open, stat } from 'node:fs/promises'
import * as schema from '../core/schema.ts'
import { printable } from '../core/text.ts'
import type { Holder } from './holder.ts'
import { readRegularFile } from './regularFile.ts'
import { systemCode } from './systemErrors.ts'

export interface Found {
  /** Undefined where the file does not say it: it is being written, or is not a lock. */
  readonly holder: Holder | undefined
  /** The file system's time of the last sign of life. */
  readonly touched: number
}

const format = 'lenslet.lock'
/** A lock is a few hundred bytes. */
const mostBytes = 4096

const holderSchema = schema.object({
  format: schema.literal(format),
  token: schema.string,
  pid: schema.number({ whole: true, min: 1 }),
  host: schema.string,
  machine: schema.optional(schema.string),
  boot: schema.optional(schema.string),
  namespace: schema.optional(schema.string),
  started: schema.optional(schema.string),
  since: schema.string,
})

/** Undefined where there is no lock. */
export async function readLock(lock: string): Promise<Found | undefined> {
  try {
    const { mtimeMs } = await stat(lock)
    return { holder: await holderIn(lock), touched: mtimeMs }
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return undefined
    throw error
  }
}

async function holderIn(lock: string): Promise<Holder | undefined> {
  const bytes = await readRegularFile(lock, mostBytes).catch((error: unknown) => {
    if (systemCode(error) !== undefined) throw error
    // A pipe or a device, too long, or being written: not a lock that tells its holder.
    return new Uint8Array()
  })
  try {
    const value: unknown = JSON.parse(new TextDecoder().decode(bytes))
    // Names of files are made of the token.
    return holderSchema.fits(value) && /^[0-9a-f-]{36}$/.test(value.token) ? value : undefined
  } catch {
    return undefined
  }
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
  const time = (iso: string) => `${printable(iso.slice(0, 16)).replace('T', ' ')} UTC`
  if (holder === undefined) return `an unknown process, last changed ${time(new Date(touched).toISOString())}`
  return `process ${holder.pid} on ${printable(holder.host)} since ${time(holder.since)}`
}
