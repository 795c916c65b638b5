/** Where the images of a project are kept: a folder of the origin's private file system, or memory where there is none. */

import { type BlockFile, memoryFile, NoRoomError } from './blockFile.ts'

export const fileNames = ['images.bin', 'journal.jsonl', 'pixels.bin', 'pixels.index'] as const
export type FileName = (typeof fileNames)[number]

export interface Folder {
  /** `memory`: what is in it is gone when the page closes. */
  readonly kind: 'kept' | 'memory'
  /** Why it is memory. */
  readonly reason?: 'no file system' | 'open elsewhere'
  readonly files: Readonly<Record<FileName, BlockFile>>
}

/** Bytes of encoded images, and of decoded ones, that are held where nothing can be kept. */
const memoryLimit = 2 ** 28

/** Opens the folder. Another page that has it open holds it alone: then this one works in memory. */
export async function openFolder(name: string): Promise<Folder> {
  const opened: [FileName, BlockFile][] = []
  try {
    const root = await navigator.storage.getDirectory()
    const folder = await root.getDirectoryHandle(name, { create: true })
    for (const file of fileNames) opened.push([file, await open(folder, file)])
    return { kind: 'kept', files: Object.fromEntries(opened) as Folder['files'] }
  } catch (error) {
    for (const [, file] of opened) file.close()
    const isHeld = error instanceof DOMException && error.name === 'NoModificationAllowedError'
    return memoryFolder(isHeld ? 'open elsewhere' : 'no file system')
  }
}

export function memoryFolder(reason: NonNullable<Folder['reason']>, limit = memoryLimit): Folder {
  const files = Object.fromEntries(fileNames.map((file) => [file, memoryFile(limit)]))
  return { kind: 'memory', reason, files: files as Folder['files'] }
}

async function open(folder: FileSystemDirectoryHandle, name: string): Promise<BlockFile> {
  return openHandle(await folder.getFileHandle(name, { create: true }))
}

/** A file of the origin's private file system. Only in a worker; throws `DOMException` where another page holds it. */
export async function openHandle(file: FileSystemFileHandle): Promise<BlockFile> {
  return onHandle(await (file as WithSyncHandle).createSyncAccessHandle())
}

/** What of a synchronous handle is used, so that tests need no browser. */
interface SyncHandle {
  getSize(): number
  read(into: Uint8Array, options: { at: number }): number
  write(bytes: Uint8Array, options: { at: number }): number
  truncate(size: number): void
  flush(): void
  close(): void
}

/** TypeScript knows it only in a worker. */
interface WithSyncHandle extends FileSystemFileHandle {
  createSyncAccessHandle(): Promise<SyncHandle>
}

function onHandle(handle: SyncHandle): BlockFile {
  // Asked once: a call into the file system for every image would cost more than the image.
  let size = handle.getSize()
  return {
    get size() {
      return size
    },
    read: (at, into) => handle.read(into, { at }),
    write(at, bytes) {
      let written: number
      try {
        written = handle.write(bytes, { at })
      } catch (error) {
        if (error instanceof DOMException && error.name === 'QuotaExceededError') throw new NoRoomError(error.message)
        throw error
      }
      if (written < bytes.length) throw new NoRoomError(`${written} of ${bytes.length} bytes were written`)
      size = Math.max(size, at + bytes.length)
    },
    truncate(to) {
      handle.truncate(to)
      size = to
    },
    flush: () => handle.flush(),
    close: () => handle.close(),
  }
}
