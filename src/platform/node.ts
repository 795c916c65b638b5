/** Node: worker threads, the file system, the environment. */

import { appendFile, open, readdir, realpath, rename, rm, stat } from 'node:fs/promises'
import { availableParallelism } from 'node:os'
import { basename, dirname, join } from 'node:path'
import type { Worker } from 'node:worker_threads'
import { LensletError } from '../core/errors.ts'
import { WorkerStartError } from './errors.ts'
import { readRegularFile } from './regularFile.ts'
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
  writeFileAtomic: (path, bytes) =>
    replaceFile(path, bytes).catch((error: unknown) => {
      throw error instanceof LensletError ? error : systemError('writing', path, error)
    }),
  appendFile: (path, bytes) =>
    appendFile(path, bytes).catch((error: unknown) => {
      throw systemError('writing', path, error)
    }),
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

async function replaceFile(path: string, parts: Uint8Array | Iterable<Uint8Array>): Promise<void> {
  // Renaming onto a symbolic link would replace the link.
  const target = await realpath(path).catch(() => path)
  const part = join(dirname(target), `.${basename(target)}.${crypto.randomUUID().slice(0, 8)}.part`)
  try {
    const file = await open(part, 'wx')
    try {
      // Each call writes its part completely, after the one before. Views of shared memory need no copy (Node 20, 22, 24).
      for (const bytes of ArrayBuffer.isView(parts) ? [parts] : parts) await file.writeFile(bytes)
      await file.sync()
    } finally {
      await file.close()
    }
    await rename(part, target)
  } catch (error) {
    await rm(part, { force: true })
    throw error
  }
  await syncFolder(dirname(target))
  await removeRemains(target)
}

/** What a process that was killed while it wrote this file has left behind; another one may be writing it just now. */
async function removeRemains(target: string): Promise<void> {
  const folder = dirname(target)
  const names = await readdir(folder).catch(() => [])
  for (const name of names.filter((each) => each.startsWith(`.${basename(target)}.`) && each.endsWith('.part'))) {
    const part = join(folder, name)
    const age = await stat(part).then(
      ({ mtimeMs }) => Date.now() - mtimeMs,
      () => 0,
    )
    if (age > oldRemains) await rm(part, { force: true })
  }
}

/** Milliseconds since its last byte, after which nobody is still writing it. */
const oldRemains = 10_000

/** Makes the new name durable, too. Windows and some file systems cannot; the file is whole all the same. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r').catch(() => undefined)
  await handle?.sync().catch(() => {})
  await handle?.close()
}
