import { expect, it } from 'vitest'
import { ArgumentError } from './errors.ts'
import { checkOptions, printKind } from './options.ts'

interface Options {
  readonly epochs?: number
  readonly batch?: number
}
const names = { epochs: true, batch: true } as const

it('lets known names pass, whatever their values, and undefined ones', () => {
  expect(() => checkOptions<Options>('train', { epochs: 'many', other: undefined }, names)).not.toThrow()
})

it.each([
  ['a name that is close', { epoch: 3 }, 'epochs'],
  ['a name from elsewhere', { batchSize: 3 }, 'batch'],
  ['a name like no other', { color: 3 }, undefined],
  ['a name that all objects have', { toString: 3 }, undefined],
])('refuses %s', (_, given, advice) => {
  const check = () => checkOptions<Options>('train', given, names, { batchSize: 'batch' })
  expect(check).toThrow(ArgumentError)
  expect(check).toThrow(expect.objectContaining({ expected: 'epochs, batch', advice }))
})

it.each([[null], [3], ['epochs'], [[1]]])('refuses options that are no object: %s', (given) => {
  expect(() => checkOptions<Options>('train', given, names)).toThrow(/the options of train must be an object/)
})

it.each<[unknown, string]>([
  [undefined, 'undefined'],
  [null, 'null'],
  ['INPUT 4x4x1', 'the string "INPUT 4x4x1"'],
  [[1, 2], 'a list of 2 values'],
  [new Uint8Array(3), 'a Uint8Array of 3 values'],
  [new Map(), 'a Map'],
  [{ a: 1, b: 2 }, 'an object with a, b'],
  [Object.create(null), 'an empty object'],
])('prints %j in words', (value, text) => {
  expect(printKind(value)).toBe(text)
})
