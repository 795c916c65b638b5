/** Safetensors files made by hand, also wrong ones, for the tests. */

/** @param header text, or bytes that need not be text; @param length what the first eight bytes say, if not the truth */
export function rawFile(header: string | Uint8Array, values: ArrayLike<number> = [], length?: bigint): Uint8Array {
  const head = typeof header === 'string' ? new TextEncoder().encode(header) : header
  const file = new Uint8Array(8 + head.length + values.length)
  new DataView(file.buffer).setBigUint64(0, length ?? BigInt(head.length), true)
  file.set(head, 8)
  file.set(values, 8 + head.length)
  return file
}

/** A file of one tensor, `x`, of as many values as the bytes hold. */
export function oneTensor(dtype: string, bits: number, values: ArrayLike<number>): Uint8Array {
  const shape = [(values.length * 8) / bits]
  return rawFile(JSON.stringify({ x: { dtype, shape, data_offsets: [0, values.length] } }), values)
}
