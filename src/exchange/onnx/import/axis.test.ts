/** Operators along any axis, and formulas of exponentials, roots and quotients, against plain loops. */

import { expect, test } from 'vitest'
import { Model } from '../../../model/model.ts'
import { importOnnx } from './import.ts'
import { bytesOf, type Line, run, type Setting, type TestGraph, values } from './testing/graphs.ts'

const sides = [3, 4, 5] as const
const input = ['N', ...sides]
const x = values(60)

/** The values along an axis (1 to 3) that belong together, by their places. */
function linesOf(axis: number): readonly (readonly number[])[] {
  const inner = sides.slice(axis).reduce((a, b) => a * b, 1)
  const length = sides[axis - 1] as number
  return Array.from({ length: 60 / length }, (_, line) => {
    const from = Math.floor(line / inner) * inner * length + (line % inner)
    return Array.from({ length }, (_, at) => from + at * inner)
  })
}

function along(axis: number, line: (values: readonly number[]) => readonly number[]): readonly number[] {
  const out: number[] = new Array(60)
  for (const places of linesOf(axis)) {
    const made = line(places.map((place) => x[place] as number))
    for (const [index, place] of places.entries()) out[place] = made[index] as number
  }
  return out
}

/** A few roundings of float32 on numbers around 1: 16 · 2⁻²⁴ and the kernels' 4 ulp. */
function near(found: ArrayLike<number>, expected: readonly number[]): void {
  expect(found.length).toBe(expected.length)
  for (const [index, value] of expected.entries())
    expect(Math.abs((found[index] as number) - value)).toBeLessThan(2e-6 * Math.max(1, Math.abs(value)))
}

const softmax = (line: readonly number[]) => {
  const powers = line.map((each) => Math.exp(each - Math.max(...line)))
  return powers.map((power) => power / powers.reduce((a, b) => a + b, 0))
}
const functions: readonly (readonly [
  op: string,
  settings: Record<string, Setting>,
  line: (values: readonly number[]) => readonly number[],
])[] = [
  ['Softmax', {}, softmax],
  ['LogSoftmax', {}, (line) => softmax(line).map(Math.log)],
  ['LpNormalization', { p: 2 }, (line) => line.map((each) => each / Math.hypot(...line))],
  ['LpNormalization', { p: 1 }, (line) => line.map((each) => each / line.reduce((sum, v) => sum + Math.abs(v), 0))],
]

test.each(functions.flatMap((row) => [1, 2, 3].map((axis) => [...row, axis] as const)))(
  '%s %o over axis $3',
  async (op, settings, line, axis) => {
    const graph: TestGraph = { input, lines: [[op, ['x'], 'y', { ...settings, axis }]] }
    near(await run(graph, x), along(axis, line))
  },
)

test('a log-softmax of scores far beyond what an exponential holds', async () => {
  const graph: TestGraph = { input: ['N', 3], lines: [['LogSoftmax', ['x'], 'y']] }
  near(
    await run(graph, Float32Array.of(10_000, 10_001, -10_000)),
    [-1.3132616875182228, -0.3132616875182228, -20001.3132616875],
  )
})

test.each([1, 2, 3])('values of axis %d in any order, twice and backwards', async (axis) => {
  const picks = [2, 0, 0, 1]
  const length = sides[axis - 1] as number
  const graph: TestGraph = {
    input,
    lines: [
      ['Gather', ['x', 'picks'], 'a', { axis }],
      ['Slice', ['a', 'start', 'end', 'axes', 'step'], 'y'],
    ],
    ints: { picks, start: [-1], end: [-99], axes: [axis], step: [-1] },
  }
  const inner = sides.slice(axis).reduce((a, b) => a * b, 1)
  const expected = Array.from({ length: (60 / length) * 4 }, (_, at) => {
    const [low, pick, high] = [at % inner, Math.floor(at / inner) % 4, Math.floor(at / inner / 4)]
    return x[(high * length + (picks.toReversed()[pick] as number)) * inner + low] as number
  })
  expect([...(await run(graph, x))]).toEqual(expected)
})

test.each([2, 3])('values joined along axis %d', async (axis) => {
  const lines: readonly Line[] = [
    ['Neg', ['x'], 'a'],
    ['Concat', ['x', 'a'], 'y', { axis }],
  ]
  const inner = sides.slice(axis - 1).reduce((a, b) => a * b, 1)
  const expected = Array.from({ length: 60 / inner }, (_, block) => {
    const own = [...x.subarray(block * inner, (block + 1) * inner)]
    return [...own, ...own.map((value) => -value)]
  }).flat()
  expect([...(await run({ input, lines }, x))]).toEqual(expected)
})

test('quotients, roots and powers', async () => {
  const lines: readonly Line[] = [
    ['Mul', ['x', 'x'], 'square'],
    ['Add', ['square', 'one'], 'positive'],
    ['Sqrt', ['positive'], 'root'],
    ['Div', ['x', 'root'], 'a'],
    ['Pow', ['positive', 'power'], 'b'],
    ['Add', ['a', 'b'], 'y'],
  ]
  const floats = { one: { shape: [], values: [1] }, power: { shape: [], values: [-2] } }
  near(
    await run({ input, lines, floats }, x),
    Array.from(x, (v) => v / Math.sqrt(v * v + 1) + (v * v + 1) ** -2),
  )
})

test('a cubic resize of Catmull and Rom keeps a straight line straight inside', async () => {
  const line = Float32Array.from({ length: 8 }, (_, index) => index)
  const graph: TestGraph = {
    input: ['N', 1, 1, 8],
    lines: [['Resize', ['x', '', 'scales'], 'y', { mode: 'cubic', cubic_coeff_a: -0.5 }]],
    floats: { scales: { shape: [4], values: [1, 1, 1, 2] } },
  }
  const found = await run(graph, line)
  expect(found.length).toBe(16)
  near(
    found.slice(3, 13),
    Array.from({ length: 10 }, (_, index) => (index + 3.5) / 2 - 0.5),
  )
})

test('an image without a batch: its first axis is computed along', async () => {
  const bytes = bytesOf({ input: [3, 4, 5], lines: [['Softmax', ['x'], 'y', { axis: 0 }]] })
  const { network, weights, info } = importOnnx(bytes, { batchless: true })
  expect(info.tensors?.output.shape).toEqual([3, 4, 5])
  await using model = await Model.create(network, { weights, threads: 1 })
  // One position in our order: its three channels are 20 apart in the file's.
  const positions = Float32Array.from({ length: 60 }, (_, at) => x[(at % 3) * 20 + Math.floor(at / 3)] as number)
  const found = await model.predict(positions)
  const expected = along(1, softmax)
  near(
    found,
    Array.from({ length: 60 }, (_, at) => expected[(at % 3) * 20 + Math.floor(at / 3)] as number),
  )
})
