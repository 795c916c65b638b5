/** Protobuf messages field by field, with lengths that are what the caller says. */

import { joined } from './types.ts'

type Bytes = Uint8Array | readonly number[] | string

export function varint(value: number | bigint): number[] {
  const bytes: number[] = []
  let rest = BigInt.asUintN(64, BigInt(value))
  do {
    bytes.push(Number(rest & 127n) | (rest > 127n ? 128 : 0))
    rest >>= 7n
  } while (rest > 0n)
  return bytes
}

export const int = (field: number, value: number | bigint) => joined(varint(field * 8), varint(value))
export const part = (field: number, ...parts: readonly Bytes[]) => {
  const bytes = joined(...parts)
  return joined(varint(field * 8 + 2), varint(bytes.length), bytes)
}
/** A field that claims to be longer than what follows. */
export const claimed = (field: number, length: number | bigint, ...parts: readonly Bytes[]) =>
  joined(varint(field * 8 + 2), varint(length), ...parts)
