/**
 * One process at a time for a file: a lock that a dead process does not keep.
 *
 * The lock of `a/b` is the file `a/.b.lock`, which says who holds it. It comes by a hard link, so it exists whole or not
 * at all, and only one of several processes can make it. Where the holder is dead, its lock is replaced: by the one
 * process that holds the lock of *that* lock, so that no process can remove the lock of another that was faster.
 *
 * A holder on the same system is judged by its process (holder.ts). One on another machine or in another container
 * cannot be: it rewrites its lock every 20 seconds, and counts as dead after five minutes without that. Both times are the
 * file system's own, so clocks may differ. A holder that was stopped for longer, and has lost its lock, finds that out
 * in `check`, which writers call before they replace a file.
 */

import { unlinkSync } from 'node:fs'
import { link, open, readdir, readFile, realpath, rename, rm, stat, unlink, writeFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { LockedError } from './errors.ts'
import { type Holder, lifeOf, thisHolder } from './holder.ts'
import { removeRemains, stemOf } from './replaceFile.ts'
import type { FileLock } from './types.ts'

const heartbeatMilliseconds = 20_000
const lifetimeMilliseconds = 300_000

/** Of a path without symbolic links. */
export function lockPathOf(path: string): string {
  return join(dirname(path), `.${stemOf(basename(path))}.lock`)
}

/**
 * Takes the lock of a file at once, or says who holds it; never waits.
 * @throws {LockedError} another process or another training in this one holds it
 */
export async function lockFile(path: string): Promise<FileLock> {
  const target = await realpath(path).catch(async () => join(await realpath(dirname(path)), basename(path)))
  const lock = lockPathOf(target)
  const holder = thisHolder()
  const found = await take(lock, holder)
  if (found !== undefined) throw locked(path, lock, found)
  await removeStrays(lock)
  await removeRemains(target, 0)
  return heldLock(path, lock, holder)
}

function heldLock(path: string, lock: string, holder: Holder): FileLock {
  let lost: LockedError | undefined
  async function check(): Promise<void> {
    if (lost !== undefined) throw lost
    const found = await read(lock)
    if (found?.holder?.token === holder.token) return
    // Somebody has removed the file: it can be taken again, unless another process was faster.
    const other = found ?? (await take(lock, holder))
    if (other === undefined) return
    lost = new LockedError(`another process has taken over ${path}`, {
      received: `a lock of ${printHolder(other)}`,
      expected: 'the lock of this process, which gave no sign of life for five minutes',
      advice: 'leave the work to the other process',
    })
    throw lost
  }
  const heartbeat = setInterval(() => {
    check()
      .then(() => touch(lock, holder))
      .catch(() => {})
  }, heartbeatMilliseconds)
  heartbeat.unref()
  const atExit = () => {
    try {
      unlinkSync(lock)
    } catch {
      // The next process finds that this one has ended.
    }
  }
  process.on('exit', atExit)
  return {
    check,
    async release() {
      clearInterval(heartbeat)
      process.off('exit', atExit)
      const found = await read(lock).catch(() => undefined)
      if (found?.holder?.token === holder.token) await unlink(lock).catch(() => {})
    },
  }
}

interface Found {
  /** Undefined where the file does not say it: it is being written, or is not a lock. */
  readonly holder: Holder | undefined
  /** The file system's time of the last sign of life. */
  readonly touched: number
}

/** Whoever holds it; undefined where `holder` has it now. */
async function take(lock: string, holder: Holder): Promise<Found | undefined> {
  const own = `${lock}.${holder.token.slice(0, 8)}.part`
  await writeFile(own, JSON.stringify({ format, ...holder }), { flag: 'wx' })
  try {
    for (;;) {
      if (await appears(own, lock, holder)) return undefined
      const found = await read(lock)
      // Released between the two looks.
      if (found === undefined) continue
      const now = (await stat(own)).mtimeMs
      if (!isDead(found, now) || !(await replace(own, lock, found, holder))) return found
      return undefined
    }
  } finally {
    await rm(own, { force: true })
  }
}

/** Makes the lock of a file that has its content already. False where there is a lock. */
async function appears(own: string, lock: string, holder: Holder): Promise<boolean> {
  try {
    await link(own, lock)
    return true
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'EEXIST') return false
    // File systems without hard links (FAT, some network drives): for a moment the lock is empty.
    if (!['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK'].includes(code ?? '')) throw error
  }
  try {
    await writeFile(lock, JSON.stringify({ format, ...holder }), { flag: 'wx' })
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw error
  }
}

/** Puts `own` in the place of a dead holder's lock. False where somebody else does so, or has done it. */
async function replace(own: string, lock: string, dead: Found, holder: Holder): Promise<boolean> {
  const burial = `${lock}.${dead.holder?.token.slice(0, 8) ?? 'unknown'}`
  // One level is enough in practice; a burial that was killed is taken over in the same way.
  if ((await take(burial, holder)) !== undefined) return false
  try {
    const found = await read(lock)
    if (found === undefined) return await appears(own, lock, holder)
    if (found.holder?.token !== dead.holder?.token) return false
    await rename(own, lock)
    return true
  } finally {
    await rm(burial, { force: true })
  }
}

/**
 * What processes that were killed while they took the lock have left: of a holder that is dead, or older than a minute, as
 * those that are alive take milliseconds.
 */
async function removeStrays(lock: string): Promise<void> {
  const names = await readdir(dirname(lock)).catch(() => [])
  for (const name of names.filter((each) => each.startsWith(`${basename(lock)}.`))) {
    const path = join(dirname(lock), name)
    const found = await read(path).catch(() => undefined)
    if (found === undefined) continue
    const isOld = Math.abs(Date.now() - found.touched) > 60_000
    const isDeads = found.holder !== undefined && lifeOf(found.holder) === 'dead'
    if (isOld || isDeads) await rm(path, { force: true })
  }
}

/** @param now by the clock of the file system */
function isDead({ holder, touched }: Found, now: number): boolean {
  const isSilent = now - touched > lifetimeMilliseconds
  if (holder === undefined) return isSilent
  const life = lifeOf(holder)
  return life === 'dead' || (life === 'unknown' && isSilent)
}

const format = 'lenslet.lock'
/** A lock is a few hundred bytes. */
const mostBytes = 4096

/** Undefined where there is no lock. */
async function read(lock: string): Promise<Found | undefined> {
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

/** A sign of life, at the time of the file system: writing sets it, where `utimes` would set this machine's. */
async function touch(lock: string, holder: Holder): Promise<void> {
  const handle = await open(lock, 'r+')
  try {
    await handle.write(JSON.stringify({ format, ...holder }), 0)
  } finally {
    await handle.close()
  }
}

function locked(path: string, lock: string, found: Found): LockedError {
  const { holder } = found
  const isHere = holder !== undefined && lifeOf(holder) === 'alive'
  return new LockedError(`${path} is in use by another training`, {
    received: `a lock of ${printHolder(found)}`,
    expected: 'one training at a time for a run and its checkpoint',
    advice: isHere
      ? 'wait until it has ended, or stop it'
      : `wait until it has ended. If it has ended already, its lock expires five minutes after its last sign of life; or remove ${lock}`,
  })
}

/** `process 4711 on mylaptop since 2026-11-26 09:12 UTC` */
function printHolder({ holder, touched }: Found): string {
  const time = (iso: string) => `${iso.slice(0, 16).replace('T', ' ')} UTC`
  if (holder === undefined) return `an unknown process, last changed ${time(new Date(touched).toISOString())}`
  return `process ${holder.pid} on ${holder.host} since ${time(holder.since)}`
}
