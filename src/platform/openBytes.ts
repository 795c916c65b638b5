/**
 * A large file that is read part by part. The descriptor stays open, so that the file may be removed or replaced meanwhile:
 * what was opened is read to the end. It is closed when nobody has the bytes any more.
 */

import { type BigIntStats, closeSync, fstatSync, readSync } from 'node:fs'
import { asBytes, type Bytes } from '../core/bytes.ts'
import { bytesIn } from '../core/storedBytes.ts'
import { printable } from '../core/text.ts'
import { FileError } from './errors.ts'
import { openDescriptor, readRegularFile } from './regularFile.ts'
import { systemError } from './systemErrors.ts'

/** Smaller files are read at once: thousands of them take no descriptors. */
const whole = 4 * 2 ** 20

/** What the memory of a run can hold. */
const largest = 2 ** 32

/** Linux reads at most 2 GiB − 4 kB at once. */
const portion = 2 ** 30

const closing = new FinalizationRegistry<number>((descriptor) => closeSync(descriptor))

/** @throws {FileError} as `readRegularFile`, whatever its size @param limit larger files are not read at once */
export async function openBytes(path: string, limit = whole): Promise<Bytes> {
  const descriptor = openDescriptor(path)
  let kept = false
  try {
    const found = fstatSync(descriptor, { bigint: true })
    const size = Number(found.size)
    // The reader of whole files knows what to say of those that are too large, and of those without a length, as in /proc.
    if (size <= limit || size > largest) return asBytes(await readRegularFile(path))
    const store = new OpenFile(path, descriptor, found)
    closing.register(store, descriptor)
    kept = true
    return bytesIn(store, size)
  } finally {
    if (!kept) closeSync(descriptor)
  }
}

class OpenFile {
  readonly #path: string
  readonly #descriptor: number
  readonly #found: BigIntStats

  constructor(path: string, descriptor: number, found: BigIntStats) {
    this.#path = path
    this.#descriptor = descriptor
    this.#found = found
  }

  readInto(into: Uint8Array, from: number): void {
    let at = 0
    try {
      while (at < into.length) {
        const read = readSync(this.#descriptor, into, at, Math.min(portion, into.length - at), from + at)
        if (read === 0) break
        at += read
      }
      const { size, mtimeNs } = fstatSync(this.#descriptor, { bigint: true })
      if (at === into.length && size === this.#found.size && mtimeNs === this.#found.mtimeNs) return
    } catch (error) {
      throw systemError('reading', this.#path, error)
    }
    throw new FileError(`cannot read ${printable(this.#path)}`, {
      received: 'a file that was changed while it was read',
      expected: 'the same file from the first byte to the last',
      advice: 'wait until it is completely written, and read it again',
    })
  }
}
