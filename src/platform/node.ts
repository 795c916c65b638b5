/** Node: worker threads, the file system, the environment. */

import { appendFile, rm } from 'node:fs/promises'
import { availableParallelism } from 'node:os'
import type { Worker } from 'node:worker_threads'
import { LensletError } from '../core/errors.ts'
import { WorkerStartError } from './errors.ts'
import { lockFile } from './lock.ts'
import { openBytes } from './openBytes.ts'
import { readRegularFile } from './regularFile.ts'
import { keepFile, removeRemains, replaceFile } from './replaceFile.ts'
import { withSpares } from './spares.ts'
import { systemError } from './systemErrors.ts'
import type { Platform, PlatformWorker, WorkerEvents, WorkerPort } from './types.ts'

/** Node's own modules that not every program needs: each takes milliseconds to load. */
const v8 = () => process.getBuiltinModule('node:v8')
const threads = () => process.getBuiltinModule('node:worker_threads')

export const platform: Platform = {
  name: 'node',
  parallelism: () => Math.max(1, availableParallelism()),
  whyNoThreads: () => undefined,
  environment: (name) => process.env[name],
  wideVectors,
  optimizedInPlace,
  fineClock: true,
  now: () => performance.now(),
  nextTurn: () => new Promise((resolve) => void setImmediate(resolve)),
  ...withSpares(startWorker),
  readFile: readRegularFile,
  openFile: openBytes,
  writeFileAtomic: (path, bytes, check) => replaceFile(path, bytes, check).catch(cannotWrite(path)),
  appendFile: (path, bytes, flush = false) => appendFile(path, bytes, { flush }).catch(cannotWrite(path)),
  keepFile: (from, to) => keepFile(from, to).catch(cannotWrite(to)),
  removeFile: (path) => rm(path, { force: true }).catch(cannotWrite(path)),
  lockFile: (path) =>
    lockFile(path).then(
      ({ check, release }) => ({ check: () => check().catch(cannotWrite(path)), release }),
      cannotWrite(path),
    ),
  async removeRemains(paths) {
    for (const path of paths) await removeRemains(path, 0)
  },
}

function wideVectors(on: boolean): boolean {
  const flag = revectorizeFlag(process.arch, process.versions.v8)
  if (flag === undefined) return false
  try {
    v8().setFlagsFromString(`--${on ? '' : 'no-'}${flag}`)
    return true
  } catch {
    // Not V8, but something that looks like it.
    return false
  }
}

/**
 * What this V8 calls its revectorizer. The version is asked because V8 complains on stderr of a flag that it does not know,
 * and because 12.4 (Node 22) knows it and does nothing: to find that out took the wide kernels' check up to 0.9 s there,
 * and one time in eight it was wrong. Of later ones it is for others to measure whether the flag has an effect.
 */
export function revectorizeFlag(architecture: string, version = '0'): string | undefined {
  const [major = 0, minor = 0] = version.split('.').map(Number)
  if (architecture !== 'x64' || major < 12 || (major === 12 && minor < 5)) return undefined
  return major > 15 || (major === 15 && minor >= 6) ? 'wasm-revectorize' : 'experimental-wasm-revectorize'
}

function optimizedInPlace<T>(action: () => T): T {
  // Known to every V8 that has the revectorizer. Not `--no-liftoff`, which must not change while there are modules.
  const known = revectorizeFlag(process.arch, process.versions.v8) !== undefined
  if (known) v8().setFlagsFromString('--wasm-sync-tier-up')
  try {
    return action()
  } finally {
    if (known) v8().setFlagsFromString('--no-wasm-sync-tier-up')
  }
}

function startWorker(main: (port: WorkerPort) => void, events: WorkerEvents): PlatformWorker {
  // Works whether the text is taken for CommonJS or for a module. No execArgv: what the parent loads first (hooks of
  // test runners and of TypeScript) would only slow the start. Not the port itself: for its own `onmessage` Node makes
  // browsers' events, whose classes take the thread another thirty milliseconds to load.
  const code = `(() => {
    const { parentPort } = process.getBuiltinModule('node:worker_threads')
    const port = { postMessage: (message) => parentPort.postMessage(message), onmessage: null }
    parentPort.on('message', (data) => port.onmessage?.({ data }))
    ;(${main.toString()})(port)
  })()`
  let worker: Worker
  try {
    worker = new (threads().Worker)(code, { eval: true, execArgv: [], name: 'lenslet' })
  } catch (cause) {
    throw new WorkerStartError('Node gave no worker thread', { received: String(cause), cause })
  }
  let over = false
  const fail = (error: Error) => {
    if (over) return
    over = true
    events.failure(error)
  }
  worker.on('message', events.message)
  worker.on('messageerror', fail)
  worker.on('error', fail)
  worker.on('exit', (code) => fail(new Error(`the worker thread ended with code ${code}`)))
  return {
    postMessage: (message) => worker.postMessage(message),
    keepAlive: (alive) => (alive ? worker.ref() : worker.unref()),
    terminate: async () => {
      over = true
      await worker.terminate()
    },
  }
}

function cannotWrite(path: string) {
  return (error: unknown): never => {
    throw error instanceof LensletError ? error : systemError('writing', path, error)
  }
}
