/** The devices that a test of all programs goes through: name, threads, backend. Work is shared however small it is. */

import { referenceBackend } from '../reference/backend.ts'
import type { Backend } from '../types.ts'
import { wasmBackend } from '../wasm/backend.ts'

export const testedBackends: readonly (readonly [string, number, Backend])[] = [
  ['reference', 1, referenceBackend],
  ['wasm', 1, wasmBackend()],
  ['wasm', 2, wasmBackend({ alwaysShare: true })],
]
