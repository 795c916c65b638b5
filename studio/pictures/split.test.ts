/** The split is stratified, a function of seed and contents, and does not move when images come or go. */

import { expect, test } from 'vitest'
import { type Ranked, splitOf } from './split.ts'

const image = (classId: number, key: string): Ranked => ({ classId, part: undefined, key })
const many = [...Array(200).keys()].map((i) => image(i % 2, `${i}`))
const settings = { testFraction: 0.2, seed: 3 }
const tests = (images: readonly Ranked[], seed = 3) => {
  const parts = splitOf(images, { testFraction: 0.2, seed })
  return new Set(images.flatMap(({ key }, i) => (parts[i] === 'test' ? [key] : [])))
}

test('the same part of each class', () => {
  const parts = splitOf(many, settings)
  for (const classId of [0, 1])
    expect(many.filter((each, i) => each.classId === classId && parts[i] === 'test')).toHaveLength(20)
})

test('the order does not matter, and the seed does', () => {
  expect(tests([...many].reverse())).toEqual(tests(many))
  expect(tests(many, 4)).not.toEqual(tests(many))
})

test('an image that is added or removed moves one image at most', () => {
  const before = tests(many)
  for (const after of [tests([...many, image(0, 'new')]), tests(many.slice(1))])
    expect([...after].filter((key) => !before.has(key)).length).toBeLessThanOrEqual(1)
})

test('copies are on one side', () => {
  const copied = many.flatMap((each) => [each, each])
  const parts = splitOf(copied, settings)
  for (let i = 0; i < copied.length; i += 2) expect(parts[i]).toBe(parts[i + 1])
})

test('each class keeps an image for training', () => {
  expect(splitOf([image(0, 'a')], settings)).toEqual(['train'])
  expect(splitOf([image(0, 'a'), image(0, 'a')], settings)).toEqual(['train', 'train'])
  expect([...splitOf([image(0, 'a'), image(0, 'b')], settings)].sort()).toEqual(['test', 'train'])
})

test('folders of splits decide', () => {
  const given: Ranked[] = [{ classId: 0, part: 'test', key: 'a' }, image(0, 'b'), image(0, 'c')]
  expect(splitOf(given, { testFraction: 0.5, seed: 0 })).toEqual(['test', 'train', 'train'])
})
