/** Update rules: kernels against the reference, and whole runs against PyTorch's algorithms, written down a second time. */

import { describe, expect, it } from 'vitest'
import { Random } from '../../core/random.ts'
import type { OpCase } from '../cases.ts'
import { scalarSlots, scalarsSpec } from '../scalars.ts'
import { f32 } from '../specs.ts'
import { drawArrays, runReference } from '../testing/arrays.ts'
import { runWasm, testedModules } from '../testing/harness.ts'
import { type Rounds, type RunCase, takeRounds } from '../testing/rule.ts'
import { testCases } from '../testing/suite.ts'
import { cases } from './cases.ts'
import { sgd } from './op.ts'
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

/** torch.optim.Adadelta */
function torchAdadelta(lr: number, rho: number, eps: number, weightDecay: number): Recurrence {
  let v = 0
  let u = 0
  return (p, gradient) => {
    const g = gradient + weightDecay * p
    v = v * rho + g ** 2 * (1 - rho)
    const dx = (Math.sqrt(u + eps) / Math.sqrt(v + eps)) * g
    u = u * rho + dx ** 2 * (1 - rho)
    return p - lr * dx
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
  [{ kind: 'adadelta' }, () => torchAdadelta(1, 0.9, 1e-6, 0)],
  [
    { kind: 'adadelta', rate: 0.5, smoothing: 0.7, epsilon: 0.01, weightDecay: 0.02 },
    () => torchAdadelta(0.5, 0.7, 0.01, 0.02),
  ],
  [{ kind: 'adamw', rate: 0.01, weightDecay: 0.3 }, () => torchAdam(0.01, [0.9, 0.999], 1e-8, 0.3, true)],
]

const count = 23
const rounds = 20

/** Parameter and gradients of a run, from values away from 0 that float32 holds. */
function draw(seed: number): { readonly start: Float64Array; gradientAt(step: number): Float64Array } {
  const array = (...name: (string | number)[]) => {
    const random = Random.seeded(seed, ...name)
    return Float64Array.from({ length: count }, () => Math.fround(Math.sign(random.normal()) * (0.5 + random.next())))
  }
  return { start: array('start'), gradientAt: (step) => array('gradient', step) }
}

function train(settings: OptimizerSettings, run: RunCase, options: Partial<Rounds> = {}): Float64Array {
  return takeRounds(resolveOptimizer(settings), { ...draw(5), spec: f32(count), count: rounds, ...options }, run)
}

function expected(torch: () => Recurrence, gradientScale = 1): number[] {
  const { start, gradientAt } = draw(5)
  const gradients = Array.from({ length: rounds }, (_, i) => gradientAt(i + 1))
  return [...start].map((first, i) => {
    const next = torch()
    return gradients.reduce((p, gradient, t) => next(p, gradientScale * (gradient[i] as number), t + 1), first)
  })
}

function greatestDifference(a: ArrayLike<number>, b: readonly number[]): number {
  return Math.max(...b.map((value, i) => Math.abs(value - (a[i] as number))))
}

describe('twenty steps are those of PyTorch', () => {
  const titled = runs.map(([settings, torch]) => [resolveOptimizer(settings).describe(), settings, torch] as const)
  it.each(titled)('in float64: %s', (_, settings, torch) => {
    expect(greatestDifference(train(settings, runReference), expected(torch))).toBeLessThan(1e-13)
  })
  for (const module of testedModules) {
    it.each(titled)(`on ${module}: %s`, (_, settings, torch) => {
      const trained = train(settings, (row, arrays) => runWasm(row, arrays, { module }))
      // Some eight roundings a step, of values up to 2.
      expect(greatestDifference(trained, expected(torch))).toBeLessThan(rounds * 8 * 2 ** -23)
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

const skips = (['gradientScale', 'paused'] as const).flatMap((slot) =>
  (['reference', ...testedModules] as const).map((where) => [slot, where] as const),
)

describe.each(skips)('a skipped update, by %s, on %s', (slot, where) => {
  /** A case that is skipped, with bad gradients, and parameter and states after it. */
  function skipped(row: OpCase, bad: number) {
    const arrays = drawArrays(row, 3)
    const [gradient, scalars] = arrays.inputs as readonly [Float64Array, Float64Array]
    const [parameter] = arrays.updates as readonly [Float64Array]
    gradient.fill(bad, 0, Math.ceil(gradient.length / 2))
    scalars[scalarSlots[slot]] = slot === 'paused' ? 1 : 0
    parameter[parameter.length - 1] = -0
    const { updates } = where === 'reference' ? runReference(row, arrays) : runWasm(row, arrays, { module: where })
    return { before: arrays.updates, after: updates }
  }
  const bits = (array: ArrayLike<number>) => new Uint32Array(Float32Array.from(array).buffer)

  it.each([1, Number.NaN, Number.POSITIVE_INFINITY])('changes no bit, with gradients of %d', (bad) => {
    for (const row of cases.filter(({ bench }) => bench === undefined)) {
      const { before, after } = skipped(row, bad)
      expect(after.map(bits), `${row.op.kind}, ${row.name}`).toEqual(before.map(bits))
    }
  })
})

it('takes gradients and states in any shape, but of the size of the parameter', () => {
  const attributes = { weightDecay: 0, momentum: 0.9, nesterov: false }
  const inputs = [f32(6), scalarsSpec]
  expect(sgd.outputs(attributes, inputs, [f32(2, 3), f32(3, 2)])).toEqual([])
  expect(() => sgd.outputs(attributes, inputs, [f32(7)])).toThrow(
    /gradients[\s\S]*received: \[6\][\s\S]*expected: \[7\]/,
  )
  expect(() => sgd.outputs(attributes, inputs, [f32(6), f32(5)])).toThrow(/states[\s\S]*received: \[5\]/)
  expect(() => sgd.outputs(attributes, [f32(6), f32(2)])).toThrow(/scalars[\s\S]*received: \[2\]/)
})
