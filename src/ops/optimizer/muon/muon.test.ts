/**
 * Muon: kernels against the reference, and twenty steps against the published code, written down a second time in float64 on
 * PyTorch's layout [K, rows]: Jordan's airbench94_muon.py, and torch.optim.Muon.
 */

import { describe, expect, it } from 'vitest'
import { Random } from '../../../core/random.ts'
import { scalarSlots } from '../../scalars.ts'
import { f32 } from '../../specs.ts'
import { drawArrays, runReference } from '../../testing/arrays.ts'
import { runWasm, testedModules } from '../../testing/harness.ts'
import { takeRounds } from '../../testing/rule.ts'
import { testCases } from '../../testing/suite.ts'
import { type OptimizerSettings, resolveOptimizer } from '../optimizers.ts'
import { cases } from './cases.ts'

testCases(cases)

type Matrix = number[][]

const transposed = (a: Matrix): Matrix => (a[0] ?? []).map((_, j) => a.map((row) => row[j] as number))
const times = (a: Matrix, b: Matrix): Matrix => {
  const columns = transposed(b)
  return a.map((row) => columns.map((column) => row.reduce((sum, x, k) => sum + x * (column[k] as number), 0)))
}
const combined = (a: number, x: Matrix, b: number, y: Matrix): Matrix =>
  x.map((row, i) => row.map((value, j) => a * value + b * (y[i]?.[j] as number)))
const frobenius = (a: Matrix) => Math.sqrt(a.flat().reduce((sum, x) => sum + x * x, 0))

/** zeropower_via_newtonschulz5, in float64 instead of bfloat16. */
function zeroPower(g: Matrix, steps: number): Matrix {
  const [a, b, c] = [3.4445, -4.775, 2.0315]
  const norm = frobenius(g) + 1e-7
  let x = g.map((row) => row.map((value) => value / norm))
  const isTall = g.length > (g[0]?.length ?? 0)
  if (isTall) x = transposed(x)
  for (let i = 0; i < steps; i++) {
    const gram = times(x, transposed(x))
    const factor = combined(b, gram, c, times(gram, gram))
    x = combined(a, x, 1, times(factor, x))
  }
  return isTall ? transposed(x) : x
}

type Rule = (p: Matrix, g: Matrix) => Matrix

/** Jordan 2024: weights scaled to norm √len(p), no decay, momentum without a share of the new gradient. */
function jordan(lr: number, momentum: number, steps: number): Rule {
  let buffer: Matrix | undefined
  return (p, gradient) => {
    buffer = buffer === undefined ? gradient : combined(momentum, buffer, 1, gradient)
    const g = combined(1, gradient, momentum, buffer)
    const scale = Math.sqrt(p.length) / frobenius(p)
    return combined(scale, p, -lr, zeroPower(g, steps))
  }
}

/** torch.optim.Muon: `lerp_` in the momentum, decoupled decay, and the rate adjusted to the shape ('original'). */
function torchMuon(lr: number, momentum: number, weightDecay: number): Rule {
  let buffer: Matrix | undefined
  return (p, gradient) => {
    buffer = combined(momentum, buffer ?? gradient.map((row) => row.map(() => 0)), 1 - momentum, gradient)
    const update = combined(1 - momentum, gradient, momentum, buffer)
    const adjusted = lr * Math.sqrt(Math.max(1, p.length / (p[0]?.length ?? 1)))
    return combined(1 - lr * weightDecay, p, -adjusted, zeroPower(update, 5))
  }
}

const rounds = 20

interface Trial {
  readonly name: string
  readonly settings: OptimizerSettings
  readonly rule: () => Rule
  readonly shape: readonly [number, number, number, number]
}

const trials: readonly Trial[] = (
  [
    ['more rows than filters', [3, 3, 2, 5]],
    ['more filters than rows', [1, 2, 2, 7]],
    ['a square', [2, 2, 2, 8]],
  ] as const
).flatMap(([name, shape]) => [
  {
    name: `airbench94's, ${name}`,
    settings: { kind: 'muon', rate: 0.24, momentum: 0.6, nsSteps: 3, filterNorm: 1 },
    rule: () => jordan(0.24, 0.6, 3),
    shape,
  },
  {
    name: `PyTorch's, ${name}`,
    settings: { kind: 'muon', rate: 0.02, weightDecay: 0.1 },
    rule: () => torchMuon(0.02, 0.95, 0.1),
    shape,
  },
])

const size = (shape: readonly number[]) => shape.reduce((a, b) => a * b, 1)

function draw({ shape }: Trial, ...name: (string | number)[]): Float64Array {
  const random = Random.seeded(3, ...name)
  return Float64Array.from({ length: size(shape) }, () => Math.fround(random.normal()))
}

/** Our [rows, K] as PyTorch's [K, rows]. */
function toTorch(values: ArrayLike<number>, { shape }: Trial): Matrix {
  const columns = shape[3]
  const rows = values.length / columns
  return Array.from({ length: columns }, (_, k) =>
    Array.from({ length: rows }, (_, r) => values[r * columns + k] as number),
  )
}

function expected(trial: Trial): Matrix {
  const next = trial.rule()
  let p = toTorch(draw(trial, 'start'), trial)
  for (let t = 1; t <= rounds; t++) p = next(p, toTorch(draw(trial, 'gradient', t), trial))
  return p
}

function taken(trial: Trial, run: Parameters<typeof takeRounds>[2]): Matrix {
  const given = { spec: f32(...trial.shape), start: draw(trial, 'start'), count: rounds }
  const gradientAt = (round: number) => draw(trial, 'gradient', round)
  return toTorch(takeRounds(resolveOptimizer(trial.settings), { ...given, gradientAt }, run), trial)
}

const difference = (a: Matrix, b: Matrix) => Math.max(...combined(1, a, -1, b).flat().map(Math.abs))

describe('twenty steps are those of the published code', () => {
  it.each(trials.map((trial) => [trial.name, trial] as const))('in float64: %s', (_, trial) => {
    // PyTorch's momentum is ours times 1 − m, which leaves more of the 1e-7 in the norm: up to 1e-7/‖g‖ of a step of 1.
    const slack = trial.name.startsWith('airbench') ? 1e-12 : 20 * 0.02 * 2e-6
    expect(difference(taken(trial, runReference), expected(trial))).toBeLessThan(slack)
  })
  for (const module of testedModules) {
    it.each(trials.map((trial) => [trial.name, trial] as const))(`on ${module}: %s`, (_, trial) => {
      const got = taken(trial, (row, arrays) => runWasm(row, arrays, { module }))
      // A rounding of the matrix of norm 1 grows at each step of Newton–Schulz by at most the polynomial's slope, 3.4445.
      const { rate, nsSteps = 5 } = trial.settings as { rate: number; nsSteps?: number }
      const size = Math.sqrt(Math.max(1, trial.shape[3] ** 2 / draw(trial).length))
      const slack = rounds * (rate * size * 3.4445 ** nsSteps * 2 ** -23 + 4 * 2 ** -23)
      expect(difference(got, expected(trial))).toBeLessThan(slack)
    })
  }
})

describe.each(['reference', ...testedModules] as const)('a skipped update on %s', (where) => {
  it.each([
    ['gradientScale', 0],
    ['paused', 1],
  ] as const)('by %s leaves states and weights, and makes the direction 0', (slot, value) => {
    for (const row of cases.filter(({ updates }) => updates !== undefined)) {
      const arrays = drawArrays(row, 4)
      arrays.inputs[0]?.fill(Number.NaN, 0, 1)
      ;(arrays.inputs[1] as Float64Array)[scalarSlots[slot]] = value
      const { outputs, updates } =
        where === 'reference' ? runReference(row, arrays) : runWasm(row, arrays, { module: where })
      expect(updates.map((array) => [...array])).toEqual(arrays.updates.map((array) => [...array]))
      for (const output of outputs) expect([...output].every((each) => each === 0)).toBe(true)
    }
  })
})

it('leaves what is no matrix, and the head, to AdamW at a rate of its own', () => {
  const muon = resolveOptimizer({ kind: 'muon', rate: 0.02, weightDecay: 0.1 })
  const kindOf = (shape: readonly number[], decays: boolean, isHead = false) =>
    muon.of({ shape, dtype: 'f32', decays, isHead }).settings
  expect(kindOf([3, 3, 2, 5], true).kind).toBe('muon')
  expect(kindOf([1, 1, 64, 10], true, true)).toMatchObject({ kind: 'adamw', rate: 0.015 * 0.02, weightDecay: 0.1 })
  expect(kindOf([5], false).kind).toBe('adamw')
})
