/** The arena as a WebAssembly memory: exactly as many bytes as the plan states, never growing. */

import { MemoryError } from './errors.ts'

export const pageBytes = 65536

/** One page short of 4 GiB, so that no address past the end wraps around to zero. */
export const maximumBytes = 65535 * pageBytes

const advice = 'take a smaller batch, or a network with smaller volumes; `lenslet plan` shows what takes how much'

/** @throws {MemoryError} more than can be addressed, or than the host gives */
export function allocate(bytes: number, shared: boolean): WebAssembly.Memory {
  if (!Number.isInteger(bytes / pageBytes) || bytes <= 0 || bytes > maximumBytes) {
    throw new MemoryError(`an arena of ${sized(bytes)} cannot be addressed`, {
      received: `${bytes} bytes`,
      expected: `whole pages of ${pageBytes} bytes, at most ${maximumBytes} bytes (${sized(maximumBytes)})`,
      advice,
    })
  }
  const pages = bytes / pageBytes
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
