// Networks of the zoo compute what PyTorch's do: equal outputs with weights by formula prove every branch, padding and order
// of channels. The largest networks have a separate script: `npm run formula`.

import { describe, expect, it } from 'vitest'
import { zoo } from '../src/zoo/zoo.ts'
import { literals } from './formula/literal.ts'
import { isNeeded, relativeError, rowsOf, scoresByFormula } from './formula/network.ts'
import { hasPublished, publishedNetworks, unmatched } from './formula/published.ts'

/** float32 engines stay below this on all of these networks. */
const tolerance = 1e-4

it.each(Object.entries(literals))('%s gives the published scores', async (name, { library, side, first, rms }) => {
  const theirs = zoo.entry(name).pytorch?.[library]
  if (theirs === undefined) throw new Error(`${name} has no names of ${library}`)
  const scores = await scoresByFormula(name, theirs, { input: [1, 3, side, side] })
  expect(relativeError(scores, first, rms)).toBeLessThan(tolerance)
})

describe.skipIf(!hasPublished)('all published networks (skipped where ../shared is absent)', () => {
  it('have a network in the zoo', () => {
    expect(unmatched).toEqual([])
  })

  it.each(publishedNetworks)('$name: $library has the same arrays', ({ name, theirs, published }) => {
    const keys = rowsOf(zoo.network(name), theirs.modules(), published.keys).map(({ key }) => key)
    expect(keys.toSorted()).toEqual(Object.keys(published.keys).filter(isNeeded).toSorted())
  })

  const small = publishedNetworks.filter(({ name }) => zoo.entry(name).macs < 5e9 && zoo.entry(name).parameters < 3e7)
  it.each(small)('$name gives the scores of $library', async ({ name, theirs, published }) => {
    const scores = await scoresByFormula(name, theirs, published)
    expect(relativeError(scores, published.logits)).toBeLessThan(tolerance)
  })
})
