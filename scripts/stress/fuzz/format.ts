/** A format for which the fuzzers write invalid files, and the Lenslet reader for it. */

import type { Random } from '../../../src/core/random.ts'
import type { Hostile } from './hostile/types.ts'

export interface Format {
  readonly name: string
  /** MiB that reading may take. */
  readonly memory: number
  /** Trials of the short version. */
  readonly short: number
  /** `folder` is for readers that need files. */
  prepare(folder: string): Promise<Fuzzer>
}

export interface Fuzzer {
  /** Valid inputs, which must be accepted. */
  readonly good: readonly Uint8Array[]
  /** Made by hand to do harm; they are the first inputs. */
  readonly hostile?: readonly Hostile[]
  /** An input; a function of the random numbers alone. */
  draw(random: Random): Uint8Array | Promise<Uint8Array>
  /** Reads as a user's program does. Throws `Wrong` if it accepted what makes no sense; else what the reader throws. */
  read(bytes: Uint8Array): Promise<void> | void
}

export const encode = (text: string) => new TextEncoder().encode(text)
/** As a program reads a file: what is not UTF-8 becomes U+FFFD. */
export const decode = (bytes: Uint8Array) => new TextDecoder().decode(bytes)

export function pick<T>(random: Random, from: readonly T[]): T {
  return from[random.integer(from.length)] as T
}
