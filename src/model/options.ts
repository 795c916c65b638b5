/** What a model can be made with, and the devices that it can run on. */

import { referenceBackend } from '../backends/reference/backend.ts'
import type { Backend } from '../backends/types.ts'
import { wasmBackend } from '../backends/wasm/backend.ts'
import { startEarly } from '../backends/wasm/early.ts'
import { ArgumentError } from '../core/errors.ts'
import type { OptionNames } from '../core/options.ts'
import type { GivenWeights } from './givenWeights.ts'
import type { ModelInfo } from './info.ts'
import type { Initializer } from './initialize.ts'

interface BackendRow {
  backend(): Backend
  /** Starts in the background what takes long to start; returns a function that ends what was not used. */
  early(options: ModelOptions): EndEarly
}

export type EndEarly = () => Promise<void>

const backends = {
  wasm: { backend: () => wasmBackend(), early: ({ threads }) => startEarly(threads) },
  reference: { backend: () => referenceBackend, early: () => async () => {} },
} as const satisfies Record<string, BackendRow>

export type BackendName = keyof typeof backends
/** The devices that a model can run on, the default first. */
export const backendNames = Object.keys(backends) as readonly BackendName[]

/** Throws `ArgumentError` for a name that is not among `backendNames`. */
export function backendRow(name: string = 'wasm'): BackendRow {
  if (Object.hasOwn(backends, name)) return backends[name as BackendName]
  throw new ArgumentError('no such backend', { received: `${name}`, expected: backendNames.join(', ') })
}

export interface ModelOptions {
  /** Default 0. */
  readonly seed?: number
  /** The most pictures that run at once. Default 32; `predict` takes any number, and fewer take less time. */
  readonly batch?: number
  /** Default: as many as the processor has, one where memory cannot be shared. Never changes a result. */
  readonly threads?: number
  /** Default `wasm`. `reference` is float64 and slow: the definition. */
  readonly backend?: BackendName
  /** Without Winograd's method, which is faster but rounds more coarsely. Default false. */
  readonly exact?: boolean
  /** How filters start; default: as each layer says (He). */
  readonly initial?: Initializer
  /** All weights of the network, in place of new ones: values, or sources that are read when the model first runs. */
  readonly weights?: GivenWeights | undefined
  readonly info?: ModelInfo
}

export const modelOptionNames: OptionNames<ModelOptions> = {
  seed: true,
  batch: true,
  threads: true,
  backend: true,
  exact: true,
  initial: true,
  weights: true,
  info: true,
}
