/** Settings of optimizers: what is filled in, what is refused, and which rule updates which parameter. */

import { describe, expect, it } from 'vitest'
import { ArgumentError } from '../../core/errors.ts'
import { scalarsSpec } from '../scalars.ts'
import { f32 } from '../specs.ts'
import type { ArraySpec, Emit, Op, Value } from '../types.ts'
import { optimizerNumberNames, optimizerNumbers } from './numbers.ts'
import { sgd } from './op.ts'
import { kindsWith, type OptimizerSettings, optimizerKinds, resolveOptimizer, resolveRow } from './optimizers.ts'
import type { OptimizerRow, ParameterFacts } from './rule.ts'
import { optimizers } from './table.ts'

const filters: ParameterFacts = { ...f32(3, 3, 2, 4), decays: true }
const bias: ParameterFacts = { ...f32(4), decays: false }

/** The arrays that an optimizer keeps for some filters. */
const statesOf = (settings: Parameters<typeof resolveOptimizer>[0]) =>
  resolveOptimizer(settings)
    .ruleFor(filters)
    .states.map(({ name }) => name)

it('has a type by kind: what a kind does not have does not compile', () => {
  const settings: OptimizerSettings[] = [
    { kind: 'adam', rate: 1e-3, beta1: 0.9 },
    { kind: 'momentum', momentum: 0.9, weightDecay: 1e-4 },
    { kind: 'sgd' },
    // @ts-expect-error adam has no momentum
    { kind: 'adam', momentum: 0.9 },
    // @ts-expect-error no optimizer has a learningRate
    { kind: 'sgd', learningRate: 1 },
    // @ts-expect-error no such kind
    { kind: 'adamax' },
  ]
  for (const each of settings.slice(0, 3)) expect(resolveOptimizer(each).kind).toBe(each.kind)
  for (const each of settings.slice(3)) expect(() => resolveOptimizer(each)).toThrow(ArgumentError)
})

it('names the number that was meant', () => {
  const given = { kind: 'adam', learningRate: 1 } as unknown as OptimizerSettings
  expect(() => resolveOptimizer(given)).toThrow(/no learningRate[\s\S]*try: rate/)
})

describe('optimizer settings', () => {
  it('fill in the defaults', () => {
    expect(resolveOptimizer('momentum').settings).toEqual({
      kind: 'momentum',
      rate: 0.01,
      momentum: 0.9,
      weightDecay: 0,
    })
    expect(resolveOptimizer({ kind: 'adamw', rate: 3e-4 }).describe()).toBe(
      'adamw, rate 0.0003, beta1 0.9, beta2 0.999, epsilon 1e-8, weightDecay 0.01',
    )
    const { settings } = resolveOptimizer({ kind: 'rmsprop', momentum: 0.5 })
    expect(resolveOptimizer(settings).settings).toEqual(settings)
  })

  it('say which states a parameter carries', () => {
    expect(statesOf('sgd')).toEqual([])
    expect(statesOf('nesterov')).toEqual(['velocity'])
    expect(statesOf({ kind: 'momentum', momentum: 0 })).toEqual([])
    expect(statesOf({ kind: 'rmsprop', momentum: 0.9 })).toEqual(['squares', 'velocity'])
    expect(statesOf('adam')).toEqual(['mean', 'squares'])
    const { shape } = filters
    expect(resolveOptimizer('adagrad').ruleFor(filters).states).toEqual([{ name: 'squares', shape, dtype: 'f32' }])
  })

  it.each([
    [{ kind: 'adams' }, /no such optimizer[\s\S]*"adams"[\s\S]*sgd, momentum, nesterov, adagrad, rmsprop, adam, adamw/],
    [{ kind: 'toString' }, /no such optimizer/],
    [{}, /no such optimizer[\s\S]*undefined/],
    [{ kind: 'sgd', momentum: 0.9 }, /sgd has no momentum[\s\S]*momentum or nesterov or rmsprop/],
    [{ kind: 'sgd', toString: 1 }, /sgd has no toString[\s\S]*try: leave toString out$/],
    [{ kind: 'adam', beta: 0.9 }, /adam has no beta[\s\S]*rate, beta1, beta2/],
    [{ kind: 'adam', rate: Number.NaN }, /rate[\s\S]*NaN[\s\S]*a number ≥ 0/],
    [{ kind: 'adam', rate: '0.1' }, /received: rate: "0\.1"/],
    [{ kind: 'momentum', momentum: 1 }, /momentum is invalid[\s\S]*\[0, 1\)/],
    [{ kind: 'adam', epsilon: 0 }, /epsilon[\s\S]*a number > 0/],
    [{ kind: 'adamw', weightDecay: -1 }, /weightDecay: -1/],
  ])('are refused with a reason: %j', (settings, message) => {
    expect(() => resolveOptimizer(settings as OptimizerSettings)).toThrow(message)
    expect(() => resolveOptimizer(settings as OptimizerSettings)).toThrow(
      expect.objectContaining({ name: 'ArgumentError' }),
    )
  })
})

describe('the table of numbers', () => {
  it('has every number of every optimizer, whose default is valid, and no other', () => {
    const used = optimizerKinds.flatMap((kind) => Object.keys(optimizers[kind].defaults))
    expect([...new Set(used)].sort()).toEqual([...optimizerNumberNames].sort())
    for (const kind of optimizerKinds) expect(() => resolveOptimizer(kind)).not.toThrow()
    for (const kind of optimizerKinds)
      for (const [name, value] of Object.entries(optimizers[kind].defaults))
        expect(optimizerNumbers[name as keyof typeof optimizerNumbers].allows(value), `${kind} ${name}`).toBe(true)
  })

  it('tells which optimizers have a number', () => {
    expect(kindsWith('beta1')).toEqual(['adam', 'adamw'])
    expect(kindsWith('rate')).toEqual(optimizerKinds)
    expect(kindsWith('constructor')).toEqual([])
  })
})

describe('bias corrections', () => {
  const corrections = (beta: number, step: number) =>
    resolveOptimizer({ kind: 'adam', beta1: beta, beta2: beta }).scalars(step)

  it('are products of βs, in this order of multiplications', () => {
    const b = 0.999
    const [b2, b4] = [b * b, b * b * (b * b)]
    const powers = [b, b2, b * b2, b4, b * b4, b2 * b4, b * b2 * b4]
    powers.forEach((power, i) => {
      expect(corrections(b, i + 1)).toEqual({ biasCorrection1: 1 - power, biasCorrection2: 1 - power })
    })
    expect(corrections(0.5, 20).biasCorrection1).toBe(1 - 2 ** -20)
    expect(corrections(0, 1).biasCorrection1).toBe(1)
  })

  it.each([0.9, 0.999, 0.9999])('of %d are right to rounding', (beta) => {
    for (const step of [10, 1000, 12_345, 1_000_003]) {
      const power = Math.exp(step * Math.log(beta))
      // Each product, and each factor of it, loses half a unit in the last place; exp and log lose one each, the log's times step.
      const slack = (step + 2 + 2 * Math.abs(step * Math.log(beta))) * 2 ** -52 * power + 2 ** -53
      expect(Math.abs((corrections(beta, step).biasCorrection1 as number) - (1 - power))).toBeLessThanOrEqual(slack)
    }
  })
})

/** A made-up optimizer of filters: a row of means for each filter, and two steps, the second of which reads the first's output. */
const ofFilters: OptimizerRow<'rate' | 'weightDecay' | 'beta1' | 'beta2'> = {
  defaults: { rate: 0.02, weightDecay: 0.1, beta1: 0.8, beta2: 0.95 },
  states: (_, { shape }) => [{ name: 'rows', shape: [shape.at(-1) ?? 1, 7], dtype: 'f32' }],
  scalars: () => ({ biasCorrection2: 0.25 }),
  suits: ({ shape, decays }) => decays && shape.length === 4,
  otherwise: ({ weightDecay, beta1 }) => ({ kind: 'adamw', weightDecay, beta1 }),
  emit({ weightDecay }, { parameter, gradient, scalars, states }, { emit }) {
    const attributes = { weightDecay, momentum: 0, nesterov: false }
    const [direction] = emit(double, {}, [gradient], states)
    if (direction !== undefined) emit(sgd, attributes, [direction, scalars], [parameter])
  },
}
const double: Op<object> = {
  ...(sgd as unknown as Op<object>),
  kind: 'double',
  outputs: (_, inputs) => inputs.slice(0, 1),
}

describe('an optimizer for some parameters', () => {
  const optimizer = resolveRow('sgd', ofFilters as unknown as OptimizerRow<never>, { rate: 0.5, beta1: 0.7 })

  /** What a parameter's rule emits. */
  function emitted(parameter: ParameterFacts) {
    const rule = optimizer.ruleFor(parameter)
    const steps: { kind: string; attributes: object; inputs: number[]; updates: number[] }[] = []
    let id = 0
    const value = ({ shape, dtype }: ArraySpec): Value => ({ shape, dtype, id: id++ })
    const emit: Emit = (op, attributes, inputs, updates = []) => {
      const ids = (values: readonly Value[]) => values.map((each) => each.id)
      steps.push({ kind: op.kind, attributes, inputs: ids(inputs), updates: ids(updates) })
      return op.outputs(attributes, inputs).map(value)
    }
    const [of, gradient, scalars] = [value(parameter), value(parameter), value(scalarsSpec)]
    const view = (same: Value) => same
    const given = { parameter: of, gradient, scalars, states: rule.states.map(value), decay: parameter.decays }
    rule.emit(given, { emit, view })
    return { states: rule.states, steps }
  }

  it('updates those with its own rule: states of its own shape, several steps', () => {
    const { states, steps } = emitted(filters)
    expect(states).toEqual([{ name: 'rows', shape: [4, 7], dtype: 'f32' }])
    expect(steps).toEqual([
      { kind: 'double', attributes: {}, inputs: [1], updates: [3] },
      {
        kind: 'optimizer.sgd',
        attributes: { weightDecay: 0.1, momentum: 0, nesterov: false },
        inputs: [4, 2],
        updates: [0],
      },
    ])
  })

  it('leaves the others to another optimizer, with numbers that follow from its own', () => {
    const { states, steps } = emitted(bias)
    expect(states.map(({ name, shape }) => [name, shape])).toEqual([
      ['mean', [4]],
      ['squares', [4]],
    ])
    const attributes = { weightDecay: 0, beta1: 0.7, beta2: 0.999, epsilon: 1e-8, decoupled: true }
    expect(steps).toEqual([{ kind: 'optimizer.adam', attributes, inputs: [1, 2], updates: [0, 3, 4] }])
  })

  it('has scalars of its own, and the other one has its', () => {
    expect(optimizer.scalars(1)).toEqual({ biasCorrection2: 0.25 })
    expect(optimizer.others?.scalars(1)).toEqual({ biasCorrection1: 1 - 0.7, biasCorrection2: 1 - 0.999 })
    expect(optimizer.of(filters)).toBe(optimizer)
    expect(optimizer.of(bias)).toBe(optimizer.others)
    expect(optimizer.settings).toEqual({ kind: 'sgd', rate: 0.5, weightDecay: 0.1, beta1: 0.7, beta2: 0.95 })
  })

  it('is refused with settings that the other one cannot have', () => {
    const wrong = { ...ofFilters, otherwise: () => ({ kind: 'sgd', beta1: 0.5 }) }
    expect(() => resolveRow('sgd', wrong as unknown as OptimizerRow<never>, {})).toThrow(/sgd has no beta1/)
  })
})
