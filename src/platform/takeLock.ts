/** How a lock's file is made, and how that of a dead holder is replaced. */

import { link, readdir, rename, rm, stat, writeFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { type Holder, lifeOf } from './holder.ts'
import { type Found, readLock, textOfLock } from './lockText.ts'
import { systemCode } from './systemErrors.ts'

/** A holder that cannot be judged counts as dead after this time without a sign of life. */
const lifetimeMilliseconds = 300_000

/** The present holder; undefined if `holder` has the lock now. */
export async function take(lock: string, holder: Holder): Promise<Found | undefined> {
  const own = `${lock}.${holder.token.slice(0, 8)}.part`
  await writeFile(own, textOfLock(holder), { flag: 'wx' })
  try {
    for (;;) {
      if (await appears(own, lock, holder)) return undefined
      const found = await readLock(lock)
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
    const code = systemCode(error)
    if (code === 'EEXIST') return false
    // File systems without hard links (FAT, some network drives): for a moment the lock is empty.
    if (!['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK'].includes(code ?? '')) throw error
  }
  try {
    await writeFile(lock, textOfLock(holder), { flag: 'wx' })
    return true
  } catch (error) {
    if (systemCode(error) === 'EEXIST') return false
    throw error
  }
}

/** Puts `own` in the place of a dead holder's lock. False if another process does so, or has done so. */
async function replace(own: string, lock: string, dead: Found, holder: Holder): Promise<boolean> {
  const burial = `${lock}.${dead.holder?.token.slice(0, 8) ?? 'unknown'}`
  // One level is enough in practice; a burial that was killed is taken over in the same way.
  if ((await take(burial, holder)) !== undefined) return false
  try {
    const found = await readLock(lock)
    if (found === undefined) return await appears(own, lock, holder)
    if (found.holder?.token !== dead.holder?.token) return false
    await rename(own, lock)
    return true
  } finally {
    await rm(burial, { force: true })
  }
}

/** @param now by the clock of the file system */
function isDead({ holder, touched }: Found, now: number): boolean {
  const isSilent = now - touched > lifetimeMilliseconds
  if (holder === undefined) return isSilent
  const life = lifeOf(holder)
  return life === 'dead' || (life === 'unknown' && isSilent)
}

/**
 * What processes that were killed while they took the lock have left: of a holder that is dead, or older than a minute, as
 * those that are alive take milliseconds.
 */
export async function removeStrays(lock: string): Promise<void> {
  const names = await readdir(dirname(lock)).catch(() => [])
  for (const name of names.filter((each) => each.startsWith(`${basename(lock)}.`))) {
    const path = join(dirname(lock), name)
    const found = await readLock(path).catch(() => undefined)
    if (found === undefined) continue
    const isOld = Math.abs(Date.now() - found.touched) > 60_000
    const isOfDead = found.holder !== undefined && lifeOf(found.holder) === 'dead'
    if (isOld || isOfDead) await rm(path, { force: true })
  }
}
