/** A page or a web worker: threads from a text, no files. */

import { FileError, WorkerStartError } from './errors.ts'
import { withSpares } from './spares.ts'
import type { Platform, PlatformWorker, WorkerEvents, WorkerPort } from './types.ts'

/** Whether a worker has come up. */
let isAllowed = false
/** Why none does. Later ones are not tried. */
let refusal: WorkerStartError | undefined

const spares = withSpares(startWorker)

export const platform: Platform = {
  name: 'browser',
  parallelism: () => Math.max(1, navigator.hardwareConcurrency ?? 1),
  whyNoThreads,
  environment: () => undefined,
  // A page cannot set the engine's flags.
  wideVectors: () => false,
  optimizedInPlace: (action) => action(),
  now: () => performance.now(),
  // Coarse on purpose, so that pages cannot spy on each other by timing; how coarse is the browser's choice.
  fineClock: false,
  nextTurn,
  startWorker: spares.startWorker,
  // Until one worker has come up, a policy may forbid them all, and the browser complains of each.
  spareWorkers: (main, count) => spares.spareWorkers(main, isAllowed ? count : Math.min(count, 1)),
  readFile: refuseToRead,
  openFile: refuseToRead,
  writeFileAtomic: refuseToWrite,
  appendFile: refuseToWrite,
  keepFile: refuseToWrite,
  removeFile: refuseToWrite,
  lockFile: refuseToWrite,
  removeRemains: async () => {},
}

function refuseToRead(path: string): Promise<never> {
  return Promise.reject(noFiles(`cannot read ${path}`, 'fetch the file yourself and hand over its bytes'))
}

function refuseToWrite(path: string): Promise<never> {
  return Promise.reject(noFiles(`cannot write ${path}`, 'take the bytes and offer them as a download'))
}

function whyNoThreads(): string | undefined {
  if (typeof Worker === 'undefined') return 'this context cannot start workers'
  if (typeof SharedArrayBuffer === 'undefined' || !globalThis.crossOriginIsolated) {
    return 'the page is not cross-origin isolated, so SharedArrayBuffer is missing'
  }
  if (refusal !== undefined) return refusalText
  return undefined
}

/** Not a timer: browsers stretch nested timers to 4 ms. */
function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel()
    port1.onmessage = () => {
      port1.close()
      resolve()
    }
    port2.postMessage(undefined)
  })
}

function startWorker(main: (port: WorkerPort) => void, events: WorkerEvents): PlatformWorker {
  if (refusal !== undefined) throw refusal
  // From a text: a bundler needs to know nothing, and a package served from another origin starts its workers, too.
  const address = URL.createObjectURL(new Blob([`(${main.toString()})(self)`], { type: 'text/javascript' }))
  let worker: Worker
  try {
    worker = new Worker(address, { name: 'lenslet' })
  } catch (cause) {
    URL.revokeObjectURL(address)
    throw refused(String(cause), cause)
  }
  let heard = false
  let over = false
  const fail = (error: Error) => {
    if (over) return
    over = true
    URL.revokeObjectURL(address)
    events.failure(error)
  }
  worker.onmessage = (event) => {
    if (!heard) URL.revokeObjectURL(address)
    heard = true
    isAllowed = true
    events.message(event.data)
  }
  worker.onmessageerror = () => fail(new Error('a message could not be handed over'))
  // A policy that forbids the text shows as an error without a word, before anything was heard.
  worker.onerror = (event) => {
    event.preventDefault?.()
    fail(heard || event.message ? new Error(event.message || 'the worker failed') : refused('an error without a word'))
  }
  return {
    postMessage: (message) => worker.postMessage(message),
    keepAlive: () => {},
    terminate: async () => {
      over = true
      URL.revokeObjectURL(address)
      worker.terminate()
    },
  }
}

const noWorker = 'the browser gave no worker'
const policyAdvice = "let the page's Content-Security-Policy allow worker-src blob:"
const refusalText = `${noWorker}; ${policyAdvice}`

/** Remembered, so that the browser complains once, and said once in words. */
function refused(received: string, cause?: unknown): WorkerStartError {
  if (refusal === undefined) console.warn(`lenslet runs on one thread: ${refusalText}`)
  refusal ??= new WorkerStartError(noWorker, { received, advice: policyAdvice, cause })
  return refusal
}

function noFiles(message: string, advice: string): FileError {
  return new FileError(message, { received: 'a path in a browser', expected: 'bytes: a page has no files', advice })
}
