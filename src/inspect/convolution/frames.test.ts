// Frames against a sum by hand, against the op's reference on awkward windows, and as a product of matrices.

import { describe, expect, it } from 'vitest'
import { ArgumentError } from '../../core/errors.ts'
import { Random } from '../../core/random.ts'
import { conv2dReference } from '../../ops/conv2d/reference.ts'
import { f32 } from '../../ops/specs.ts'
import { type WindowSpec, windowOn } from '../../ops/window.ts'
import { type ConvolutionFrames, type ConvolutionSource, convolutionFrames, notesDemo } from './frames.ts'

const plain: WindowSpec = { kernel: [2, 2], stride: [1, 1], padding: [0, 0, 0, 0], dilation: [1, 1] }

describe('the frames of a convolution', () => {
  it('add up the window by channels, the rest and the bias', () => {
    const { frames, output } = convolutionFrames({
      input: [1, 10, 2, 20, 3, 30, 4, 40],
      volume: { height: 2, width: 2, channels: 2 },
      filters: [1, 0, 0, 1, -1, 0.5, 2, 0],
      shape: [2, 2, 2, 1],
      bias: [0.25],
      window: plain,
      rest: [7],
    })
    // Channel 0: 1·1 + 2·0 − 3·1 + 4·2 = 6; channel 1: 10·0 + 20·1 + 30·0.5 + 40·0 = 35.
    expect(frames).toEqual([
      { filter: 0, row: 0, column: 0, top: 0, left: 0, sums: [6, 35], rest: 7, bias: 0.25, value: 48.25 },
    ])
    expect([...output.values]).toEqual([48.25])
  })

  it('of the notes’ demo are 2 filters at 3×3 positions, with stride 2 and padding 1', () => {
    const made = convolutionFrames(notesDemo())
    expect(made.padded).toMatchObject({ height: 7, width: 7, channels: 3 })
    expect(made.output).toMatchObject({ height: 3, width: 3, channels: 2 })
    expect(made.frames).toHaveLength(18)
    expect(made.frames[4]).toMatchObject({ filter: 0, row: 1, column: 1, top: 2, left: 2 })
    expect(made.frames[9]).toMatchObject({ filter: 1, row: 0, column: 0 })
    expect(notesDemo(3)).toEqual(notesDemo(3))
    expect(notesDemo(3)).not.toEqual(notesDemo(4))
  })

  const cases: [string, ConvolutionSource['volume'], WindowSpec, filters: number, groups: number][] = [
    ['a plain window', { height: 5, width: 4, channels: 3 }, plain, 2, 1],
    [
      'strides and paddings that differ',
      { height: 7, width: 6, channels: 2 },
      { kernel: [3, 2], stride: [2, 3], padding: [1, 0, 2, 1], dilation: [1, 1] },
      3,
      1,
    ],
    [
      'dilation',
      { height: 9, width: 8, channels: 2 },
      { kernel: [3, 3], stride: [1, 2], padding: [2, 1, 2, 1], dilation: [2, 3] },
      2,
      1,
    ],
    [
      'groups',
      { height: 5, width: 5, channels: 6 },
      { kernel: [3, 3], stride: [2, 2], padding: [1, 1, 1, 1], dilation: [1, 1] },
      4,
      2,
    ],
    ['a window for each channel', { height: 4, width: 4, channels: 3 }, plain, 3, 3],
    [
      'sizes rounded up',
      { height: 6, width: 6, channels: 1 },
      { kernel: [3, 3], stride: [2, 2], padding: [0, 0, 0, 0], dilation: [1, 1], ceil: true },
      1,
      1,
    ],
  ]

  it.each(cases)('are those of the op: %s', (_, volume, window, filters, groups) => {
    const random = Random.seeded(1, 'frames', filters, groups)
    const draw = (length: number) => Float64Array.from({ length }, () => random.normal())
    const { height, width, channels } = volume
    const shape = [window.kernel[0], window.kernel[1], channels / groups, filters] as const
    const [input, weights, bias] = [draw(height * width * channels), draw(shape.reduce((a, b) => a * b)), draw(filters)]
    const made = convolutionFrames({ input, volume, filters: weights, shape, bias, window, groups })
    const geometry = {
      window: windowOn(window, volume),
      channels,
      filters,
      groups,
      bias: true,
      activation: 'none' as const,
    }
    const [rows, columns] = geometry.window.output
    const expected = new Float64Array(rows * columns * filters)
    const inputs = [f32(1, height, width, channels), f32(...shape), f32(filters)]
    conv2dReference(
      { attributes: geometry, inputs, outputs: [f32(1, rows, columns, filters)], updates: [] },
      { inputs: [input, weights, bias], outputs: [expected], updates: [] },
    )
    expect(made.output).toMatchObject({ height: rows, width: columns, channels: filters })
    // The same products in another order: some roundings of float64 apart.
    expected.forEach((value, index) => {
      expect(made.output.values[index]).toBeCloseTo(value, 12)
    })
    expectProduct(made)
  })

  it('refuse arrays and windows that do not fit, and what no one would watch', () => {
    const good = notesDemo()
    const bad: [Partial<ConvolutionSource>, RegExp][] = [
      [{ input: [1, 2] }, /input has the wrong number[\s\S]*2 values[\s\S]*75/],
      [{ filters: [1] }, /filters have the wrong number/],
      [{ bias: [1, 2, 3] }, /biases have the wrong number/],
      [{ rest: [1] }, /rest/],
      [{ shape: [3, 3, 2, 3] }, /do not fit each other/],
      [{ groups: 2 }, /do not fit each other/],
      [{ window: { ...good.window, kernel: [5, 5] } }, /do not fit each other/],
      [{ window: { ...good.window, dilation: [4, 4] } }, /does not fit the input[\s\S]*9×9/],
    ]
    for (const [part, message] of bad) {
      expect(() => convolutionFrames({ ...good, ...part })).toThrow(message)
      expect(() => convolutionFrames({ ...good, ...part })).toThrow(ArgumentError)
    }
    const large = { height: 200, width: 200, channels: 1 }
    const many = {
      input: new Float32Array(40_000),
      volume: large,
      filters: [1],
      shape: [1, 1, 1, 1],
      window: { ...plain, kernel: [1, 1] as const },
    }
    expect(() => convolutionFrames(many)).toThrow(/too much to show/)
    expect(() => convolutionFrames({ ...good, windows: 1 } as ConvolutionSource)).toThrow(/no option windows/)
  })
})

/** W_row · X_col is the output without biases. */
function expectProduct({ columns, filterRows, output, bias, groups }: ConvolutionFrames): void {
  const positions = output.height * output.width
  const perGroup = output.channels / groups
  for (let filter = 0; filter < output.channels; filter++) {
    const group = Math.floor(filter / perGroup)
    const [rows, column] = [filterRows[group], columns[group]]
    if (rows === undefined || column === undefined) throw new Error('a group has no matrix')
    expect([column.columns, rows.columns]).toEqual([positions, column.rows])
    for (let position = 0; position < positions; position++) {
      let sum = 0
      for (let i = 0; i < rows.columns; i++) {
        sum +=
          (rows.values[(filter % perGroup) * rows.columns + i] as number) *
          (column.values[i * positions + position] as number)
      }
      const value = output.values[position * output.channels + filter] as number
      expect(sum + (bias[filter] as number)).toBeCloseTo(value, 12)
    }
  }
}
