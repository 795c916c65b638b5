/** IDX files: zero, zero, 8 for bytes, the number of axes; a length for each, big-endian; values. */

export function idxFile(shape: readonly number[], values: Uint8Array): Uint8Array {
  const header = new DataView(new ArrayBuffer(4 + 4 * shape.length))
  header.setUint32(0, 0x0800 + shape.length)
  for (const [axis, length] of shape.entries()) header.setUint32(4 + 4 * axis, length)
  return Buffer.concat([new Uint8Array(header.buffer), values])
}
