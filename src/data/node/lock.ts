/**
 * One process at a time for a fetch. The lock is a file that only one process can create; it names its holder, so that
 * the lock of a killed process is taken over. Nothing worse than a failed checksum follows if two get in all the same.
 */
import { rm, stat, utimes, writeFile } from 'node:fs/promises'
import { hostname } from 'node:os'
import { dirname } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { printable } from '../../core/text.ts'
import { isRunning } from '../../platform/holder.ts'
import { readRegularFile } from '../../platform/regularFile.ts'
import { systemCode } from '../../platform/systemErrors.ts'
import { makeFolder } from './files.ts'

/** How often the holder gives a sign of life. */
const heartbeatMs = 10_000
/** How long a holder is believed after its last sign of life. */
const lifetimeMs = 60_000
const retryMs = 200
/** A person who waits longer is told why. */
const noticeMs = 2000

export interface LockOptions {
  readonly signal?: AbortSignal | undefined
  /** Told once, after two seconds of waiting. */
  readonly onNotice?: ((message: string) => void) | undefined
  /** Milliseconds that a holder is believed after its last sign of life; default: 60 s. */
  readonly lifetime?: number
}

/** @throws what `work` throws, and the system's errors of the lock's file */
export async function withLock<T>(file: string, work: () => Promise<T>, options: LockOptions = {}): Promise<T> {
  await makeFolder(dirname(file))
  await takeInTurn(file, options)
  const heartbeat = setInterval(() => {
    const now = new Date()
    utimes(file, now, now).catch(() => {})
  }, heartbeatMs)
  try {
    return await work()
  } finally {
    clearInterval(heartbeat)
    await rm(file, { force: true })
  }
}

async function takeInTurn(file: string, { signal, onNotice, lifetime = lifetimeMs }: LockOptions): Promise<void> {
  const began = performance.now()
  let told = false
  // A time in the future (another machine's clock, or one that was set back) never gets old. The holder is then judged by
  // whether the file's time changes while this process waits.
  let sign: number | undefined
  let seen = began
  while (!(await take(file))) {
    signal?.throwIfAborted()
    const now = performance.now()
    const latest = await lastSign(file)
    if (latest !== sign) [sign, seen] = [latest, now]
    const isOld = latest !== undefined && Date.now() - latest > lifetime
    if (isOld || (await isDead(file)) || now - seen > lifetime) await rm(file, { force: true, recursive: true })
    else await wait(retryMs)
    if (told || performance.now() - began < noticeMs) continue
    told = true
    const most = Math.ceil(lifetime / 1000)
    onNotice?.(
      `waiting for another process that is downloading the same data (${printable(file)}); at most ${most} s if it has died`,
    )
  }
}

async function take(file: string): Promise<boolean> {
  try {
    await writeFile(file, `${process.pid} ${hostname()}`, { flag: 'wx' })
    return true
  } catch (error) {
    if (systemCode(error) === 'EEXIST') return false
    throw error
  }
}

/** The time of the holder's last sign of life; undefined where the lock is gone. */
async function lastSign(file: string): Promise<number | undefined> {
  return stat(file).then(
    ({ mtimeMs }) => mtimeMs,
    () => undefined,
  )
}

/** Whether the holder was a process of this machine that has ended. */
async function isDead(file: string): Promise<boolean> {
  try {
    const [pid, host] = new TextDecoder().decode(await readRegularFile(file, 4096)).split(' ')
    return host === hostname() && Number(pid) > 0 && !isRunning(Number(pid))
  } catch {
    // Gone between two looks, or not a lock of ours: the next try to take it will tell, or its time.
    return false
  }
}
