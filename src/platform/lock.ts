/**
 * One process at a time for a file: a lock that a dead process does not keep.
 *
 * The lock of `a/b` is the file `a/.b.lock`, which says who holds it. It is made by a hard link, so it exists whole or not
 * at all, and only one of several processes can make it. The lock of a dead holder is replaced by the
 * process that holds the lock of *that* lock, so no process can remove the lock of one that was faster.
 *
 * For a holder on the same system, its process is checked (holder.ts). For one on another machine or in another container
 * this is impossible: it rewrites its lock every 20 seconds, and counts as dead after five minutes without that. Both times are the
 * file system's own, so clocks may differ. A holder that was stopped for longer, and has lost its lock, finds that out
 * in `check`, which writers call before they replace a file.
 */

import { readFileSync, unlinkSync } from 'node:fs'
import { realpath, unlink } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { LockedError } from './errors.ts'
import { type Holder, lifeOf, thisHolder } from './holder.ts'
import { type Found, printHolder, readLock, touchLock } from './lockText.ts'
import { removeRemains, stemOf } from './replaceFile.ts'
import { removeStrays, take } from './takeLock.ts'
import type { FileLock } from './types.ts'

const heartbeatMilliseconds = 20_000

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
  // What cannot be removed does no harm.
  await Promise.all([removeStrays(lock), removeRemains(target, 0)]).catch(() => {})
  return heldLock(path, lock, holder)
}

function heldLock(path: string, lock: string, holder: Holder): FileLock {
  let lost: LockedError | undefined
  let isReleased = false
  async function check(): Promise<void> {
    if (isReleased) return
    if (lost !== undefined) throw lost
    const found = await readLock(lock)
    if (found?.holder?.token === holder.token || isReleased) return
    // Somebody has removed the file: it can be taken again, unless another process was faster.
    const other = found ?? (await take(lock, holder))
    if (other === undefined) return isReleased ? drop() : undefined
    lost = new LockedError(`another process has taken over ${path}`, {
      received: `a lock of ${printHolder(other)}`,
      expected: 'the lock of this process, which it did not update for five minutes',
      advice: 'leave the work to the other process',
    })
    throw lost
  }
  async function drop(): Promise<void> {
    const found = await readLock(lock).catch(() => undefined)
    if (found?.holder?.token === holder.token) await unlink(lock).catch(() => {})
  }
  const heartbeat = setInterval(() => {
    check()
      .then(() => touchLock(lock, holder))
      .catch(() => {})
  }, heartbeatMilliseconds)
  heartbeat.unref()
  const atExit = () => {
    try {
      if (readFileSync(lock, 'utf8').includes(holder.token)) unlinkSync(lock)
    } catch {
      // The next process finds that this one has ended.
    }
  }
  process.on('exit', atExit)
  return {
    check,
    async release() {
      isReleased = true
      clearInterval(heartbeat)
      process.off('exit', atExit)
      await drop()
    },
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
