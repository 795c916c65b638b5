/** The backward pass on its own: views, and rules that lead nowhere. */

import { afterEach, describe, expect, it } from 'vitest'
import { parse } from '../notation/parse.ts'
import { widen } from '../ops/channels/op.ts'
import { pointwise } from '../ops/pointwise/op.ts'
import { f32 } from '../ops/specs.ts'
import type { Value } from '../ops/types.ts'
import { backward } from './backward.ts'
import { Draft } from './draft.ts'
import { GradientError, plan } from './index.ts'

const { gradient: rule } = pointwise
afterEach(() => {
  Object.assign(pointwise, { gradient: rule })
})

describe('a gradient of a view', () => {
  it('begins in the shape that the op behind it gave', () => {
    const draft = new Draft(2)
    const pictures = draft.value('pictures', 'data', f32(2, 4, 4, 3), true)
    const emit = draft.emitter({ node: 'widen1', phase: 'forward', role: 'activation' })
    const [wide] = emit(widen, { before: 1, after: 1 }, [pictures]) as readonly [Value]
    const flat = draft.view(wide, [2, 1, 1, 80])
    const gradient = draft.value('flat.gradient', 'data', flat, true)
    const found = backward(draft, {
      steps: [...draft.steps],
      to: new Set([pictures.id]),
      from: { value: flat, gradient },
    })
    const [slice] = draft.steps.slice(1)
    expect(slice?.inputs[0]?.shape).toEqual([2, 4, 4, 5])
    expect(found.get(pictures.id)?.shape).toEqual([2, 4, 4, 3])
  })
})

describe('gradients to weights', () => {
  it('are refused where there is none', () => {
    const network = parse('INPUT 4x4x1 -> FC-2')
    expect(() => plan(network, { goal: { kind: 'gradients' }, frozen: ['fc1'] })).toThrow(/no weight to take them to/)
  })
})

describe('a weight that no gradient reaches', () => {
  const network = parse('INPUT 4x4x1 -> CONV3-2 -> TANH -> FC-2')

  it.each(['at once', 'together'] as const)('is refused by a training that updates %s', (update) => {
    const goal = { kind: 'training', update } as const
    expect(() => plan(network, { goal })).not.toThrow()
    // A rule that keeps its input's gradient to itself.
    Object.assign(pointwise, { gradient: () => {} })
    expect(() => plan(network, { goal })).toThrow(GradientError)
    expect(() => plan(network, { goal })).toThrow(/no gradient reaches conv1\.filters/)
    expect(() => plan(network, { goal, frozen: ['conv1'] })).not.toThrow()
  })
})
