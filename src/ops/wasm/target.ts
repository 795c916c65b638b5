/** What a plan has to know about the WebAssembly device. */

import type { Target } from '../target.ts'
import { wasmKernels } from './kernels.ts'

/** What the workers keep step by, and their tile counter; nothing of the network. */
const CONTROL_BYTES = 4096
/** WebAssembly memory comes in pages. */
export const PAGE_BYTES = 65536
/** One page short of 4 GiB, so that no address past the end wraps around to zero. */
export const LARGEST_MEMORY = 65535 * PAGE_BYTES

export interface WasmTargetOptions {
  /** Workers to reserve scratch for. Default 1. */
  readonly threads?: number
  /** Without Winograd's method for 3×3 convolutions. Default false. */
  readonly exact?: boolean
}

export function wasmTarget({ threads = 1, exact = false }: WasmTargetOptions = {}): Target {
  return {
    name: 'wasm',
    // A cache line, so that two workers never write the same one.
    alignment: 64,
    granule: PAGE_BYTES,
    head: CONTROL_BYTES,
    segmentLimit: LARGEST_MEMORY,
    threads,
    exact,
    workspace: (kind, step, largest) => wasmKernels[kind].workspace?.(step, { exact, largest, threads }) ?? {},
  }
}
