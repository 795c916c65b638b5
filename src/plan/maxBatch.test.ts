/** The largest batch that fits: exactly, at the byte, and for every goal. */

import { describe, expect, it } from 'vitest'
import { parse } from '../notation/parse.ts'
import { zoo } from '../zoo/zoo.ts'
import { maxBatch, type PlanOptions, plan } from './index.ts'

const network = parse('INPUT 12x12x3 -> CONV3-8 -> BN -> RELU -> POOL2 -> CONV3-16 -> RELU -> GAP -> FC-5')
const training = { mode: 'training', optimizer: 'adam' } as const

describe('the largest batch', () => {
  it.each([
    ['scores', {}],
    ['training', training],
    ['training, exact, 3 threads', { ...training, exact: true, threads: 3 }],
    ['gradients', { mode: 'gradients' }],
    ['frozen', { ...training, frozen: ['conv1', 'bn1'] }],
  ] as [string, PlanOptions][])('%s: fits, and one more does not', (_name, options) => {
    for (const bytes of [300_000, 1_000_000, 4_567_890]) {
      const batch = maxBatch(network, bytes, options)
      expect(batch).toBeGreaterThan(0)
      expect(plan(network, { ...options, batch }).arenaBytes).toBeLessThanOrEqual(bytes)
      expect(plan(network, { ...options, batch: batch + 1 }).arenaBytes).toBeGreaterThan(bytes)
    }
  })

  it('takes a memory of exactly the arena, and not of a byte less', () => {
    for (const batch of [1, 2, 7, 64]) {
      const { arenaBytes } = plan(network, { ...training, batch })
      expect(maxBatch(network, arenaBytes, training)).toBeGreaterThanOrEqual(batch)
      expect(maxBatch(network, arenaBytes - 1, training)).toBeLessThan(batch)
    }
  })

  it('is 0 where not even one picture fits', () => {
    expect(maxBatch(network, 4096, training)).toBe(0)
  })

  it('is at least 2 where one picture has too little to normalize', () => {
    const single = parse('INPUT 4x4x1 -> FC-8 -> BN -> RELU -> FC-2')
    expect(() => plan(single, { ...training, batch: 1 })).toThrow(/no variance.*--batch 2/s)
    expect(plan(single, training).batch).toBe(2)
    expect(plan(single).batch).toBe(1)
    expect(maxBatch(single, 1_000_000, training)).toBeGreaterThan(2)
  })

  it('ends at 2²⁰ pictures, which no network is made for', () => {
    expect(maxBatch(parse('INPUT 1x1x1 -> FC-1'), 2 ** 40)).toBe(2 ** 20)
  })

  it('of a network of the zoo', () => {
    const vgg = zoo.network('vgg16')
    const batch = maxBatch(vgg, 4e9, training)
    expect(plan(vgg, { ...training, batch }).arenaBytes).toBeLessThanOrEqual(4e9)
    expect(plan(vgg, { ...training, batch: batch + 1 }).arenaBytes).toBeGreaterThan(4e9)
  })
})
