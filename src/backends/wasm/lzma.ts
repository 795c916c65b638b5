/**
 * Expands what LZMA has compressed: a fifth less than `deflate` for kernels, and the only one of the two that finds in a module
 * what the module before it has said, 100 kB earlier.
 */

import { expander } from './gen/expander.gen.ts'

/** What lzma.as.ts says that it needs, without the literals. */
const probabilityBytes = 3776
const pageBytes = 65536

type Expand = (packed: number, to: number, length: number, scratch: number) => void

/**
 * The first `length` bytes of what a stream in the format `.lzma` holds. Whoever needs the beginning only does not wait for
 * the rest.
 */
export function expand(packed: Uint8Array, length: number): Uint8Array<ArrayBuffer> {
  const properties = packed[0] ?? 0
  const scratch = probabilityBytes + (1536 << ((properties % 9) + (Math.floor(properties / 9) % 5)))
  const to = scratch + packed.length
  const pages = Math.ceil((to + length) / pageBytes)
  const memory = new WebAssembly.Memory({ initial: pages, maximum: pages })
  // So small that a page may compile it at once.
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(decode(expander)), { env: { memory } })
  new Uint8Array(memory.buffer).set(packed, scratch)
  ;(exports.expand as Expand)(scratch, to, length, 0)
  return new Uint8Array(memory.buffer).slice(to, to + length)
}

/** A loop, because Uint8Array.from with a function takes ten milliseconds for one module. */
export function decode(base64: string): Uint8Array<ArrayBuffer> {
  const text = atob(base64)
  const bytes = new Uint8Array(text.length)
  for (let i = 0; i < bytes.length; i++) bytes[i] = text.charCodeAt(i)
  return bytes
}
