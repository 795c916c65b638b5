/**
 * The bytes of a file, in memory or still in the file: readers of large files ask for the parts that they need, one by one,
 * so that a model is never in memory twice. Reading is synchronous, because a weight is read where it is needed. Files and
 * other sources: `storedBytes.ts`.
 */

export interface Bytes {
  readonly length: number
  /** All of them, where they are in memory. */
  readonly array: Uint8Array | undefined
  /** A part, without reading it; an end beyond the last byte is the last byte's. */
  slice(from?: number, to?: number): Bytes
  /** A view of what is in memory; otherwise a new array at each call. Ends are as those of `slice`. */
  read(from?: number, to?: number): Uint8Array
  /** All of them, in portions of at most this number of bytes. Each is valid until the next. What is in memory is one portion. */
  portions(size: number): Iterable<Uint8Array>
}

/** Bytes in memory, or what is `Bytes` already. */
export function asBytes(bytes: Uint8Array | Bytes): Bytes {
  if (!(bytes instanceof Uint8Array)) return bytes
  return {
    length: bytes.length,
    array: bytes,
    slice: (from, to) => asBytes(bytes.subarray(from, to)),
    read: (from, to) => bytes.subarray(from, to),
    portions: () => [bytes],
  }
}
