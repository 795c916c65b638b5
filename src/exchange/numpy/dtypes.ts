/** Types of numbers as NumPy writes them (`numpy.dtype.str`) and as StoredTensor names them. */

const rows: readonly (readonly [numpy: string, stored: string, bytes: number])[] = [
  ['b1', 'BOOL', 1],
  ['u1', 'U8', 1],
  ['i1', 'I8', 1],
  ['u2', 'U16', 2],
  ['i2', 'I16', 2],
  ['u4', 'U32', 4],
  ['i4', 'I32', 4],
  ['u8', 'U64', 8],
  ['i8', 'I64', 8],
  ['f2', 'F16', 2],
  ['f4', 'F32', 4],
  ['f8', 'F64', 8],
]

export interface NumpyType {
  /** As StoredTensor names it. */
  readonly dtype: string
  readonly bytes: number
  /** The bytes of each number are in reverse. */
  readonly bigEndian: boolean
}

/** `<f4`, `>i2`, `|u1`; undefined for text, objects, records, dates and complex numbers. */
export function numpyType(text: string): NumpyType | undefined {
  const [, order, kind] = /^([<>|=])([a-z]\d)$/.exec(text) ?? []
  const row = rows.find(([numpy]) => numpy === kind)
  return row && { dtype: row[1], bytes: row[2], bigEndian: order === '>' && row[2] > 1 }
}

/** `<f4` of F32; undefined for what NumPy does not have (BF16, 8-bit floats). */
export function descrOf(dtype: string): string | undefined {
  const row = rows.find(([, stored]) => stored === dtype)
  return row && `${row[2] === 1 ? '|' : '<'}${row[0]}`
}

export const readTypes = rows.map(([numpy]) => numpy).join(', ')
