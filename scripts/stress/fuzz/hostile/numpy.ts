/** NumPy: headers that promise what the file does not have. */

import { type Hostile, hostile, joined, little } from './types.ts'

const magic = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59]

export const npyFile = (header: string, values: Uint8Array) => {
  const text = `${header.padEnd(117)}\n`
  return joined(magic, [1, 0], little(text.length, 2), text, values)
}

const array = (what: string, descr: string, shape: string, bytes = 16) =>
  hostile(what, () =>
    npyFile(`{'descr': '${descr}', 'fortran_order': False, 'shape': ${shape}, }`, new Uint8Array(bytes)),
  )

export const hostileNpy: readonly Hostile[] = [
  array('2 GB of values', '<f4', '(536870912,)'),
  array('2^124 values', '<f4', '(2147483648, 2147483648, 2147483648, 2147483648)'),
  array('no values, of 2^93', '<f4', '(2147483648, 2147483648, 2147483648, 0)', 0),
  array('a side of 10^30', '<f4', `(1${'0'.repeat(30)},)`),
  array('a side below 0', '<f4', '(-4,)'),
  array('a side that is a name', '<f4', '(__import__,)'),
  array('100,000 sides', '<f4', `(${'1,'.repeat(30_000)})`),
  array('objects, which are pickles', '|O', '(1,)'),
  array('a structure', "', 'x', '", '(4,)'),
  array('texts of 2^31 letters', '<U2147483647', '(1,)'),
  hostile('a header of 4 GB', () => joined(magic, [2, 0], little(2 ** 32 - 1, 4), "{'descr': '<f4'")),
  hostile('a header of parentheses', () => npyFile('('.repeat(9000), new Uint8Array(16))),
  hostile('a header that calls a function', () => npyFile('__import__("os").system("id")', new Uint8Array(16))),
]

/** An array of zeros, which deflate makes a thousandth of. */
export const zeros = (count: number) =>
  npyFile(`{'descr': '|u1', 'fortran_order': False, 'shape': (${count},), }`, new Uint8Array(count))
