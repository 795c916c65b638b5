/** Update rules: kernels against the reference, and whole runs against PyTorch's algorithms, written down a second time. */

import { describe, expect, it } from 'vitest'
import { Random } from '../../core/index.ts'
import type { OpCase } from '../cases.ts'
import { SCALAR_COUNT, type ScalarName, scalarSlots, scalarsSpec } from '../scalars.ts'
import { type CaseArrays, type CaseResults, drawArrays, runReference } from '../testing/arrays.ts'
import { runWasm, testedModules, type WasmResults } from '../testing/harness.ts'
import { testCases } from '../testing/suite.ts'
import type { Emit, Value } from '../types.ts'
import { cases } from './cases.ts'
import { type OptimizerSettings, resolveOptimizer } from './optimizers.ts'

testCases(cases)

/** One value's update at step t = 1, 2, …: PyTorch's documentation, line by line, for one parameter. */
type Recurrence = (p: number, g: number, t: number) => number

/** torch.optim.SGD */
function torchSgd(lr: number, momentum: number, weightDecay: number, nesterov: boolean): Recurrence {
  let buffer: number | undefined
  return (p, gradient) => {
    let g = gradient
    if (weightDecay !== 0) g = g + weightDecay * p
    if (momentum !== 0) {
      buffer = buffer === undefined ? g : momentum * buffer + g
      g = nesterov ? g + momentum * buffer : buffer
    }
    return p - lr * g
  }
}

/** torch.optim.Adagrad */
function torchAdagrad(lr: number, eps: number, weightDecay: number): Recurrence {
  let stateSum = 0
  return (p, gradient) => {
    const g = gradient + weightDecay * p
    stateSum += g ** 2
    return p - (lr * g) / (Math.sqrt(stateSum) + eps)
  }
}

/** torch.optim.RMSprop */
function torchRmsprop(lr: number, alpha: number, eps: number, momentum: number, weightDecay: number): Recurrence {
  let squareAverage = 0
  let buffer = 0
  return (p, gradient) => {
    const g = gradient + weightDecay * p
    squareAverage = alpha * squareAverage + (1 - alpha) * g ** 2
    const average = Math.sqrt(squareAverage) + eps
    if (momentum === 0) return p - (lr * g) / average
    buffer = momentum * buffer + g / average
    return p - lr * buffer
  }
}

/** torch.optim.Adam and torch.optim.AdamW */
function torchAdam(lr: number, betas: [number, number], eps: number, weightDecay: number, w: boolean): Recurrence {
  let m = 0
  let v = 0
  return (parameter, gradient, t) => {
    const p = w ? parameter - lr * weightDecay * parameter : parameter
    const g = w ? gradient : gradient + weightDecay * p
    m = betas[0] * m + (1 - betas[0]) * g
    v = betas[1] * v + (1 - betas[1]) * g ** 2
    const stepSize = lr / (1 - betas[0] ** t)
    const denominator = Math.sqrt(v) / Math.sqrt(1 - betas[1] ** t) + eps
    return p - stepSize * (m / denominator)
  }
}

const runs: readonly (readonly [settings: OptimizerSettings, torch: () => Recurrence])[] = [
  [{ kind: 'sgd' }, () => torchSgd(0.01, 0, 0, false)],
  [{ kind: 'sgd', rate: 0.1, weightDecay: 0.02 }, () => torchSgd(0.1, 0, 0.02, false)],
  [{ kind: 'momentum' }, () => torchSgd(0.01, 0.9, 0, false)],
  [{ kind: 'momentum', momentum: 0 }, () => torchSgd(0.01, 0, 0, false)],
  [{ kind: 'momentum', momentum: 0.5, rate: 0.1, weightDecay: 0.02 }, () => torchSgd(0.1, 0.5, 0.02, false)],
  [{ kind: 'nesterov', rate: 0.1, weightDecay: 0.02 }, () => torchSgd(0.1, 0.9, 0.02, true)],
  [{ kind: 'adagrad' }, () => torchAdagrad(0.01, 1e-10, 0)],
  [{ kind: 'adagrad', epsilon: 0.1, weightDecay: 0.02 }, () => torchAdagrad(0.01, 0.1, 0.02)],
  [{ kind: 'rmsprop' }, () => torchRmsprop(0.01, 0.99, 1e-8, 0, 0)],
  [
    { kind: 'rmsprop', smoothing: 0.8, epsilon: 0.01, momentum: 0.7, weightDecay: 0.02 },
    () => torchRmsprop(0.01, 0.8, 0.01, 0.7, 0.02),
  ],
  [{ kind: 'adam' }, () => torchAdam(1e-3, [0.9, 0.999], 1e-8, 0, false)],
  [
    { kind: 'adam', rate: 0.01, beta1: 0.8, beta2: 0.9, epsilon: 0.01, weightDecay: 0.02 },
    () => torchAdam(0.01, [0.8, 0.9], 0.01, 0.02, false),
  ],
  [{ kind: 'adamw' }, () => torchAdam(1e-3, [0.9, 0.999], 1e-8, 0.01, true)],
  [{ kind: 'adamw', rate: 0.01, weightDecay: 0.3 }, () => torchAdam(0.01, [0.9, 0.999], 1e-8, 0.3, true)],
]

const count = 23
const steps = 7

/** Parameter and gradients of a run, from values away from 0 that float32 holds. */
function draw(seed: number): { readonly start: Float64Array; gradientAt(step: number): Float64Array } {
  const array = (...name: (string | number)[]) => {
    const random = Random.seeded(seed, ...name)
    return Float64Array.from({ length: count }, () => Math.fround(Math.sign(random.normal()) * (0.5 + random.next())))
  }
  return { start: array('start'), gradientAt: (step) => array('gradient', step) }
}

/** Lets an optimizer run as plan and host would: its step emitted once, scalars written before each step. */
function train(
  settings: OptimizerSettings,
  run: (row: OpCase, arrays: CaseArrays) => CaseResults | WasmResults,
  { decay = true, gradientScale = 1 } = {},
): Float64Array {
  const optimizer = resolveOptimizer(settings)
  const { start, gradientAt } = draw(5)
  let updates = [start, ...optimizer.states.map(() => new Float64Array(count))]
  const value = (shape: readonly number[], id: number): Value => ({ shape, dtype: 'f32', id })
  for (let t = 1; t <= steps; t++) {
    const scalars = new Float64Array(SCALAR_COUNT)
    const written = { learningRate: optimizer.settings.rate, gradientScale, ...optimizer.scalars(t) }
    for (const [name, number] of Object.entries(written)) scalars[scalarSlots[name as ScalarName]] = number
    const emit: Emit = (op, attributes, inputs, updated = []) => {
      const row: OpCase = { name: 'step', op, attributes, inputs, updates: updated, terms: 1 } as unknown as OpCase
      updates = run(row, { inputs: [gradientAt(t), scalars], updates }).updates.map((array) => Float64Array.from(array))
      return []
    }
    optimizer.emit(
      {
        parameter: value([count], 0),
        gradient: value([count], 1),
        scalars: value(scalarsSpec.shape, 2),
        states: optimizer.states.map((_, i) => value([count], 3 + i)),
        decay,
      },
      emit,
    )
  }
  return updates[0] as Float64Array
}

function expected(torch: () => Recurrence, gradientScale = 1): number[] {
  const { start, gradientAt } = draw(5)
  const gradients = Array.from({ length: steps }, (_, i) => gradientAt(i + 1))
  return [...start].map((first, i) => {
    const next = torch()
    return gradients.reduce((p, gradient, t) => next(p, gradientScale * (gradient[i] as number), t + 1), first)
  })
}

function greatestDifference(a: ArrayLike<number>, b: readonly number[]): number {
  return Math.max(...b.map((value, i) => Math.abs(value - (a[i] as number))))
}

describe('seven steps are those of PyTorch', () => {
  const titled = runs.map(([settings, torch]) => [resolveOptimizer(settings).describe(), settings, torch] as const)
  it.each(titled)('in float64: %s', (_, settings, torch) => {
    expect(greatestDifference(train(settings, runReference), expected(torch))).toBeLessThan(1e-13)
  })
  for (const module of testedModules) {
    it.each(titled)(`on ${module}: %s`, (_, settings, torch) => {
      const trained = train(settings, (row, arrays) => runWasm(row, arrays, { module }))
      // Some eight roundings a step, of values up to 2.
      expect(greatestDifference(trained, expected(torch))).toBeLessThan(steps * 8 * 2 ** -23)
    })
  }
})

it('scales the gradient, but not the weight decay', () => {
  for (const [settings, torch] of runs) {
    const trained = train(settings, runReference, { gradientScale: 0.25 })
    expect(greatestDifference(trained, expected(torch, 0.25))).toBeLessThan(1e-13)
  }
})

it('lets biases be without decay', () => {
  for (const kind of ['momentum', 'adam', 'adamw'] as const) {
    const without = train({ kind, weightDecay: 0.5 }, runReference, { decay: false })
    expect(without).toEqual(train({ kind, weightDecay: 0 }, runReference))
    expect(without).not.toEqual(train({ kind, weightDecay: 0.5 }, runReference))
  }
})

it('gives the same bits with relaxed SIMD and without', () => {
  for (const row of cases) {
    const arrays = drawArrays(row, 2)
    const [relaxed, plain] = testedModules.map((module) => runWasm(row, arrays, { module }))
    expect(relaxed).toEqual(plain)
  }
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

  it('say which state a parameter carries', () => {
    expect(resolveOptimizer('sgd').states).toEqual([])
    expect(resolveOptimizer('nesterov').states).toEqual(['velocity'])
    expect(resolveOptimizer({ kind: 'momentum', momentum: 0 }).states).toEqual([])
    expect(resolveOptimizer({ kind: 'rmsprop', momentum: 0.9 }).states).toEqual(['squares', 'velocity'])
    expect(resolveOptimizer('adam').states).toEqual(['mean', 'squares'])
  })

  it.each([
    [{ kind: 'adams' }, /no such optimizer[\s\S]*"adams"[\s\S]*sgd, momentum, nesterov, adagrad, rmsprop, adam, adamw/],
    [{ kind: 'toString' }, /no such optimizer/],
    [{}, /no such optimizer[\s\S]*undefined/],
    [{ kind: 'sgd', momentum: 0.9 }, /sgd has no momentum[\s\S]*momentum or nesterov or rmsprop/],
    [{ kind: 'adam', beta: 0.9 }, /adam has no beta[\s\S]*rate, beta1, beta2/],
    [{ kind: 'adam', rate: Number.NaN }, /rate[\s\S]*NaN[\s\S]*a number ≥ 0/],
    [{ kind: 'adam', rate: '0.1' }, /received: rate: 0\.1/],
    [{ kind: 'momentum', momentum: 1 }, /momentum[\s\S]*\[0, 1\)/],
    [{ kind: 'adam', epsilon: 0 }, /epsilon[\s\S]*a number > 0/],
    [{ kind: 'adamw', weightDecay: -1 }, /weightDecay: -1/],
  ])('are refused with a reason: %j', (settings, message) => {
    expect(() => resolveOptimizer(settings as OptimizerSettings)).toThrow(message)
    expect(() => resolveOptimizer(settings as OptimizerSettings)).toThrow(
      expect.objectContaining({ name: 'ArgumentError' }),
    )
  })
})
