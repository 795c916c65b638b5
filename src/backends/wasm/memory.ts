/** The arena as a WebAssembly memory: exactly as many bytes as the plan states, never growing. */

import { LARGEST_MEMORY, PAGE_BYTES } from '../../ops/wasm/target.ts'
import { MemoryError } from './errors.ts'

const advice = 'take a smaller batch, or a network with smaller volumes; `lenslet plan` shows what takes how much'

/** @throws {MemoryError} more than can be addressed */
export function checkArena(bytes: number): void {
  if (!Number.isInteger(bytes / PAGE_BYTES) || bytes <= 0 || bytes > LARGEST_MEMORY) {
    throw new MemoryError(`an arena of ${sized(bytes)} cannot be addressed`, {
      received: `${bytes} bytes`,
      expected: `whole pages of ${PAGE_BYTES} bytes, at most ${LARGEST_MEMORY} bytes (${sized(LARGEST_MEMORY)})`,
      advice,
    })
  }
}

/** @throws {MemoryError} more than can be addressed, or than the host gives */
export function allocate(bytes: number, shared: boolean): WebAssembly.Memory {
  checkArena(bytes)
  const pages = bytes / PAGE_BYTES
  try {
    return new WebAssembly.Memory({ initial: pages, maximum: pages, shared })
  } catch (cause) {
    throw new MemoryError(`the host did not give ${sized(bytes)} of memory`, {
      received: `${bytes} bytes (${String(cause)})`,
      advice,
      cause,
    })
  }
}

function sized(bytes: number): string {
  return bytes < 2 ** 30 ? `${(bytes / 2 ** 20).toFixed(1)} MiB` : `${(bytes / 2 ** 30).toFixed(2)} GiB`
}
