/**
 * What differs between Node and a page, as one interface. `import { platform } from '#platform'` gives the one that fits;
 * package.json chooses by the "browser" condition, so nothing of Node reaches a page.
 */

import type { Bytes } from '../core/bytes.ts'

export interface Platform {
  readonly name: 'node' | 'browser'
  /** Logical processors that this process may use; at least 1. */
  parallelism(): number
  /** Why several threads cannot work on one memory here, as a clause; undefined where they can. */
  whyNoThreads(): string | undefined
  /** An environment variable; a page has none. */
  environment(name: string): string | undefined
  /**
   * Asks the engine to make 256-bit operations of pairs of 128-bit ones in the WebAssembly that it compiles from now on.
   * Holds for the whole process. False: there is nothing to ask; true does not mean that the engine does it.
   */
  wideVectors(on: boolean): boolean
  /** Runs `action`; WebAssembly functions that run for long in it are optimized there and then, not on another thread. */
  optimizedInPlace<T>(action: () => T): T
  /** Milliseconds since some fixed moment, never running backwards. */
  now(): number
  /** Whether `now` tells microseconds apart. */
  readonly fineClock: boolean
  /** Lets timers, signals, input and painting have their turn. */
  nextTurn(): Promise<void>
  /**
   * Starts a thread. `main` is sent as text, so it may use its parameters and the language's globals only: no imports,
   * no constants of its file, no named functions inside (a bundler that keeps names wraps those in a helper).
   * @throws {WorkerStartError} no thread can be had
   */
  startWorker(main: (port: WorkerPort) => void, events: WorkerEvents): PlatformWorker
  /**
   * Lets threads come up that `startWorker` with the same `main` will take instead of starting some; see spares.ts. Throws
   * nothing. To be called when no more will be taken: what is given back ends those that are left.
   */
  spareWorkers(main: (port: WorkerPort) => void, count: number): () => Promise<void>
  /**
   * The bytes of a regular file; a pipe or a device might never end.
   *
   * @param limit most bytes that it may have; default: 4 GiB
   * @throws {FileError}
   */
  readFile(path: string, limit?: number): Promise<Uint8Array>
  /**
   * A regular file whose bytes are read part by part when they are asked for; a small one is read at once. It may be removed
   * or replaced meanwhile. Reading throws `FileError` if the file itself was changed.
   * @throws {FileError}
   */
  openFile(path: string): Promise<Bytes>
  /**
   * Writes a file that is whole at every moment: under another name in the same folder, flushed to the disk, then
   * renamed. A process killed meanwhile leaves the former file, or none. Permissions of a file that is replaced are kept,
   * and its owner where the system allows it.
   *
   * `bytes` may be the parts of the file in order, so that a large file never lies in memory as a whole. Each part is
   * asked for when the one before it is written; it may lie in shared memory, and must not change before the promise
   * settles. What the parts' iterator throws leaves the former file, too.
   * `check` is called with the whole file under its other name, before it is renamed; what it throws leaves the former file.
   * @throws {FileError} the file cannot be written
   * @throws {LensletError} what the parts' iterator or `check` throws, as it is; any other error of it becomes a FileError's
   *   cause
   */
  writeFileAtomic(
    path: string,
    bytes: Uint8Array | Iterable<Uint8Array>,
    check?: (written: string) => Promise<void>,
  ): Promise<void>
  /**
   * Adds bytes to the end of a file, in one write; makes the file where there is none.
   *
   * @param flush whether they are on the disk when the promise resolves: they then outlive a power failure
   * @throws {FileError}
   */
  appendFile(path: string, bytes: Uint8Array, flush?: boolean): Promise<void>
  /**
   * Gives a file a second name. A file that has this name is replaced, and is whole at every moment. A later `writeFileAtomic` on either name leaves the other as it is.
   * @throws {FileError}
   */
  keepFile(from: string, to: string): Promise<void>
  /** Removes a file; no error where there is none. @throws {FileError} */
  removeFile(path: string): Promise<void>
  /**
   * Makes this process the only writer of a file, and of the files that the caller counts to it. Never waits. A process that
   * has ended, however it ended, does not keep a lock. Removes what earlier writers of the file left half written.
   * @throws {LockedError} another one holds it
   * @throws {FileError} the lock cannot be written
   */
  lockFile(path: string): Promise<FileLock>
  /** Removes what killed writers left of these files. Only for the holder of the lock that covers them. */
  removeRemains(paths: readonly string[]): Promise<void>
}

export interface FileLock {
  /**
   * To be called before the file is replaced.
   * @throws {LockedError} another process has taken over: this one was stopped so long that it seemed dead
   */
  check(): Promise<void>
  /** Idempotent; throws nothing. */
  release(): Promise<void>
}

/** The thread's end of the line. */
export interface WorkerPort {
  postMessage(message: unknown): void
  onmessage: ((event: { readonly data: unknown }) => void) | null
}

/** What the starter hears of a thread. */
export interface WorkerEvents {
  message(data: unknown): void
  /** It could not start, threw, or ended without being asked to. Said at most once. */
  failure(error: Error): void
}

/** The starter's end of the line. */
export interface PlatformWorker {
  postMessage(message: unknown): void
  /** Whether this thread keeps the process from ending; at first it does. */
  keepAlive(alive: boolean): void
  /** Ends it at once, also in the middle of a computation or asleep. Idempotent. */
  terminate(): Promise<void>
}
