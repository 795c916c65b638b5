/** The page's list of words is the library's. */

import { layers, words } from 'lenslet/layers'
import { expect, test } from 'vitest'
import { layerWords } from './layerWords.ts'

test('every layer has the word and the example that the library gives it', () => {
  const expected = Object.values(layers).map(({ type, notation: { word, form } }) => [
    type,
    { word, ...(form.example !== undefined && { example: form.example }) },
  ])
  expect(layerWords).toEqual(Object.fromEntries(expected))
  expect(new Set(Object.values(layerWords).map(({ word }) => word))).toEqual(new Set(words))
})
