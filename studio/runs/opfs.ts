/** The origin's private file system as the place of runs. */

import { ArgumentError } from 'lenslet/core'
import type { RunPlace } from './store.ts'

const root = 'runs'

/** @throws {ArgumentError} the browser keeps nothing here */
export async function openPlace(): Promise<RunPlace> {
  const runs = await navigator.storage
    .getDirectory()
    .then((all) => all.getDirectoryHandle(root, { create: true }))
    .catch((cause: unknown) => {
      throw new ArgumentError('this browser keeps no runs here', {
        received: String(cause instanceof Error ? cause.message : cause),
        expected: 'a page from https or 127.0.0.1, in a window that is not private',
        advice: 'save the model as a file',
        cause,
      })
    })
  return {
    async folders() {
      const names: string[] = []
      for await (const [name, handle] of runs.entries()) if (handle.kind === 'directory') names.push(name)
      return names
    },
    async read(folder, file) {
      try {
        const handle = await (await runs.getDirectoryHandle(folder)).getFileHandle(file)
        return new Uint8Array(await (await handle.getFile()).arrayBuffer())
      } catch (error) {
        if (isMissing(error)) return undefined
        throw error
      }
    },
    async write(folder, file, bytes) {
      const handle = await (await runs.getDirectoryHandle(folder, { create: true })).getFileHandle(file, {
        create: true,
      })
      try {
        if (handle.createWritable === undefined) return await writeInPlace(handle, bytes)
        // What is written takes the file's place when it is closed.
        const stream = await handle.createWritable()
        await stream.write(bytes)
        await stream.close()
      } catch (cause) {
        if (!(cause instanceof DOMException && cause.name === 'QuotaExceededError')) throw cause
        throw new ArgumentError('the browser has no room for this run', {
          received: `${bytes.length} bytes`,
          advice: 'delete runs that you no longer need, or save the model as a file',
          cause,
        })
      }
    },
    async remove(folder, file) {
      try {
        if (file === undefined) await runs.removeEntry(folder, { recursive: true })
        else await (await runs.getDirectoryHandle(folder)).removeEntry(file)
      } catch (error) {
        if (!isMissing(error)) throw error
      }
    },
  }
}

const isMissing = (error: unknown) => error instanceof DOMException && error.name === 'NotFoundError'

/** For browsers that have nothing else (Safari before 26), and only in a worker. */
async function writeInPlace(handle: FileSystemFileHandle, bytes: Uint8Array<ArrayBuffer>): Promise<void> {
  const access = await (handle as InPlace).createSyncAccessHandle()
  try {
    access.truncate(0)
    access.write(bytes, { at: 0 })
    access.flush()
  } finally {
    access.close()
  }
}

/** TypeScript knows it only in a worker. */
interface InPlace extends FileSystemFileHandle {
  createSyncAccessHandle(): Promise<{
    truncate(size: number): void
    write(bytes: Uint8Array, options: { at: number }): number
    flush(): void
    close(): void
  }>
}
