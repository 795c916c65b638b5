/** Rows whose trials run inside a child process, so that hangs, crashes and memory can be seen from outside. */

import type { Kind } from './row.ts'

export interface Trials {
  /** One trial, always the same for the same number. Throws what is wrong; returns a word that is counted: `refused`. */
  run(trial: number): Promise<string> | string
  /** After the last trial: throws if something is left, and returns what was measured. */
  end?(): Promise<Readonly<Record<string, string>>>
  /** The input of a trial, for a file; reduced: as small as it fails in the same way. */
  input?(trial: number, how: 'as drawn' | 'reduced'): Promise<Uint8Array>
}

export interface TrialRow {
  readonly kind: Kind
  readonly name: string
  readonly unit: string
  readonly short: number
  readonly full: number
  /** MiB that the process may take in addition to what it has after `prepare`. */
  readonly memory: number
  /** In the child, once. `folder` is empty. */
  prepare(seed: number, folder: string): Promise<Trials>
}
