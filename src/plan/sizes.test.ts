/** Runs of fewer pictures than the batch: which there are, and that each finds the plan's own filters and enough room. */

import { describe, expect, it } from 'vitest'
import { parse } from '../notation/parse.ts'
import { wasmKernels } from '../ops/wasm/kernels.ts'
import { zoo } from '../zoo/zoo.ts'
import { plan } from './plan.ts'
import { buffersOfSize, runsOf, sizesOf } from './sizes.ts'
import { bufferOf, stepSpec } from './step.ts'
import type { PlanBuffer, PlanStep } from './types.ts'

it('halves the batch at inference, down to one picture', () => {
  expect(sizesOf(32)).toEqual([32, 16, 8, 4, 2, 1])
  expect(sizesOf(11)).toEqual([11, 6, 3, 2, 1])
  expect(sizesOf(1)).toEqual([1])
  const small = parse('INPUT 4x4x1 -> FC-2')
  expect(plan(small, { batch: 6 }).sections).toMatchObject({ scores: { sizes: [6, 3, 2, 1] } })
  expect(plan(small, { batch: 6, mode: 'training' }).sections).toMatchObject({
    main: { sizes: [6] },
    scores: { sizes: [6, 3, 2, 1] },
  })
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
    expect(runsOf(count, sizesOf(32))).toEqual(runs)
  })

  it('have room for all, and waste at most a quarter of a run', () => {
    for (const batch of [1, 2, 3, 7, 11, 32, 100]) {
      for (let count = 1; count < 3 * batch; count++) {
        const runs = runsOf(count, sizesOf(batch))
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
    for (const size of sizesOf(batch)) {
      const buffers = buffersOfSize(whole, size)
      for (const step of whole.steps) {
        const kernel = wasmKernels[step.kind]
        const context = { exact: false, largest: batch }
        const { prepared = 0, shared = 0, perThread = 0 } = kernel.workspace?.(stepSpec(buffers, step), context) ?? {}
        const bytes = (id: number | undefined) => (id === undefined ? 0 : bufferOf(whole, id).bytes)
        expect(bytes(step.prepared)).toBe(Math.ceil(prepared / 4) * 4)
        expect(bytes(step.shared)).toBeGreaterThanOrEqual(shared)
        expect(whole.scratch.bytesPerThread).toBeGreaterThanOrEqual(perThread)
        expect(preparing(buffers, step, batch)).toEqual(preparing(whole.buffers, step, batch))
      }
    }
  })

  it('has the shapes of a plan that was made for the size', () => {
    const whole = plan(network, { batch: 6 })
    for (const size of sizesOf(6)) {
      const own = plan(network, { batch: size })
      const shapes = (buffers: readonly PlanBuffer[]) =>
        buffers.filter(({ role }) => role !== 'workspace').map(({ name, shape, bytes }) => ({ name, shape, bytes }))
      expect(shapes(buffersOfSize(whole, size))).toEqual(shapes(own.buffers))
    }
  })
})

function preparing(buffers: readonly PlanBuffer[], step: PlanStep, largest: number) {
  const address = (id: number | undefined) => (id === undefined ? 0 : (buffers[id] as PlanBuffer).offset)
  const at = {
    inputs: step.inputs.map(address),
    outputs: step.outputs.map(address),
    updates: step.updates.map(address),
    prepared: address(step.prepared),
    shared: address(step.shared),
  }
  return wasmKernels[step.kind].calls(stepSpec(buffers, step), at, { exact: false, largest }).prepare
}
