/** Files made by hand to harm a reader: small, and asking for much. */

export interface Hostile {
  readonly what: string
  /** Made when it is needed: some have a megabyte. */
  bytes(): Uint8Array
  /** Larger than any real model, but nothing in it is wrong: it may be read as well, in bounded time and memory. */
  readonly mayBeRead?: boolean
}

export const hostile = (what: string, bytes: () => Uint8Array): Hostile => ({ what, bytes })
export const large = (what: string, bytes: () => Uint8Array): Hostile => ({ what, bytes, mayBeRead: true })

export const joined = (...parts: readonly (Uint8Array | readonly number[] | string)[]): Uint8Array =>
  new Uint8Array(
    Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part) : Uint8Array.from(part)))),
  )

/** Little-endian. */
export const little = (value: number | bigint, size: number): number[] =>
  Array.from({ length: size }, (_, i) => Number((BigInt(value) >> BigInt(8 * i)) & 255n))
