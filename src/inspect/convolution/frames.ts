/**
 * Convolution step by step, as data for an animation: the demo of the CS231n notes ("Convolutional Layer") for any input,
 * filters and window. Numbers are float64 and follow the definition, V[y, x, k] = Σ X[window]·W[k] + b[k].
 */

import { ArgumentError } from '../../core/errors.ts'
import { checkOptions } from '../../core/options.ts'
import { Random } from '../../core/random.ts'
import { printShape, printVolume, type Shape, type Volume, volumeSize } from '../../core/shapes.ts'
import { type Padding, type Pair, type Window, type WindowSpec, windowOn } from '../../ops/window.ts'

/** A map and the filters that slide over it. */
export interface ConvolutionSource {
  /** [H, W, C] */
  readonly input: ArrayLike<number>
  readonly volume: Volume
  /** [F, F, C/groups, K] */
  readonly filters: ArrayLike<number>
  readonly shape: Shape
  /** [K]. Absent: no biases. */
  readonly bias?: ArrayLike<number> | undefined
  readonly window: WindowSpec
  /** Default 1. */
  readonly groups?: number | undefined
  /**
   * [H2, W2, K]: what input channels that are not shown add to each output. Absent: all channels are shown.
   */
  readonly rest?: ArrayLike<number> | undefined
}

/** One output value: where its window lies and what it adds up. */
export interface ConvolutionFrame {
  /** Which filter, and the position in its output map. */
  readonly filter: number
  readonly row: number
  readonly column: number
  /** First row and column under the window, counted from the first padded ones. */
  readonly top: number
  readonly left: number
  /** [C/groups]: Σ x·w of each channel that the filter sees. */
  readonly sums: readonly number[]
  /** Of channels that are not shown; 0 where all are. */
  readonly rest: number
  readonly bias: number
  /** What is written into the output: the sums, the rest and the bias. */
  readonly value: number
}

/** A matrix, row by row. */
export interface Matrix {
  readonly rows: number
  readonly columns: number
  readonly values: Float64Array
}

export interface ConvolutionFrames {
  /** Where the windows lie. */
  readonly window: Window
  readonly groups: number
  /** The input with its padding, [H + P, W + P, C]. */
  readonly padded: Volume & { readonly values: Float64Array }
  /** [F, F, C/groups, K] */
  readonly filters: { readonly shape: Shape; readonly values: Float64Array }
  /** [K] */
  readonly bias: Float64Array
  /** [H2, W2, K] */
  readonly output: Volume & { readonly values: Float64Array }
  /**
   * im2col, one matrix for each group: a column for each position of the output, row by row; in it the window's values
   * [F, F, C/groups]. `filterRows` has the filters of the group as rows in the same order; their product is the output
   * without rest and biases, [K/groups, H2·W2].
   */
  readonly columns: readonly Matrix[]
  readonly filterRows: readonly Matrix[]
  /** In the order of the notes: a filter after the other, its positions row by row. */
  readonly frames: readonly ConvolutionFrame[]
}

/** An animation of more would not end; the matrices of more would not fit a page. */
const mostFrames = 10_000
const mostColumnValues = 1_000_000

/**
 * Throws `ArgumentError` where arrays do not have the sizes that the shapes say, where the window fits nowhere, and for more
 * than 10,000 output values or 1,000,000 values in the im2col matrix: show a part of the map, and some of the filters.
 */
export function convolutionFrames(source: ConvolutionSource): ConvolutionFrames {
  checkOptions<ConvolutionSource>('convolutionFrames', source, {
    input: true,
    volume: true,
    filters: true,
    shape: true,
    bias: true,
    window: true,
    groups: true,
    rest: true,
  })
  const { volume, shape, groups = 1 } = source
  const [fh = 0, fw = 0, depth = 0, count = 0] = shape
  checkSizes(source, groups)
  const window = windowOn(source.window, volume)
  const [rows, columns] = window.output
  checkLimits(window, depth, count, groups)
  const filters = Float64Array.from(source.filters)
  const bias = source.bias === undefined ? new Float64Array(count) : Float64Array.from(source.bias)
  if (source.rest !== undefined) expectLength('the rest', source.rest, [rows, columns, count])
  const padded = pad(source.input, volume, window.padding, reach(window))
  const values = new Float64Array(rows * columns * count)
  const frames: ConvolutionFrame[] = []
  const perGroup = count / groups
  for (let filter = 0; filter < count; filter++) {
    const group = Math.floor(filter / perGroup)
    for (let row = 0; row < rows; row++)
      for (let column = 0; column < columns; column++) {
        const [top, left] = [row * window.stride[0], column * window.stride[1]]
        const sums = Array.from({ length: depth }, () => 0)
        for (let i = 0; i < fh; i++)
          for (let j = 0; j < fw; j++) {
            const at = (top + i * window.dilation[0]) * padded.width + left + j * window.dilation[1]
            for (let c = 0; c < depth; c++) {
              const x = padded.values[at * padded.channels + group * depth + c] as number
              sums[c] = (sums[c] as number) + x * (filters[((i * fw + j) * depth + c) * count + filter] as number)
            }
          }
        const place = (row * columns + column) * count + filter
        const rest = source.rest?.[place] ?? 0
        const value = sums.reduce((a, b) => a + b, 0) + rest + (bias[filter] as number)
        values[place] = value
        frames.push({ filter, row, column, top, left, sums, rest, bias: bias[filter] as number, value })
      }
  }
  const each = Array.from({ length: groups }, (_, group) => group)
  return {
    window,
    groups,
    padded,
    filters: { shape, values: filters },
    bias,
    output: { height: rows, width: columns, channels: count, values },
    columns: each.map((group) => columnsOf(padded, window, depth, group)),
    filterRows: each.map((group) => filterRowsOf(filters, [fh, fw, depth, count], group, perGroup)),
    frames,
  }
}

/** im2col: a column for each position of the window, in it the values [F, F, C/groups]; out-of-map values are 0. */
function columnsOf(
  padded: Volume & { readonly values: Float64Array },
  { kernel, stride, dilation, output }: Window,
  depth: number,
  group: number,
): Matrix {
  const [rows, columns] = [kernel[0] * kernel[1] * depth, output[0] * output[1]]
  const values = new Float64Array(rows * columns)
  for (let i = 0; i < kernel[0]; i++)
    for (let j = 0; j < kernel[1]; j++)
      for (let c = 0; c < depth; c++)
        for (let p = 0; p < columns; p++) {
          const y = Math.floor(p / output[1]) * stride[0] + i * dilation[0]
          const x = (p % output[1]) * stride[1] + j * dilation[1]
          const value = padded.values[(y * padded.width + x) * padded.channels + group * depth + c] as number
          values[((i * kernel[1] + j) * depth + c) * columns + p] = value
        }
  return { rows, columns, values }
}

function filterRowsOf(
  filters: Float64Array,
  [fh, fw, depth, count]: readonly [number, number, number, number],
  group: number,
  perGroup: number,
): Matrix {
  const columns = fh * fw * depth
  const values = Float64Array.from({ length: perGroup * columns }, (_, index) => {
    const filter = group * perGroup + Math.floor(index / columns)
    return filters[(index % columns) * count + filter] as number
  })
  return { rows: perGroup, columns, values }
}

/** How far the windows reach, padding included: with `ceil` beyond it, otherwise maybe less far. */
export function reach({ kernel, stride, padding, dilation, input, output }: Window): Pair {
  const side = (axis: 0 | 1) => {
    const last = (output[axis] - 1) * stride[axis] + dilation[axis] * (kernel[axis] - 1) + 1
    return Math.max(last, padding[axis] + input[axis] + padding[(axis + 2) as 2 | 3])
  }
  return [side(0), side(1)]
}

/** The input within zeros. */
function pad(
  input: ArrayLike<number>,
  { height, width, channels }: Volume,
  [top, left]: Padding,
  [rows, columns]: Pair,
): Volume & { readonly values: Float64Array } {
  const values = new Float64Array(rows * columns * channels)
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++)
      for (let c = 0; c < channels; c++) {
        const into = ((y + top) * columns + x + left) * channels + c
        values[into] = input[(y * width + x) * channels + c] as number
      }
  return { height: rows, width: columns, channels, values }
}

function checkSizes({ input, volume, filters, shape, bias, window }: ConvolutionSource, groups: number): void {
  const [fh, fw, depth = 0, count = 0] = shape
  const isWhole = (value: unknown) => Number.isInteger(value) && (value as number) >= 1
  const fits =
    shape.length === 4 &&
    shape.every(isWhole) &&
    [volume.height, volume.width, volume.channels, groups].every(isWhole) &&
    volume.channels === depth * groups &&
    count % groups === 0 &&
    window.kernel[0] === fh &&
    window.kernel[1] === fw
  if (!fits) {
    throw new ArgumentError('input, filters and window do not fit each other', {
      received: `an input of ${printVolume(volume)}, filters ${printShape(shape)}, a window of ${window.kernel.join('×')}, ${groups} groups`,
      expected:
        'filters [F, F, C/groups, K], where F×F is the window, C the depth of the input, and K a multiple of groups',
    })
  }
  expectLength('the input', input, [volume.height, volume.width, volume.channels])
  expectLength('the filters', filters, shape)
  if (bias !== undefined) expectLength('the biases', bias, [count])
}

export function expectLength(what: string, values: ArrayLike<number>, shape: Shape): void {
  const length = shape.reduce((a, b) => a * b, 1)
  if (values.length === length) return
  throw new ArgumentError(`${what} have the wrong number of values`.replace(/^the input have/, 'the input has'), {
    received: `${values.length} values`,
    expected: `${length}, ${printShape(shape)}`,
  })
}

function checkLimits(
  { kernel, padding, dilation, input, output }: Window,
  depth: number,
  count: number,
  groups: number,
): void {
  if (output[0] < 1 || output[1] < 1) {
    const extent = (axis: 0 | 1) => dilation[axis] * (kernel[axis] - 1) + 1
    throw new ArgumentError('the window does not fit the input', {
      received: `a window that spans ${extent(0)}×${extent(1)} on ${input.join('×')}, with padding ${padding.join(',')}`,
      expected: 'at least one position',
    })
  }
  const positions = output[0] * output[1]
  if (positions * count <= mostFrames && positions * kernel[0] * kernel[1] * depth * groups <= mostColumnValues) return
  throw new ArgumentError('too much to show step by step', {
    received: `${output.join('×')} positions of ${count} filters of ${kernel.join('×')}×${depth}`,
    expected: `at most ${mostFrames} output values, and ${mostColumnValues} values in the im2col matrix`,
    advice: 'show a part of the map, and some of the filters (`convolutionAt` of lenslet/insight chooses them)',
  })
}

/**
 * The notes' demo: 5×5×3, K = 2, F = 3, S = 2, P = 1. Inputs are 0, 1 or 2, weights −1, 0 or 1, biases 0 or 1, drawn by the
 * seed, as the notes' page draws them anew on each visit.
 */
export function notesDemo(seed = 0): ConvolutionSource {
  const random = Random.seeded(seed, 'convolution demo')
  const draw = (length: number, least: number, below: number) =>
    Array.from({ length }, () => least + random.integer(below - least))
  const volume = { height: 5, width: 5, channels: 3 }
  const input = draw(volumeSize(volume), 0, 3)
  return {
    input,
    volume,
    filters: draw(3 * 3 * 3 * 2, -1, 2),
    shape: [3, 3, 3, 2],
    bias: [1, 0],
    window: { kernel: [3, 3], stride: [2, 2], padding: [1, 1, 1, 1], dilation: [1, 1] },
  }
}
