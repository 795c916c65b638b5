/** Whatever is clicked gives a network, on maps of any depth, unless sizes of the map itself forbid it. */

import { layers } from 'lenslet/layers'
import { parse } from 'lenslet/notation'
import { expect, test } from 'vitest'
import { added } from './edit.ts'
import { paletteFor } from './palette.ts'

const kinds = paletteFor({ height: 8, width: 8, channels: 12 }, 5)
const entries = kinds.flatMap((kind) => kind.entries)

test('every layer is there once', () => {
  expect(entries.map(({ word }) => word).toSorted()).toEqual(
    Object.values(layers)
      .filter(({ type }) => type !== 'input')
      .map(({ notation }) => notation.word)
      .toSorted(),
  )
})

test.each(entries.filter(({ word }) => word !== 'LOSS'))('$word fits', ({ text }) => {
  const network = 'INPUT 8x8x12 -> RELU -> FC-5 -> SOFTMAX'
  const change = added(network, network.indexOf('RELU'), text)
  const changed = network.slice(0, change?.span[0]) + change?.insert + network.slice(change?.span[1])
  expect(() => parse(changed)).not.toThrow()
})
