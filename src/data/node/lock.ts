/**
 * One process at a time for a fetch. The lock is a file that only one process can create; it names its holder, so that
 * the lock of a killed process is taken over. Nothing worse than a failed checksum follows if two get in all the same.
 */
import { mkdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises'
import { hostname } from 'node:os'
import { dirname } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'

/** The holder says so often that it lives, and is believed for so long. */
const heartbeatMs = 10_000
const lifetimeMs = 60_000

export async function withLock<T>(file: string, work: () => Promise<T>, signal?: AbortSignal): Promise<T> {
  await mkdir(dirname(file), { recursive: true })
  while (!(await take(file))) {
    signal?.throwIfAborted()
    if (await isAbandoned(file)) await rm(file, { force: true })
    else await wait(200)
  }
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

async function take(file: string): Promise<boolean> {
  try {
    await writeFile(file, `${process.pid} ${hostname()}`, { flag: 'wx' })
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw error
  }
}

async function isAbandoned(file: string): Promise<boolean> {
  try {
    const [pid, host] = (await readFile(file, 'utf8')).split(' ')
    if (host === hostname() && !isRunning(Number(pid))) return true
    return Date.now() - (await stat(file)).mtimeMs > lifetimeMs
  } catch {
    return false // Gone between two looks: the next try to take it will tell.
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}
