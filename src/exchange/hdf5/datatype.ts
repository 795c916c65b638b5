/** Datatype and dataspace messages: what the elements are, and how many. */

import type { Shape } from '../../core/shapes.ts'
import { type Cursor, damaged } from './source.ts'

export interface Datatype {
  /** Bytes of an element. */
  readonly size: number
  readonly kind: 'number' | 'text' | 'texts of any length' | 'other'
  /** Of a number: safetensors' name for the type, `F32`; undefined where it has none. */
  readonly dtype?: string | undefined
  readonly bigEndian?: boolean
  /** For messages. */
  readonly text: string
}

export function readDatatype(cursor: Cursor): Datatype {
  const first = cursor.number(1)
  const bits = cursor.number(3)
  const size = cursor.number(4)
  const bigEndian = (bits & 1) === 1
  if (size < 1) throw damaged('a type of no size')
  switch (first & 15) {
    case 0: {
      const dtype = size <= 8 && [1, 2, 4, 8].includes(size) ? `${bits & 8 ? 'I' : 'U'}${8 * size}` : undefined
      return { kind: 'number', size, dtype, bigEndian, text: dtype ?? `an integer of ${size} bytes` }
    }
    case 1:
      return { kind: 'number', size, bigEndian, ...float(cursor, size) }
    case 3:
      return { kind: 'text', size, text: 'text' }
    case 8: // An enumeration of one byte is how h5py stores booleans.
      return size === 1
        ? { kind: 'number', size, dtype: 'BOOL', text: 'BOOL' }
        : { kind: 'other', size, text: 'an enumeration' }
    case 9:
      return (bits & 15) === 1
        ? { kind: 'texts of any length', size, text: 'text' }
        : { kind: 'other', size, text: 'lists of any length' }
    default:
      return { kind: 'other', size, text: classNames[first & 15] ?? 'an unknown type' }
  }
}

const classNames: Readonly<Record<number, string>> = {
  2: 'times',
  4: 'bit fields',
  5: 'opaque values',
  6: 'structures',
  7: 'references',
  10: 'arrays',
}

/** By the sizes of exponent and fraction. */
function float(cursor: Cursor, size: number): { readonly dtype: string | undefined; readonly text: string } {
  cursor.skip(2 + 2 + 1)
  const exponent = cursor.number(1)
  cursor.skip(1)
  const fraction = cursor.number(1)
  const known: Readonly<Record<string, string>> = {
    '2:5:10': 'F16',
    '2:8:7': 'BF16',
    '4:8:23': 'F32',
    '8:11:52': 'F64',
  }
  const dtype = known[`${size}:${exponent}:${fraction}`]
  return { dtype, text: dtype ?? `floats of ${size} bytes` }
}

/** Sides; empty for a single value. A null dataspace has one side of 0. */
export function readDataspace(cursor: Cursor): Shape {
  const version = cursor.expectVersion(1, 2)
  const rank = cursor.number(1)
  cursor.skip(1)
  const kind = cursor.number(1)
  if (version === 1) cursor.skip(4)
  if (version === 2 && kind === 2) return [0]
  if (rank > 32) throw damaged('a shape of too many sides', `${rank}`)
  const shape = Array.from({ length: rank }, () => cursor.length())
  if (Number.isSafeInteger(shape.reduce((product, side) => product * side, 1))) return shape
  throw damaged('a shape is too large', shape.join('×'))
}
