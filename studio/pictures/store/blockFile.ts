/**
 * A file that is read and written in place: one of the origin's private file system through a synchronous handle, which only
 * workers have; or memory, in a browser or window that keeps no files for pages.
 */

export interface BlockFile {
  readonly size: number
  /** Reads up to `into.length` bytes; returns how many there were. */
  read(at: number, into: Uint8Array): number
  /** @throws {NoRoomError} the browser gives the page no more room */
  write(at: number, bytes: Uint8Array): void
  truncate(size: number): void
  flush(): void
  close(): void
}

/** The browser, or the limit of what is held in memory, gives no more room. */
export class NoRoomError extends Error {
  override readonly name = 'NoRoomError'
}

const blockBytes = 2 ** 20

/** @param limit bytes that may be held */
export function memoryFile(limit: number): BlockFile {
  const blocks: Uint8Array[] = []
  let size = 0
  const each = (at: number, length: number, use: (block: number, from: number, to: number, done: number) => void) => {
    for (let done = 0; done < length; ) {
      const block = Math.floor((at + done) / blockBytes)
      const from = (at + done) % blockBytes
      const count = Math.min(blockBytes - from, length - done)
      use(block, from, from + count, done)
      done += count
    }
  }
  return {
    get size() {
      return size
    },
    read(at, into) {
      const length = Math.max(0, Math.min(into.length, size - at))
      each(at, length, (block, from, to, done) => {
        const part = blocks[block]
        if (part === undefined) into.fill(0, done, done + to - from)
        else into.set(part.subarray(from, to), done)
      })
      return length
    },
    write(at, bytes) {
      if (at + bytes.length > limit) throw new NoRoomError(`${at + bytes.length} bytes; the limit is ${limit}`)
      each(at, bytes.length, (block, from, to, done) => {
        blocks[block] ??= new Uint8Array(blockBytes)
        blocks[block].set(bytes.subarray(done, done + to - from), from)
      })
      size = Math.max(size, at + bytes.length)
    },
    truncate(to) {
      blocks.length = Math.min(blocks.length, Math.ceil(to / blockBytes))
      blocks[Math.floor(to / blockBytes)]?.fill(0, to % blockBytes)
      size = to
    },
    flush() {},
    close() {},
  }
}
