/** Every example is a network that the Studio can show. */

import { expect, test } from 'vitest'
import { hashOf, linkedOf } from '../state/link.ts'
import { usual } from '../state/usual.ts'
import { examples } from './examples.ts'
import { designOf, planOf } from './facts.ts'

test.each(examples)('$name', ({ text, pinned, settings, layer }) => {
  const network = text ?? usual.text
  const { facts } = designOf(network)
  if (layer !== undefined) expect(facts.layers.map((each) => each.name)).toContain(layer)
  const linked = { ...usual, ...settings, text: network }
  expect(linkedOf(hashOf(linked), usual)).toEqual(linked)
  if (pinned !== undefined) {
    const before = designOf(pinned).facts
    const field = (layers: typeof facts.layers) => layers.find(({ type }) => type === 'pool')?.field.size
    // The same sight, and fewer weights between the same ends.
    expect(field(facts.layers)).toEqual(field(before.layers))
    expect(facts.totals.parameters).toBeLessThan(before.totals.parameters)
  }
})

test('too large is too large', () => {
  const { text = '', settings } = examples.find((each) => each.name === 'memory') ?? {}
  const { batch, memory, optimizer } = { ...usual, ...settings }
  expect(planOf(designOf(text).network, { text, batch, memory, optimizer }).arenaBytes).toBeGreaterThan(memory)
})
