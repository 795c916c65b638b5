/** Maxout: two pieces, which have separate code, and others; units with every remainder, and several tiles. */

import { type OpCase, opCase } from '../cases.ts'
import { f32 } from '../specs.ts'
import { maxout, maxoutGradient } from './op.ts'

export const cases: readonly OpCase[] = [
  { name: 'one unit of one piece', rows: 1, units: 1, pieces: 1 },
  { name: 'one unit', rows: 1, units: 1, pieces: 2 },
  { name: 'pairs', rows: 7, units: 5, pieces: 2 },
  { name: 'pairs, several tiles', rows: 401, units: 23, pieces: 2 },
  { name: 'triples', rows: 11, units: 3, pieces: 3 },
  { name: 'fives, several tiles', rows: 203, units: 11, pieces: 5 },
  { name: 'all channels', rows: 13, units: 1, pieces: 37 },
].flatMap(({ name, rows, units, pieces }): OpCase[] => {
  const attributes = { pieces }
  const [x, y] = [f32(rows, units * pieces), f32(rows, units)]
  return [
    opCase({ name, op: maxout, attributes, inputs: [x], terms: 0 }),
    opCase({ name, op: maxoutGradient, attributes, inputs: [x, y], terms: 0 }),
  ]
})
