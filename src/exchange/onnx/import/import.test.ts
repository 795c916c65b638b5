/** Operators by themselves, against plain loops; and graphs that are refused, with every reason. */

import { expect, test } from 'vitest'
import { ForeignFileError, UnsupportedModelError } from '../../errors.ts'
import { importOnnx } from './import.ts'
import { bytesOf, type Line, run, type TestGraph, textOf, values } from './testing/graphs.ts'

const input = ['N', 3, 4, 4]

test.each([
  { before: 2, after: 1 },
  { before: 0, after: 2 },
  { before: 3, after: 0 },
  { before: 1, after: 1 },
])('channels of zeros: $before before and $after behind', async ({ before, after }) => {
  const graph: TestGraph = {
    input,
    lines: [['Pad', ['x', 'pads'], 'y']],
    ints: { pads: [0, before, 0, 0, 0, after, 0, 0] },
  }
  const x = values(48)
  const expected = [...new Float32Array(16 * before), ...x, ...new Float32Array(16 * after)]
  expect([...(await run(graph, x))]).toEqual(expected)
})

test.each([
  { starts: [0, 0], ends: [4, 4], steps: [2, 2], text: 'POOL1 s2' },
  { starts: [1, 0], ends: [4, 4], steps: [2, 2], text: 'CROP p1,0,0,0 -> POOL1 s2' },
  { starts: [0, 1], ends: [-1, 2 ** 31], steps: [1, 1], text: 'CROP p0,0,1,0 -> CROP p0,1,0,0' },
  { starts: [0, 0], ends: [1, 3], steps: [2, 1], text: 'CROP p0,0,3,0 -> POOL1 s2x1 -> CROP p0,0,0,1' },
])('slices from $starts to $ends by $steps', async ({ starts, ends, steps, text }) => {
  const graph: TestGraph = {
    input,
    lines: [['Slice', ['x', 'starts', 'ends', 'axes', 'steps'], 'y']],
    ints: { starts, ends, axes: [2, 3], steps },
  }
  expect(textOf(graph)).toBe(`INPUT 4x4x3 -> ${text}`)
  const x = values(48)
  const picked = (axis: 0 | 1) => {
    const end = (ends[axis] as number) < 0 ? 4 + (ends[axis] as number) : Math.min(ends[axis] as number, 4)
    return [0, 1, 2, 3].filter(
      (at) =>
        at >= (starts[axis] as number) && at < end && (at - (starts[axis] as number)) % (steps[axis] as number) === 0,
    )
  }
  const expected = [0, 1, 2].flatMap((c) =>
    picked(0).flatMap((h) => picked(1).map((w) => x[(c * 4 + h) * 4 + w] as number)),
  )
  expect([...(await run(graph, x))]).toEqual(expected)
})

test('a channel shuffle and depth-to-space, spelled out over an open batch', () => {
  const shuffle: readonly Line[] = [
    ['Reshape', ['x', 'groups'], 'a'],
    ['Transpose', ['a'], 'b', { perm: [0, 2, 1, 3, 4] }],
    ['Reshape', ['b', 'back'], 'c'],
    ['Relu', ['c'], 'd'],
    ['GlobalAveragePool', ['d'], 'y'],
  ]
  expect(
    textOf({ input: ['N', 6, 4, 4], lines: shuffle, ints: { groups: [0, 2, 3, 4, 4], back: [0, 6, 4, 4] } }),
  ).toMatch(/SHUFFLE g2/)
  const pixels: readonly Line[] = [
    ['Reshape', ['x', 'parts'], 'a'],
    ['Transpose', ['a'], 'b', { perm: [0, 1, 4, 2, 5, 3] }],
    ['Reshape', ['b', 'back'], 'c'],
    ['GlobalMaxPool', ['c'], 'y'],
  ]
  expect(
    textOf({ input: ['N', 8, 4, 4], lines: pixels, ints: { parts: [0, 2, 2, 2, 4, 4], back: [0, 2, 8, 8] } }),
  ).toMatch(/PIXELSHUFFLE2/)
})

test('a bias of one number for each channel, at the axis that opset 6 says', async () => {
  const graph: TestGraph = {
    input,
    lines: [['Add', ['x', 'b'], 'y', { broadcast: 1, axis: 1 }]],
    floats: { b: { shape: [3], values: [1, 2, 3] } },
    opset: 6,
  }
  const x = values(48)
  expect([...(await run(graph, x))]).toEqual([...x.map((value, at) => value + 1 + Math.floor(at / 16))])
})

test('every operator that is no layer is named with its reason, and nothing that only follows from it', () => {
  const lines: readonly Line[] = [
    ['Sin', ['x'], 'a'],
    ['Relu', ['a'], 'b'],
    ['TopK', ['x'], 'c'],
    ['Add', ['b', 'c'], 'y'],
  ]
  const read = () => importOnnx(bytesOf({ input, lines }))
  expect(read).toThrow(UnsupportedModelError)
  expect(read).toThrow(/2 operators.*Sin a: no layer computes it.*TopK c: no layer computes it/s)
  expect(read).not.toThrow(/Relu/)
})

test('rings, values made twice and values made by none are damaged files', () => {
  const read = (lines: readonly Line[]) => () => importOnnx(bytesOf({ input, lines }))
  const ring: readonly Line[] = [
    ['Add', ['x', 'b'], 'a'],
    ['Relu', ['a'], 'b'],
    ['Relu', ['b'], 'y'],
  ]
  expect(read(ring)).toThrow(ForeignFileError)
  expect(read(ring)).toThrow(/ring.*Relu b, Add a/s)
  expect(read([['Relu', ['y'], 'y']])).toThrow(/ring/)
  expect(read([['Relu', ['nothing'], 'y']])).toThrow(/no operator makes the value nothing/)
  const twice: readonly Line[] = [
    ['Relu', ['x'], 'y'],
    ['Tanh', ['x'], 'y'],
  ]
  expect(read(twice)).toThrow(/made twice/)
})

test('a chain of 20,000 operators is read without recursion', () => {
  const lines = Array.from(
    { length: 20_000 },
    (_, at): Line => ['Identity', [at === 0 ? 'x' : `v${at}`], at === 19_999 ? 'y' : `v${at + 1}`],
  )
  expect(textOf({ input, lines: [...lines.slice(0, -1), ['Relu', ['v19999'], 'y']] })).toBe('INPUT 4x4x3 -> RELU')
})

test('a constant of 2^40 values is refused before it is made', () => {
  const lines: readonly Line[] = [
    ['ConstantOfShape', ['sides'], 'a'],
    ['Add', ['x', 'a'], 'y'],
  ]
  expect(() => importOnnx(bytesOf({ input, lines, ints: { sides: [2 ** 20, 2 ** 20] } }))).toThrow(
    /ConstantOfShape a: a constant of 1048576×1048576 values/,
  )
})

test.each([
  [
    [1, -1],
    [1, 48],
  ],
  [
    [1, 3, -1],
    [1, 3, 16],
  ],
  [
    [-1, 48],
    [1, 48],
  ],
])('a graph for one image reshapes it to %j as to %j', (open, closed) => {
  const graph = (sides: readonly number[]): TestGraph => ({
    input: [1, 3, 4, 4],
    lines: [
      ['Reshape', ['x', 'sides'], 'z'],
      ['Relu', ['z'], 'y'],
    ],
    ints: { sides },
  })
  expect(textOf(graph(open))).toBe(textOf(graph(closed)))
})

test('an input that nothing uses is left out, with a note', () => {
  const { network, notes } = importOnnx(bytesOf({ input, lines: [['Relu', ['x'], 'y']], unused: ['training'] }))
  expect(network.nodes).toHaveLength(2)
  expect(notes).toEqual(['the inputs training are left out: the output does not need them'])
})

test('a graph that casts bytes takes them as they are', () => {
  const lines: Line[] = [
    ['Cast', ['x'], 'z', { to: 1 }],
    ['Relu', ['z'], 'y'],
  ]
  const { info } = importOnnx(bytesOf({ input, lines, type: 2 }))
  expect(info.normalization).toEqual({ mean: [0, 0, 0], std: [1 / 255, 1 / 255, 1 / 255] })
  expect(() => importOnnx(bytesOf({ input, lines, type: 8 }))).toThrow(/element type 8[\s\S]*numbers/)
})

test.each([
  { scale: [0.5], zero: [3], factor: () => 0.5, offset: () => 3 },
  { scale: [0.5, 2], zero: [3, 4], factor: (k: number) => [0.5, 2][k], offset: (k: number) => [3, 4][k] },
])('weights that are stored as integers, by $scale and $zero', async ({ scale, zero, factor, offset }) => {
  const codes = [7, -2, 0, 120, 5, 6]
  const graph: TestGraph = {
    input: ['N', 3],
    lines: [
      ['Reshape', ['codes', 'sides'], 'q'],
      ['DequantizeLinear', ['q', 'scale', 'zero'], 'w', { axis: 1 }],
      ['MatMul', ['x', 'w'], 'y'],
    ],
    floats: { scale: { shape: scale.length === 1 ? [] : [2], values: scale } },
    ints: { codes, zero, sides: [3, 2] },
  }
  const expected = [0, 1].map((k) =>
    [1, 2, 3].reduce(
      (sum, x, row) => sum + x * ((codes[2 * row + k] as number) - (offset(k) ?? 0)) * (factor(k) ?? 0),
      0,
    ),
  )
  expect([...(await run(graph, Float32Array.of(1, 2, 3)))]).toEqual(expected)
})

test('the error of a graph with channels last shows its shapes', () => {
  const lines: Line[] = [
    ['Transpose', ['x'], 'z', { perm: [0, 3, 2, 1] }],
    ['LpPool', ['z'], 'y', { kernel_shape: [2, 2] }],
  ]
  expect(() => importOnnx(bytesOf({ input: ['N', 9, 9, 3], lines }))).toThrow(/\[N, C=3, W=9, H=9\]/)
  expect(() => importOnnx(bytesOf({ input: ['N', 3, 9, 9], lines }))).toThrow(/\[N, W=9, H=9, C=3\]/)
})
