// Work grows with the network, not with its square: operations are counted for n and 2n layers, so no clock is read.

import { describe, expect, it, vi } from 'vitest'
import { networkFromJson } from '../network/json.ts'
import type { Network } from '../network/network.ts'
import { parse, print } from '../notation/index.ts'
import { plan } from './index.ts'

/** Every addition reads the output of one layer, so that one has as many gradients as there are additions. */
function skips(count: number): Network {
  const { nodes, ...rest } = parse('INPUT 2x2x1 -> CONV1-1 -> ADD(ID | TANH) -> FC-2')
  const [input, conv, , add, fc] = nodes
  const sums = Array.from({ length: count }, (_, i) => ({ ...add, name: `x${i + 1}`, inputs: [`x${i}`, 'x0'] }))
  const first = { ...conv, name: 'x0' }
  return networkFromJson({ ...rest, nodes: [input, first, ...sums, { ...fc, inputs: [`x${count}`] }] })
}

const chain = (count: number) => parse(`INPUT 2x2x1 -> [CONV1-1 -> BN -> RELU]*${count} -> FC-2`)

/** How often sets and maps are asked while `work` runs. */
function lookUps(work: () => unknown): number {
  const spies = [
    vi.spyOn(Set.prototype, 'has'),
    vi.spyOn(Map.prototype, 'get'),
    vi.spyOn(Map.prototype, 'has'),
    vi.spyOn(Array.prototype, 'includes'),
    vi.spyOn(Array.prototype, 'indexOf'),
  ]
  try {
    work()
    return spies.reduce((sum, { mock }) => sum + mock.calls.length, 0)
  } finally {
    for (const spy of spies) spy.mockRestore()
  }
}

describe('twice the layers ask at most twice as often', () => {
  it.each<[string, (count: number) => Network, (network: Network) => unknown]>([
    ['a plan of scores', chain, (network) => plan(network)],
    ['a plan of a training', chain, (network) => plan(network, { mode: 'training', optimizer: 'adam' })],
    ['a training of one layer that all others read', skips, (network) => plan(network, { mode: 'training' })],
    ['printing', chain, print],
    ['parsing', chain, (network) => parse(print(network))],
  ])('%s', (_, make, work) => {
    const [few, many] = [make(150), make(300)]
    const [once, twice] = [lookUps(() => work(few)), lookUps(() => work(many))]
    expect(once).toBeGreaterThan(150)
    // A little more: a chain of steps that share memory is looked through in a tree.
    expect(twice / once).toBeLessThan(2.2)
  })
})
