import { expect, it } from 'vitest'
import { parse } from '../../notation/parse.ts'
import { plan } from '../../plan/plan.ts'
import { sectionsOf } from '../../plan/step.ts'
import type { PlanOptions } from '../../plan/types.ts'
import { zoo } from '../../zoo/zoo.ts'
import { estimateStep } from './estimate.ts'
import { scheduleOf } from './schedule.ts'

/** Milliseconds of the calls that prepare filters, and of a whole run. */
function estimateOf(network: string, options: PlanOptions = {}) {
  const of = plan(zoo.has(network) ? zoo.network(network) : parse(network), options)
  const { calls, prepare, range } = scheduleOf(of)
  const sum = ({ from, to }: { from: number; to: number }) =>
    calls.slice(from, to).reduce((total, { nanoseconds }) => total + nanoseconds, 0) / 1e6
  const [[name, { from, to }] = ['main', { from: 0, to: 0 }] as const] = sectionsOf(of)
  return { prepare: sum(prepare(name)), run: sum(range(name, from, to, of.batch)) }
}

// Least times of the wide and of the relaxed kernels, one thread of a Zen 4 processor, in milliseconds.
it.each([
  ['lenet5', {}, 0.036, 0.044],
  ['cifar-small', {}, 0.11, 0.18],
  ['resnet20', {}, 0.45, 0.73],
  ['mobilenet-v2', {}, 8.2, 14.2],
  ['resnet18', {}, 23.5, 40.9],
  ['lenet5', { mode: 'training', batch: 8, optimizer: 'momentum' }, 0.4, 0.54],
  ['resnet20', { mode: 'training', batch: 2, optimizer: 'momentum' }, 3.6, 5.5],
] as const)('%s %o is estimated to within a factor of two', (network, options, wide, relaxed) => {
  const { run } = estimateOf(network, options)
  expect(run).toBeGreaterThan(relaxed / 2)
  expect(run).toBeLessThan(wide * 2)
})

it('grows with the pictures, and counts filters prepared once by themselves', () => {
  const one = estimateOf('resnet20')
  const four = estimateOf('resnet20', { batch: 4 })
  expect(four.run / one.run).toBeGreaterThan(3)
  expect(four.prepare).toBe(one.prepare)
  expect(one.prepare).toBeGreaterThan(0.1)
  expect(estimateOf('resnet20', { mode: 'gradients' }).prepare).toBe(0)
})

it('is dealt out to the calls of a step, none of it lost', () => {
  const of = plan(parse('INPUT 20x20x16 -> CONV3-32 -> BN -> RELU -> FC-10'), {
    batch: 3,
    goal: { kind: 'training', scores: false },
  })
  const { calls, stepOf } = scheduleOf(of)
  const sums = of.steps.map(() => 0)
  calls.forEach(({ nanoseconds }, call) => {
    sums[stepOf(call)] = (sums[stepOf(call)] as number) + nanoseconds
  })
  expect(calls.length).toBeGreaterThan(of.steps.length)
  expect(sums).toEqual(
    of.steps.map((step) => {
      const { prepare, run } = estimateStep(of.buffers, step)
      return expect.closeTo(prepare + run, 6)
    }),
  )
})
