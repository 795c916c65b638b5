/** Values of any depth and shape: read, or refused by name, without a frame of the stack for each level. */

import { expect, it } from 'vitest'
import { checkDepth, DepthError, parseJson } from './json.ts'
import { anyObject, list, number, object, printFault, string } from './schema.ts'

const nested = (depth: number) => '['.repeat(depth) + ']'.repeat(depth)

it('reads what is not too deep', () => {
  expect(parseJson('{"a":[1,{"b":null}]}')).toEqual({ a: [1, { b: null }] })
  expect(JSON.stringify(parseJson(nested(64)))).toBe(nested(64))
  expect(() => parseJson('{')).toThrow(SyntaxError)
})

it.each([65, 1000, 1_000_000])('refuses %i lists inside each other', (depth) => {
  expect(() => parseJson(nested(depth))).toThrow(DepthError)
  expect(() => parseJson(`{"a":${nested(depth)}}`)).toThrow(/nested too deeply[\s\S]*at most 64/)
})

it('refuses what contains itself, however often', () => {
  const round: Record<string, unknown> = {}
  for (let i = 0; i < 20; i++) round[`part${i}`] = { round, again: round }
  expect(() => checkDepth(round)).toThrow(DepthError)
})

it('visits shared parts once a level', () => {
  let shared: unknown = 1
  // 2^60 paths.
  for (let i = 0; i < 60; i++) shared = [shared, shared]
  expect(() => checkDepth(shared)).not.toThrow()
})

it('a fault shows the start of a value of any depth or length', () => {
  let deep: unknown = 0
  for (let i = 0; i < 100_000; i++) deep = { deep }
  const round: unknown[] = []
  round.push(round)
  const row = (value: unknown) => printFault(string.fault(value) ?? { path: [], message: '' })
  expect(row(deep)).toBe('at the top: must be a string, not {"deep":{"deep":{"deep":{…}}}}')
  expect(row(round)).toBe('at the top: must be a string, not [[[[…]]]]')
  expect(row({ a: [1, 'x'], b: null })).toBe('at the top: must be a string, not {"a":[1,"x"],"b":null}')
  expect(row(10n ** 30n).length).toBeLessThan(100)
  expect(row('x'.repeat(1e6)).length).toBeLessThan(100)
  expect(row(new Array(1e6).fill('y')).length).toBeLessThan(100)
  const schema = object({ a: list(number()), b: anyObject })
  expect(schema.fault({ a: [1, deep], b: {} })?.path).toEqual(['a', 1])
  expect(schema.fault({ a: [], b: {}, c: deep })?.message).toMatch(/unknown field "c"/)
})
