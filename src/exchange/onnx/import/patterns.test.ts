/** Functions that exporters write as several operators become the layers that they are, and compute the same. */

import { expect, test } from 'vitest'
import { type Line, run, type TestGraph, textOf, values } from './testing/graphs.ts'

const number = (value: number) => ({ shape: [], values: [value] })
const floats = {
  half: number(0.5),
  one: number(1),
  three: number(3),
  zero: number(0),
  six: number(6),
  sixth: number(1 / 6),
  root2: number(Math.SQRT2),
  inverseRoot2: number(Math.SQRT1_2),
  eps: number(1e-5),
}
const input = ['N', 4, 2, 3]

/** Float32 rounding of inputs and weights; the reference computes in float64. */
const near = (found: Float32Array, expected: ArrayLike<number>) => {
  expect(found.length).toBe(expected.length)
  for (const [at, value] of found.entries())
    expect(Math.abs(value - (expected[at] as number))).toBeLessThan(2e-6 * Math.max(1, Math.abs(value)))
}

/** Abramowitz and Stegun 7.1.5: the series, exact enough up to 3. */
function erf(x: number): number {
  let [sum, term] = [x, x]
  for (let n = 1; n < 60; n++) {
    term *= (-x * x) / n
    sum += term / (2 * n + 1)
  }
  return (2 / Math.sqrt(Math.PI)) * sum
}

const geluLines: readonly (readonly Line[])[] = [
  [
    ['Div', ['x', 'root2'], 'a'],
    ['Erf', ['a'], 'b'],
    ['Add', ['b', 'one'], 'c'],
    ['Mul', ['x', 'c'], 'd'],
    ['Mul', ['d', 'half'], 'y'],
  ],
  [
    ['Mul', ['x', 'inverseRoot2'], 'a'],
    ['Erf', ['a'], 'b'],
    ['Add', ['one', 'b'], 'c'],
    ['Mul', ['half', 'x'], 'd'],
    ['Mul', ['c', 'd'], 'y'],
  ],
  [
    ['Div', ['x', 'root2'], 'a'],
    ['Erf', ['a'], 'b'],
    ['Add', ['b', 'one'], 'c'],
    ['Mul', ['c', 'half'], 'd'],
    ['Mul', ['x', 'd'], 'y'],
  ],
]

test.each(geluLines.map((lines, index) => ({ index, lines })))('GELU by erf, form $index', async ({ lines }) => {
  const graph: TestGraph = { input, lines, floats }
  expect(textOf(graph)).toBe('INPUT 2x3x4 -> GELU')
  const x = values(24)
  near(
    await run(graph, x),
    x.map((value) => (value / 2) * (1 + erf(value / Math.SQRT2))),
  )
})

test('GELU by tanh, its cube as a power', () => {
  const lines: readonly Line[] = [
    ['Pow', ['x', 'three'], 'a'],
    ['Mul', ['a', 'k'], 'b'],
    ['Add', ['x', 'b'], 'c'],
    ['Mul', ['c', 'slope'], 'd'],
    ['Tanh', ['d'], 'e'],
    ['Add', ['e', 'one'], 'f'],
    ['Mul', ['half', 'x'], 'g'],
    ['Mul', ['g', 'f'], 'y'],
  ]
  const all = { ...floats, k: number(0.044715), slope: number(0.7978845834732056) }
  expect(textOf({ input, lines, floats: all })).toBe('INPUT 2x3x4 -> GELU approx=tanh')
  // Another constant is another function.
  expect(textOf({ input, lines, floats: { ...all, slope: number(0.9) } })).not.toMatch(/GELU/)
})

const shifted: readonly Line[] = [
  ['Add', ['x', 'three'], 'a'],
  ['Clip', ['a', 'zero', 'six'], 'b'],
]
test.each([
  {
    form: 'x·(c/6)',
    lines: [['Div', ['b', 'six'], 'c'] as Line, ['Mul', ['x', 'c'], 'y'] as Line],
  },
  {
    form: '(x·c)/6',
    lines: [['Mul', ['x', 'b'], 'c'] as Line, ['Div', ['c', 'six'], 'y'] as Line],
  },
  {
    form: '(x/6)·c',
    lines: [['Mul', ['x', 'sixth'], 'c'] as Line, ['Mul', ['b', 'c'], 'y'] as Line],
  },
])('hard-swish as $form', async ({ lines }) => {
  const graph: TestGraph = { input, lines: [...shifted, ...lines], floats }
  expect(textOf(graph)).toBe('INPUT 2x3x4 -> HARDSWISH')
  const x = values(24)
  near(
    await run(graph, x),
    x.map((value) => (value * Math.min(Math.max(value + 3, 0), 6)) / 6),
  )
})

test('clip(x + 3, 0, 6)/6 alone is HARDSIGMOID, and of another value it is a product', () => {
  expect(textOf({ input, lines: [...shifted, ['Div', ['b', 'six'], 'y']], floats })).toBe('INPUT 2x3x4 -> HARDSIGMOID')
  const other: readonly Line[] = [
    ...shifted,
    ['Relu', ['x'], 'r'],
    ['Mul', ['r', 'b'], 'c'],
    ['Div', ['c', 'six'], 'y'],
  ]
  expect(textOf({ input, lines: other, floats })).not.toMatch(/HARDSWISH/)
})

/** (x − mean)/√(variance + ε) over groups of values, by plain loops. */
function normalize(x: Float32Array, groupOf: (at: number) => number, epsilon: number): Float32Array {
  const groups = new Map<number, number[]>()
  for (const at of x.keys()) groups.set(groupOf(at), [...(groups.get(groupOf(at)) ?? []), at])
  const out = new Float32Array(x.length)
  for (const members of groups.values()) {
    const mean = members.reduce((sum, at) => sum + (x[at] as number), 0) / members.length
    const variance = members.reduce((sum, at) => sum + ((x[at] as number) - mean) ** 2, 0) / members.length
    for (const at of members) out[at] = ((x[at] as number) - mean) / Math.sqrt(variance + epsilon)
  }
  return out
}

const norm = (axes: readonly number[]): readonly Line[] => [
  ['ReduceMean', ['x'], 'm', { axes }],
  ['Sub', ['x', 'm'], 'd'],
  ['Mul', ['d', 'd'], 's'],
  ['ReduceMean', ['s'], 'v', { axes }],
  ['Add', ['v', 'eps'], 'e'],
  ['Sqrt', ['e'], 'r'],
]
const scale = [1.5, -2, 0.5, 3]
const shift = [0.25, -1, 2, 0]
const affine = {
  scale: { shape: [4, 1, 1], values: scale },
  shift: { shape: [4, 1, 1], values: shift },
}
const channelOf = (at: number) => Math.floor(at / 6) % 4

test.each([
  { axes: [1], word: 'LN', groupOf: (at: number) => at % 6 },
  { axes: [-3, 2, 3], word: 'LN volume', groupOf: () => 0 },
  { axes: [2, 3], word: 'IN', groupOf: channelOf },
])('$word spelled out, with its scale and shift', async ({ axes, word, groupOf }) => {
  const lines: readonly Line[] = [
    ...norm(axes),
    ['Div', ['d', 'r'], 'n'],
    ['Mul', ['n', 'scale'], 'o'],
    ['Add', ['o', 'shift'], 'y'],
  ]
  const graph: TestGraph = { input, lines, floats: { ...floats, ...affine } }
  expect(textOf(graph)).toBe(`INPUT 2x3x4 -> ${word}`)
  const x = values(24)
  const expected = normalize(x, groupOf, 1e-5).map(
    (value, at) => value * (scale[channelOf(at)] as number) + (shift[channelOf(at)] as number),
  )
  near(await run(graph, x), expected)
})

test("PyTorch's GroupNorm: reshape, InstanceNormalization with scales of 1, reshape, scale and shift", async () => {
  const lines: readonly Line[] = [
    ['Reshape', ['x', 'groups'], 'a'],
    ['InstanceNormalization', ['a', 'ones', 'zeros'], 'b', { epsilon: 1e-3 }],
    ['Shape', ['x'], 's'],
    ['Reshape', ['b', 's'], 'c'],
    ['Mul', ['c', 'scale'], 'd'],
    ['Add', ['d', 'shift'], 'y'],
  ]
  const arrays = { ones: { shape: [2], values: [1, 1] }, zeros: { shape: [2], values: [0, 0] }, ...affine }
  const graph: TestGraph = { input, lines, floats: arrays, ints: { groups: [0, 2, -1] } }
  expect(textOf(graph)).toBe('INPUT 2x3x4 -> GN g2 eps=0.001')
  const x = values(24)
  const expected = normalize(x, (at) => Math.floor(at / 12), 1e-3).map(
    (value, at) => value * (scale[channelOf(at)] as number) + (shift[channelOf(at)] as number),
  )
  near(await run(graph, x), expected)
})
