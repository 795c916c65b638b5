/** Update rules: kernels against the reference, and whole runs against PyTorch's algorithms, written down a second time. */

import { describe, expect, it } from 'vitest'
import { Random } from '../../core/random.ts'
import { sizeOf } from '../../core/shapes.ts'
import type { OpCase } from '../cases.ts'
import { SCALAR_COUNT, type ScalarName, scalarSlots, scalarsSpec } from '../scalars.ts'
import { f32 } from '../specs.ts'
import { type CaseArrays, type CaseResults, drawArrays, runReference } from '../testing/arrays.ts'
import { runWasm, testedModules, type WasmResults } from '../testing/harness.ts'
import { testCases } from '../testing/suite.ts'
import type { ArraySpec, Emit, Value } from '../types.ts'
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
const rounds = 7

/** Parameter and gradients of a run, from values away from 0 that float32 holds. */
function draw(seed: number): { readonly start: Float64Array; gradientAt(step: number): Float64Array } {
  const array = (...name: (string | number)[]) => {
    const random = Random.seeded(seed, ...name)
    return Float64Array.from({ length: count }, () => Math.fround(Math.sign(random.normal()) * (0.5 + random.next())))
  }
  return { start: array('start'), gradientAt: (step) => array('gradient', step) }
}

/** Lets an optimizer run as plan and host would: its steps emitted once, scalars written before each round of them. */
function train(
  settings: OptimizerSettings,
  run: (row: OpCase, arrays: CaseArrays) => CaseResults | WasmResults,
  { decay = true, gradientScale = 1 } = {},
): Float64Array {
  const optimizer = resolveOptimizer(settings)
  const { start, gradientAt } = draw(5)
  const data: Float64Array[] = []
  const value = ({ shape, dtype }: ArraySpec, content: Float64Array): Value => {
    data.push(content)
    return { shape, dtype, id: data.length - 1 }
  }
  const [parameter, gradient] = [value(f32(count), start), value(f32(count), gradientAt(1))]
  const scalars = value(scalarsSpec, new Float64Array(SCALAR_COUNT))
  const rule = optimizer.ruleFor({ ...f32(count), decays: true })
  const states = rule.states.map((spec) => value(spec, new Float64Array(sizeOf(spec.shape))))
  const steps: (() => void)[] = []
  const emit: Emit = (op, attributes, inputs, updates = []) => {
    const outputs = op.outputs(attributes, inputs).map((spec) => value(spec, new Float64Array(sizeOf(spec.shape))))
    const row = { name: 'step', op, attributes, inputs, updates, terms: 1 } as unknown as OpCase
    const contents = (values: readonly Value[]) => values.map(({ id }) => data[id] as Float64Array)
    steps.push(() => {
      const results = run(row, { inputs: contents(inputs), updates: contents(updates) })
      const keep = (values: readonly Value[], arrays: readonly ArrayLike<number>[]) => {
        values.forEach(({ id }, i) => {
          data[id] = Float64Array.from(arrays[i] ?? [])
        })
      }
      keep(outputs, results.outputs)
      keep(updates, results.updates)
    })
    return outputs
  }
  rule.emit({ parameter, gradient, scalars, states, decay }, emit)
  for (let t = 1; t <= rounds; t++) {
    data[gradient.id] = gradientAt(t)
    const written = { learningRate: optimizer.settings.rate, gradientScale, ...optimizer.scalars(t) }
    const numbers = new Float64Array(SCALAR_COUNT)
    for (const [name, number] of Object.entries(written)) numbers[scalarSlots[name as ScalarName]] = number
    data[scalars.id] = numbers
    for (const step of steps) step()
  }
  return data[parameter.id] as Float64Array
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

describe('seven steps are those of PyTorch', () => {
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

describe.each(['reference', ...testedModules] as const)('a gradient scale of 0 on %s', (where) => {
  /** A case with scale 0 and bad gradients, and parameter and states after it. */
  function skipped(row: OpCase, bad: number) {
    const arrays = drawArrays(row, 3)
    const [gradient, scalars] = arrays.inputs as readonly [Float64Array, Float64Array]
    const [parameter] = arrays.updates as readonly [Float64Array]
    gradient.fill(bad, 0, Math.ceil(gradient.length / 2))
    scalars[scalarSlots.gradientScale] = 0
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
