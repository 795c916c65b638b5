/** Runs of fewer pictures than the batch: which there are, and that each finds the plan's own filters and enough room. */

import { describe, expect, it } from 'vitest'
import { parse } from '../notation/index.ts'
import { ops } from '../ops/index.ts'
import { zoo } from '../zoo/index.ts'
import { plan } from './plan.ts'
import { planOfSize, runsOf, sizesOf } from './sizes.ts'
import { bufferOf, stepSpec } from './step.ts'
import type { Plan, PlanStep } from './types.ts'

it('halves the batch at inference, down to one picture', () => {
  expect(sizesOf(32, 'inference')).toEqual([32, 16, 8, 4, 2, 1])
  expect(sizesOf(11, 'inference')).toEqual([11, 6, 3, 2, 1])
  expect(sizesOf(1, 'inference')).toEqual([1])
  expect(sizesOf(32, 'training')).toEqual([32])
  expect(plan(parse('INPUT 4x4x1 -> FC-2'), { batch: 6 }).sizes).toEqual([6, 3, 2, 1])
})

describe('runs for any number of pictures', () => {
  it.each([
    [1, [1]],
    [3, [4]],
    [24, [32]],
    [20, [16, 4]],
    [23, [16, 8]],
    [31, [32]],
    [32, [32]],
    [33, [32, 1]],
    [85, [32, 32, 16, 4, 1]],
  ] as const)('%i of a model for 32', (count, runs) => {
    expect(runsOf(count, sizesOf(32, 'inference'))).toEqual(runs)
  })

  it('have room for all, and waste at most a quarter of a run', () => {
    for (const batch of [1, 2, 3, 7, 11, 32, 100]) {
      for (let count = 1; count < 3 * batch; count++) {
        const runs = runsOf(count, sizesOf(batch, 'inference'))
        const room = runs.reduce((sum, size) => sum + size, 0)
        expect(room).toBeGreaterThanOrEqual(count)
        expect(room - count).toBeLessThanOrEqual((runs.at(-1) as number) / 4)
      }
    }
  })
})

const networks = [
  ...zoo.names.map((name) => [name, zoo.network(name)] as const),
  // By another method, or with filters in another order, for one picture than for many.
  ['few tiles, many filters', parse('INPUT 7x7x512 -> CONV3-512 -> RELU -> CONV3-264 -> FC-70')] as const,
  [
    'depthwise, strided, grouped',
    parse('INPUT 50x50x24 -> CONV3-24 g24 -> CONV3-48 s2 g2 -> CONV5-40 -> FC-9'),
  ] as const,
]

describe.each(networks)('%s', (_name, network) => {
  it.each([2, 3, 32])('has room for fewer than %i, and filters prepared as they take them', (batch) => {
    const whole = plan(network, { batch })
    for (const size of whole.sizes) {
      const of = planOfSize(whole, size)
      expect(of.steps.map(({ kind }) => kind)).toEqual(whole.steps.map(({ kind }) => kind))
      of.steps.forEach((step, index) => {
        const { prepared = 0, shared = 0, perThread = 0 } = ops[step.kind].wasm.workspace?.(stepSpec(of, step)) ?? {}
        const bytes = (id: number | undefined) => (id === undefined ? 0 : bufferOf(whole, id).bytes)
        expect(bytes(step.prepared)).toBe(prepared)
        expect(bytes(step.shared)).toBeGreaterThanOrEqual(shared)
        expect(whole.scratch.bytesPerThread).toBeGreaterThanOrEqual(perThread)
        expect(preparing(of, step)).toEqual(preparing(whole, whole.steps[index] as PlanStep))
      })
    }
  })
})

function preparing(of: Plan, step: PlanStep) {
  const addresses = (ids: readonly number[]) => ids.map((id) => bufferOf(of, id).offset)
  const own = (id: number | undefined) => (id === undefined ? 0 : bufferOf(of, id).offset)
  const { inputs, outputs, updates } = step
  const at = { inputs: addresses(inputs), outputs: addresses(outputs), updates: addresses(updates) }
  return ops[step.kind].wasm.calls(stepSpec(of, step), {
    ...at,
    prepared: own(step.prepared),
    shared: own(step.shared),
  }).prepare
}
