/**
 * The types of values in a safetensors file (enum `Dtype` of huggingface/safetensors 0.8), little-endian. Every type has
 * its size, so that a tensor's place in the file can be checked; those with `read` can be decoded.
 */

export interface DType {
  readonly bits: number
  /** The value at a byte offset. Exact, but for 64-bit integers beyond 2^53. Absent: the type is not decoded. */
  readonly read?: (view: DataView, offset: number) => number
}

/** The format's name for the type → what it is. The format may gain types that are not listed here. */
export const dtypes: ReadonlyMap<string, DType> = new Map<string, DType>([
  ['BOOL', { bits: 8, read: (view, offset) => (view.getUint8(offset) === 0 ? 0 : 1) }],
  ['U8', { bits: 8, read: (view, offset) => view.getUint8(offset) }],
  ['I8', { bits: 8, read: (view, offset) => view.getInt8(offset) }],
  ['U16', { bits: 16, read: (view, offset) => view.getUint16(offset, true) }],
  ['I16', { bits: 16, read: (view, offset) => view.getInt16(offset, true) }],
  ['U32', { bits: 32, read: (view, offset) => view.getUint32(offset, true) }],
  ['I32', { bits: 32, read: (view, offset) => view.getInt32(offset, true) }],
  ['U64', { bits: 64, read: (view, offset) => Number(view.getBigUint64(offset, true)) }],
  ['I64', { bits: 64, read: (view, offset) => Number(view.getBigInt64(offset, true)) }],
  ['F64', { bits: 64, read: (view, offset) => view.getFloat64(offset, true) }],
  ['F32', { bits: 32, read: (view, offset) => view.getFloat32(offset, true) }],
  ['BF16', coded(16, (code) => smallFloat(code, 8, 7, 'infinite'))],
  ['F16', coded(16, (code) => smallFloat(code, 5, 10, 'infinite'))],
  // Micikevicius et al. 2022, "FP8 formats for deep learning": E4M3 trades its infinities for a larger range.
  ['F8_E5M2', coded(8, (code) => smallFloat(code, 5, 2, 'infinite'))],
  ['F8_E4M3', coded(8, (code) => smallFloat(code, 4, 3, 'finite'))],
  // Noune et al. 2022, "8-bit numerical formats for deep neural networks": one zero, one NaN, no infinity.
  ['F8_E5M2FNUZ', coded(8, (code) => smallFloat(code, 5, 2, 'unsigned zero'))],
  ['F8_E4M3FNUZ', coded(8, (code) => smallFloat(code, 4, 3, 'unsigned zero'))],
  // OCP Microscaling Formats 1.0: a scale, a power of two.
  ['F8_E8M0', coded(8, (code) => (code === 255 ? Number.NaN : 2 ** (code - 127)))],
  ['C64', { bits: 64 }],
  ['F6_E2M3', { bits: 6 }],
  ['F6_E3M2', { bits: 6 }],
  ['F4', { bits: 4 }],
])

/** The names of the types that can be decoded. */
export const decodedTypes: readonly string[] = [...dtypes].flatMap(([name, { read }]) => (read ? [name] : []))

/** A type that is read from a table of all its codes, which is made when it is first needed. */
function coded(bits: 8 | 16, decode: (code: number) => number): DType {
  let table: Float32Array | undefined
  const lookUp = (code: number) => {
    table ??= Float32Array.from({ length: 2 ** bits }, (_, each) => decode(each))
    return table[code] as number
  }
  return {
    bits,
    read: (view, offset) => lookUp(bits === 8 ? view.getUint8(offset) : view.getUint16(offset, true)),
  }
}

/**
 * Sign, exponent, fraction, as in IEEE 754. What the largest exponent means: `infinite` infinity and NaN as there,
 * `finite` numbers, but NaN for the largest fraction, `unsigned zero` numbers; there −0 is NaN, and the bias is one more.
 */
function smallFloat(
  code: number,
  exponentBits: number,
  fractionBits: number,
  largest: 'infinite' | 'finite' | 'unsigned zero',
): number {
  const sign = (code >> (exponentBits + fractionBits)) & 1 ? -1 : 1
  const exponent = (code >> fractionBits) & (2 ** exponentBits - 1)
  const fraction = (code & (2 ** fractionBits - 1)) / 2 ** fractionBits
  const bias = 2 ** (exponentBits - 1) - (largest === 'unsigned zero' ? 0 : 1)
  if (largest === 'unsigned zero' && sign === -1 && exponent === 0 && fraction === 0) return Number.NaN
  if (exponent === 2 ** exponentBits - 1) {
    if (largest === 'infinite') return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN
    if (largest === 'finite' && fraction === 1 - 2 ** -fractionBits) return Number.NaN
  }
  return exponent === 0 ? sign * fraction * 2 ** (1 - bias) : sign * (1 + fraction) * 2 ** (exponent - bias)
}
