// docs/layers.md says something of every part of every word.

import { expect, it } from 'vitest'
import { readLayerDocs } from '../scripts/layers-page.ts'
import { layers } from '../src/layers/layers.ts'

it('says the default of each option and key, and what a number means', async () => {
  const docs = await readLayerDocs()
  for (const { type, notation } of Object.values(layers)) {
    const { options = {}, values = {}, number } = notation.form
    const entry = docs.get(type)
    const keys = [...Object.keys(options), ...Object.keys(values), ...(number === 'optional' ? ['number'] : [])]
    expect(Object.keys(entry?.defaults ?? {}).toSorted(), type).toEqual(keys.toSorted())
    expect(entry?.number !== undefined, type).toBe(number !== undefined)
  }
})

it('names the parameters and the cost of layers that have them', async () => {
  const docs = await readLayerDocs()
  for (const layer of Object.values(layers)) {
    const entry = docs.get(layer.type)
    expect(entry?.parameters !== undefined, layer.type).toBe(layer.parameters !== undefined)
    expect(entry?.macs !== undefined, layer.type).toBe(layer.macs !== undefined)
  }
})
