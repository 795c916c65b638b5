// Pooling frames against the notes' example, and against the ops' reference, forward and backward.

import { describe, expect, it } from 'vitest'
import { Random } from '../../core/random.ts'
import {
  averagePoolGradientReference,
  averagePoolReference,
  l2PoolGradientReference,
  l2PoolReference,
  maxPoolGradientReference,
  maxPoolReference,
} from '../../ops/pool/reference.ts'
import { f32 } from '../../ops/specs.ts'
import { type WindowSpec, windowOn } from '../../ops/window.ts'
import { type PoolingKind, poolingFrames } from './pooling.ts'

const halves: WindowSpec = { kernel: [2, 2], stride: [2, 2], padding: [0, 0, 0, 0], dilation: [1, 1] }

describe('the frames of pooling', () => {
  it('are those of the notes’ figure, with the switches and where the gradient goes', () => {
    const input = [1, 1, 2, 4, 5, 6, 7, 8, 3, 2, 1, 0, 1, 2, 3, 4]
    const made = poolingFrames({ kind: 'max', input, height: 4, width: 4, window: halves, gradient: [1, 2, 3, 4] })
    expect([...made.output]).toEqual([6, 8, 3, 4])
    expect([...(made.switches ?? [])]).toEqual([5, 7, 8, 15])
    expect([...made.inputGradient]).toEqual([0, 0, 0, 0, 0, 1, 0, 2, 3, 0, 0, 0, 0, 0, 0, 4])
    expect(made.frames[1]).toMatchObject({ row: 0, column: 1, top: 0, left: 2, value: 8, winner: 7 })
  })

  it('give the gradient to the first of equal values, and NaN wins', () => {
    const equal = poolingFrames({ kind: 'max', input: [3, 3, 3, 3], height: 2, width: 2, window: halves })
    expect([...equal.inputGradient]).toEqual([1, 0, 0, 0])
    const broken = poolingFrames({ kind: 'max', input: [3, Number.NaN, 9, 3], height: 2, width: 2, window: halves })
    expect(broken.output[0]).toBeNaN()
    expect(broken.switches?.[0]).toBe(1)
  })

  const windows: [string, WindowSpec][] = [
    ['that overlap', { kernel: [3, 3], stride: [2, 1], padding: [0, 0, 0, 0], dilation: [1, 1] }],
    ['with uneven padding', { kernel: [3, 2], stride: [2, 2], padding: [1, 0, 0, 1], dilation: [1, 1] }],
    [
      'that hang over the edge',
      { kernel: [3, 3], stride: [2, 2], padding: [0, 0, 0, 0], dilation: [1, 1], ceil: true },
    ],
    ['with dilation', { kernel: [2, 2], stride: [1, 2], padding: [0, 0, 0, 0], dilation: [2, 3] }],
  ]
  const kinds: PoolingKind[] = ['max', 'average', 'l2']

  it.each(windows.flatMap(([says, window]) => kinds.map((kind) => [kind, says, window] as const)))(
    'are those of the op: %s, windows %s',
    (kind, _, spec) => {
      const [height, width] = [6, 7]
      const random = Random.seeded(2, 'pooling', kind)
      const input = Float64Array.from({ length: height * width }, () => random.normal())
      const window = windowOn(spec, { height, width, channels: 1 })
      const [rows, columns] = window.output
      const gradient = Float64Array.from({ length: rows * columns }, () => random.normal())
      for (const countPadding of [false, true]) {
        const made = poolingFrames({ kind, input, height, width, window: spec, gradient, countPadding })
        const attributes = { window, countPadding }
        const [x, y] = [f32(1, height, width, 1), f32(1, rows, columns, 1)]
        const [out, dx] = [new Float64Array(rows * columns), new Float64Array(height * width)]
        const forward = { max: maxPoolReference, average: averagePoolReference, l2: l2PoolReference }[kind]
        forward(
          { attributes, inputs: [x], outputs: [y], updates: [] },
          { inputs: [input], outputs: [out], updates: [] },
        )
        const backward = {
          max: [maxPoolGradientReference, [x, y], [input, gradient]],
          average: [averagePoolGradientReference, [y], [gradient]],
          l2: [l2PoolGradientReference, [x, y, y], [input, out, gradient]],
        } as const
        const [reference, inputs, arrays] = backward[kind]
        reference(
          { attributes, inputs: [...inputs], outputs: [x], updates: [] },
          { inputs: [...arrays], outputs: [dx], updates: [] },
        )
        expect([...made.output]).toEqual([...out])
        dx.forEach((value, index) => {
          expect(made.inputGradient[index]).toBeCloseTo(value, 12)
        })
      }
    },
  )

  it('refuse what cannot be shown', () => {
    const good = { kind: 'max' as const, input: [1, 2, 3, 4], height: 2, width: 2, window: halves }
    expect(() => poolingFrames({ ...good, input: [1] })).toThrow(/input has the wrong number/)
    expect(() => poolingFrames({ ...good, gradient: [1, 2] })).toThrow(/gradients/)
    expect(() => poolingFrames({ ...good, kind: 'median' as 'max' })).toThrow(/no such pooling[\s\S]*median/)
    expect(() => poolingFrames({ ...good, window: { ...halves, kernel: [3, 3] } })).toThrow(/cannot be shown/)
    const outside: WindowSpec = { ...halves, kernel: [1, 1], padding: [1, 1, 1, 1], stride: [1, 1] }
    expect(() => poolingFrames({ ...good, window: outside })).toThrow(/cannot be shown/)
  })
})
