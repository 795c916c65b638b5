/**
 * Loaded before the command line (`--import`): counts what it does to files, and at one of these operations ends the
 * process, or makes the operation fail or wait. So every moment of a run's folder can be hit, without luck and without
 * root. Operations on other folders are left alone.
 */

import fs from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import { resolve } from 'node:path'

export interface HookSettings {
  /** Only paths below it count. */
  readonly folder: string
  /** Number of the operation, from 1; 0: none. */
  readonly at: number
  /** `kill before`, `kill after`, `wait`, or the code of an error: `ENOSPC`. Errors hit all later operations, too. */
  readonly action: string
  /** Operations are appended to it, a line each. */
  readonly log?: string
}

type Call = (...args: never[]) => unknown

const text = process.env.LENSLET_STRESS_HOOK
if (text !== undefined) install(JSON.parse(text) as HookSettings)

function install({ folder, at, action, log }: HookSettings): void {
  let count = 0
  const whole = resolve(folder)
  const append = fs.appendFileSync
  const isBelow = (path: unknown) => typeof path === 'string' && resolve(path).startsWith(whole)

  /** What happens at the next operation; returns whether the process ends after it. */
  const next = (name: string, path: string): 'wait' | 'kill' | undefined => {
    count++
    if (log !== undefined) append(log, `${name} ${path}\n`)
    if (at === 0) return undefined
    if (action === 'wait') return 'wait'
    if (count < at) return undefined
    if (action === 'kill before' && count === at) process.kill(process.pid, 'SIGKILL')
    if (action === 'kill after') return count === at ? 'kill' : undefined
    if (action.startsWith('E') && !isHarmless(name))
      throw Object.assign(new Error(`${action}: stress, ${name} '${path}'`), { code: action, syscall: name, path })
    return undefined
  }

  /** Also a full disk can be read, and files on it can be removed. */
  const isHarmless = (name: string) => /^(rm|unlink|rmdir|close)/.test(name)

  const wrap = (holder: Record<string, unknown>, name: string, pathOf: (self: object, args: unknown[]) => unknown) => {
    const original = holder[name] as Call
    if (typeof original !== 'function') return
    const isSync = name.endsWith('Sync')
    const wrapped = function (this: object, ...args: unknown[]) {
      const path = pathOf(this, args)
      if (!isBelow(path)) return original.apply(this, args as never[])
      const kill = () => void process.kill(process.pid, 'SIGKILL')
      if (isSync) {
        const end = next(name, path as string)
        const result = original.apply(this, args as never[])
        if (end === 'kill') kill()
        return result
      }
      return (async () => {
        const end = next(name, path as string)
        if (end === 'wait') await new Promise((resolve) => setTimeout(resolve, 10))
        const result = await original.apply(this, args as never[])
        if (end === 'kill') kill()
        return result
      })()
    }
    holder[name] = wrapped
  }

  const first = (_: object, [path]: unknown[]) => path
  const last = (_: object, [, path]: unknown[]) => path
  const writes = (_: object, [path, flags]: unknown[]) => (flags === undefined || flags === 'r' ? undefined : path)
  const promises = fs.promises as unknown as Record<string, unknown>
  const sync = fs as unknown as Record<string, unknown>
  for (const name of ['mkdir', 'writeFile', 'appendFile', 'rm', 'unlink', 'rmdir', 'truncate', 'chmod']) {
    wrap(promises, name, first)
    wrap(sync, `${name}Sync`, first)
  }
  for (const name of ['rename', 'link', 'symlink', 'copyFile']) {
    wrap(promises, name, last)
    wrap(sync, `${name}Sync`, last)
  }
  // A file's path, by its handle: `open` is asked last, so that opening counts, too.
  const paths = new WeakMap<object, string>()
  const open = promises.open as (...args: unknown[]) => Promise<object>
  let isHandleWrapped = false
  promises.open = async (...args: unknown[]) => {
    const handle = await open(...args)
    if (isBelow(args[0])) paths.set(handle, args[0] as string)
    if (!isHandleWrapped) {
      isHandleWrapped = true
      const prototype = Object.getPrototypeOf(handle) as Record<string, unknown>
      for (const name of ['write', 'writev', 'writeFile', 'appendFile', 'sync', 'truncate', 'chmod'])
        wrap(prototype, name, (self) => paths.get(self))
    }
    return handle
  }
  wrap(promises, 'open', writes)
  wrap(sync, 'openSync', writes)
  syncBuiltinESMExports()
}
