/** Goals as a person writes them: what is filled in, and what is refused instead of being taken for something else. */

import { describe, expect, it } from 'vitest'
import { ArgumentError } from '../core/errors.ts'
import { type GoalOptions, resolveGoal } from './goal.ts'

describe('a goal', () => {
  it('is wholly filled in', () => {
    expect(resolveGoal({ goal: { kind: 'gradients' } })).toEqual({
      kind: 'gradients',
      of: { loss: { kind: 'cross-entropy', smoothing: 0 } },
      to: ['weights'],
      statistics: 'batch',
    })
    const training = resolveGoal({ goal: { kind: 'training', clipNorm: 1 } })
    expect(training).toMatchObject({ optimizer: { kind: 'sgd' }, decay: 'weights', update: 'together', scores: true })
    expect(resolveGoal({ mode: 'training', clipNorm: 1 })).toEqual(training)
  })

  it('takes a loss by its name, too', () => {
    const named = resolveGoal({ goal: { kind: 'gradients', of: { loss: 'cross-entropy' } } })
    expect(named).toEqual(resolveGoal({ goal: { kind: 'gradients' } }))
  })

  // What a page or a script without types may write.
  it.each<[string, unknown, RegExp]>([
    ['of another kind', { kind: 'inference' }, /no such goal/],
    ['with a word of another goal', { kind: 'scores', optimizer: 'adam' }, /scores has no optimizer/],
    ['with a misspelled word', { kind: 'training', optimiser: 'adam' }, /has no optimiser.*optimizer/s],
    ['with what is an option of the plan', { kind: 'gradients', taps: ['conv1'] }, /has no taps/],
    ['to nothing', { kind: 'gradients', to: [] }, /to what/],
    ['to a target outside a list', { kind: 'gradients', to: 'pictures' }, /to what.*"pictures"/s],
    ['to a target that there is not', { kind: 'gradients', to: ['picture'] }, /to what.*"picture"/s],
    ['by other statistics', { kind: 'gradients', statistics: 'running' }, /statistics.*batch or tracked/s],
    ['that clips and updates at once', { kind: 'training', clipNorm: 1, update: 'at once' }, /update.*together/s],
  ])('%s is refused', (_, goal, message) => {
    expect(() => resolveGoal({ goal: goal as GoalOptions })).toThrow(ArgumentError)
    expect(() => resolveGoal({ goal: goal as GoalOptions })).toThrow(message)
  })

  it('stands alone', () => {
    expect(() => resolveGoal({ goal: { kind: 'scores' }, mode: 'training' })).toThrow(/goal and mode/)
  })
})
