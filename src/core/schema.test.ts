import { expect, it } from 'vitest'
import {
  anyObject,
  boolean,
  either,
  list,
  listOf,
  literal,
  number,
  object,
  optional,
  printFault,
  string,
} from './schema.ts'

const schema = object({
  name: string,
  side: number({ whole: true, min: 1, max: 8 }),
  share: number({ min: 0, below: 1 }),
  scale: number({ above: 0 }),
  pair: listOf(number(), 2),
  names: list(string, { min: 1, max: 2 }),
  on: boolean,
  kind: literal('a'),
  more: anyObject,
  note: optional(string),
  either: either(object({ b: literal('b') }), object({ c: literal('c') })),
})
const good = {
  name: 'x',
  side: 1,
  share: 0,
  scale: 1e-9,
  pair: [1.5, -2],
  names: ['a'],
  on: false,
  kind: 'a',
  more: { any: 1 },
  either: { b: 'b' },
}

it('accepts what fits, with and without what is optional', () => {
  for (const value of [good, { ...good, note: 'n' }, { ...good, note: undefined }, { ...good, either: { c: 'c' } }]) {
    expect(schema.fault(value)).toBeUndefined()
    expect(schema.fits(value)).toBe(true)
  }
})

it.each<[string, unknown, string]>([
  ['no object', [], 'at the top: must be an object'],
  ['null', null, 'at the top: must be an object, not null'],
  ['an unknown field', { ...good, other: 1 }, 'at the top: has the unknown field "other"'],
  ['a missing field', { ...good, name: undefined }, 'at name: must be a string, not missing'],
  ['a field of the prototype', { ...good, constructor: 1 }, 'at the top: has the unknown field "constructor"'],
  ['half a pixel', { ...good, side: 1.5 }, 'at side: must be a whole number, at least 1, at most 8, not 1.5'],
  ['too much', { ...good, side: 9 }, 'at side: '],
  ['too little', { ...good, side: 0 }, 'at side: '],
  ['a number as text', { ...good, side: '3' }, 'at side: must be a whole number, at least 1, at most 8, not "3"'],
  ['NaN', { ...good, share: Number.NaN }, 'at share: '],
  ['the open end of a range', { ...good, share: 1 }, 'at share: must be a number, at least 0, less than 1, not 1'],
  ['the open start of a range', { ...good, scale: 0 }, 'at scale: must be a number, more than 0, not 0'],
  ['infinity', { ...good, scale: Number.POSITIVE_INFINITY }, 'at scale: '],
  ['a short list', { ...good, pair: [1] }, 'at pair: must have at least 2 items, not 1'],
  ['a long list', { ...good, names: ['a', 'b', 'c'] }, 'at names: must have at most 2 items, not 3'],
  ['a wrong item', { ...good, pair: [1, '2'] }, 'at pair.1: must be a number, not "2"'],
  ['a list as an object', { ...good, more: [] }, 'at more: must be an object'],
  ['another word', { ...good, kind: 'b' }, 'at kind: must be "a", not "b"'],
  ['a wrong optional', { ...good, note: 3 }, 'at note: must be a string, not 3'],
  ['neither', { ...good, either: { d: 1 } }, 'at either: has the unknown field "d"'],
])('refuses %s', (_, value, text) => {
  const fault = schema.fault(value)
  expect(fault && printFault(fault)).toContain(text)
  expect(schema.fits(value)).toBe(false)
})
