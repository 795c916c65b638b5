/**
 * Convolution and pooling as pages that play by themselves, laid out as the demo of the CS231n notes: the input with its
 * padding, the filters, the output; below them im2col's column and the matrix product.
 */

import { printVolume } from '../../core/shapes.ts'
import { counted } from '../../core/text.ts'
import { printWindow, type Window } from '../../ops/window.ts'
import { printCell } from '../steps/number.ts'
import { stepsHtml } from '../steps/page.ts'
import type { Grid, Panel, PanelRow, Step } from '../steps/types.ts'
import type { ConvolutionFrame, ConvolutionFrames, Matrix } from './frames.ts'
import type { PoolingFrames } from './pooling.ts'

export interface ShownOptions {
  /** Default: what is computed. */
  readonly title?: string | undefined
  /** Default: the sizes, with the notes' arithmetic. */
  readonly subtitle?: string | undefined
  /** What the input's channels are, where they are not the first ones: [C]. */
  readonly channels?: readonly number[] | undefined
  /** Which filters are shown, where they are not the first ones: [K]. */
  readonly filters?: readonly number[] | undefined
  /** What a reader should know, one sentence each: what is left out. */
  readonly remarks?: readonly string[] | undefined
}

/** Rows of im2col's matrix beyond which only the maps are drawn. */
const mostMatrixRows = 400
/** Products are written out up to this many. */
const mostProducts = 9

/** A convolution as a page of its own: it plays, pauses, and steps. The frames are data for any other drawing. */
export function convolutionPage(frames: ConvolutionFrames, options: ShownOptions = {}): string {
  const { padded, output, window, groups, filters } = frames
  const depth = filters.shape[2] as number
  const names: Names = {
    channels: options.channels ?? Array.from({ length: padded.channels }, (_, c) => c),
    filters: options.filters ?? Array.from({ length: output.channels }, (_, k) => k),
  }
  const matrices = matrixRow(frames)
  const remarks = [...(options.remarks ?? [])]
  if (matrices === undefined) {
    remarks.push(
      `The im2col matrix has ${(frames.columns[0] as Matrix).rows} rows, too many for this page; up to ${mostMatrixRows} are drawn.`,
    )
  }
  const { title = 'Convolution, step by step', subtitle = sizesOf(frames) } = options
  return stepsHtml({
    title,
    subtitle,
    rows: [{ panels: mapPanels(frames, names) }, ...(matrices === undefined ? [] : [matrices])],
    steps: frames.frames.map((frame) =>
      convolutionStep(frames, frame, names, depth, groups, window, matrices !== undefined),
    ),
    remarks,
  })
}

interface Names {
  readonly channels: readonly number[]
  readonly filters: readonly number[]
}

/** `5×5×3, 2 filters of 3×3×3, stride 2, padding 1: (5 − 3 + 2·1)/2 + 1 = 3, so the output is 3×3×2` */
function sizesOf({ window, filters, groups, output }: ConvolutionFrames): string {
  const [fh, fw, depth = 0, count = 0] = filters.shape
  const input = printVolume({ height: window.input[0], width: window.input[1], channels: depth * groups })
  return `Input ${input}, ${counted(count, 'filter')} of ${fh}×${fw}×${depth} (${printWindow(window)})${groups > 1 ? `, ${groups} groups` : ''}, output ${printVolume(output)}.`
}

function mapPanels({ padded, window, filters, bias, output }: ConvolutionFrames, names: Names): readonly Panel[] {
  const [fh = 0, fw = 0, depth = 0, count = 0] = filters.shape
  const [weights, inputs, outputs] = [largest(filters.values), largest(padded.values), largest(output.values)]
  const slice = (values: ArrayLike<number>, length: number, stride: number, at: number) =>
    Float64Array.from({ length }, (_, index) => values[index * stride + at] as number)
  const x = Array.from({ length: padded.channels }, (_, c): Grid => {
    const area = padded.height * padded.width
    return {
      id: `x${c}`,
      caption: `x[:,:,${names.channels[c]}]`,
      rows: padded.height,
      columns: padded.width,
      values: slice(padded.values, area, padded.channels, c),
      scale: inputs,
      isPadding: (index) => isPadding(window, Math.floor(index / padded.width), index % padded.width),
    }
  })
  const w = Array.from({ length: count }, (_, k): Panel => {
    const group = Math.floor(k / (count / (padded.channels / depth)))
    return {
      title: `Filter w${names.filters[k]}`,
      note: `bias b${names.filters[k]} = ${printCell(bias[k] as number)}`,
      grids: Array.from({ length: depth }, (_, c) => ({
        id: `w${k}-${c}`,
        caption: `w${names.filters[k]}[:,:,${names.channels[group * depth + c]}]`,
        rows: fh,
        columns: fw,
        values: slice(filters.values, fh * fw, depth * count, c * count + k),
        scale: weights,
      })),
    }
  })
  const o = Array.from(
    { length: count },
    (_, k): Grid => ({
      id: `o${k}`,
      caption: `o[:,:,${names.filters[k]}]`,
      rows: output.height,
      columns: output.width,
      values: slice(output.values, output.height * output.width, count, k),
      scale: outputs,
      fills: true,
    }),
  )
  const isPadded = padded.height !== window.input[0] || padded.width !== window.input[1]
  return [
    { title: 'Input x', note: isPadded ? 'grey: padding with zeros' : '', grids: x },
    ...w,
    { title: 'Output o', note: '', grids: o },
  ]
}

/** im2col and the product. Undefined where there is no room. */
function matrixRow({ columns, filterRows, output, groups }: ConvolutionFrames): PanelRow | undefined {
  const [first] = columns
  if (first === undefined || first.rows > mostMatrixRows) return undefined
  const sized = (matrix: Matrix, id: string, caption: string): Grid => ({
    ...{ id, caption, rows: matrix.rows, columns: matrix.columns, values: matrix.values },
    scale: largest(matrix.values),
  })
  const of = (group: number) => (groups === 1 ? '' : ` of group ${group}`)
  const positions = output.height * output.width
  const perGroup = output.channels / groups
  const products = filterRows.map((rows, group): Grid => {
    const values = product(rows, columns[group] as Matrix)
    return {
      id: `p${group}`,
      caption: `${perGroup} × ${positions}`,
      rows: perGroup,
      columns: positions,
      values,
      scale: largest(values),
      fills: true,
    }
  })
  return {
    title: 'The same as a matrix product',
    note: `im2col writes each window as a column of ${first.rows} numbers: position by position, the channels of a position side by side. One matrix product then computes all filters at all positions; the biases are added afterwards.`,
    asProduct: true,
    panels: [
      {
        title: 'X_col',
        small: true,
        grids: columns.map((matrix, group) =>
          sized(matrix, `c${group}`, `${matrix.rows} × ${matrix.columns}${of(group)}`),
        ),
      },
      {
        title: 'W_row',
        small: true,
        grids: filterRows.map((matrix, group) =>
          sized(matrix, `r${group}`, `${matrix.rows} × ${matrix.columns}${of(group)}`),
        ),
      },
      { title: 'W_row · X_col', small: true, grids: products },
    ],
  }
}

function product(a: Matrix, b: Matrix): Float64Array {
  return Float64Array.from({ length: a.rows * b.columns }, (_, index) => {
    const [row, column] = [Math.floor(index / b.columns), index % b.columns]
    let sum = 0
    for (let i = 0; i < a.columns; i++) {
      sum += (a.values[row * a.columns + i] as number) * (b.values[i * b.columns + column] as number)
    }
    return sum
  })
}

function convolutionStep(
  frames: ConvolutionFrames,
  frame: ConvolutionFrame,
  names: Names,
  depth: number,
  groups: number,
  { kernel, dilation }: Window,
  hasMatrices: boolean,
): Step {
  const { padded, output, filters } = frames
  const { filter, row, column, top, left, sums, rest, bias, value } = frame
  const perGroup = output.channels / groups
  const group = Math.floor(filter / perGroup)
  const [height, width] = [dilation[0] * (kernel[0] - 1) + 1, dilation[1] * (kernel[1] - 1) + 1]
  const isDilated = dilation[0] > 1 || dilation[1] > 1
  const channels = Array.from({ length: depth }, (_, c) => group * depth + c)
  const place = row * output.width + column
  const taps = Array.from({ length: kernel[0] * kernel[1] }, (_, index) => {
    const [i, j] = [Math.floor(index / kernel[1]), index % kernel[1]]
    return (top + i * dilation[0]) * padded.width + left + j * dilation[1]
  })
  const named = names.filters[filter] as number
  const matrixRows = (frames.columns[group] as Matrix).rows
  const weightAt = (tap: number, c: number) => filters.values[(tap * depth + c) * output.channels + filter] as number
  const products = (c: number) =>
    taps
      .map((at, tap) => {
        const x = padded.values[at * padded.channels + group * depth + c] as number
        return `${printCell(x)}·${bracketed(printCell(weightAt(tap, c)))}`
      })
      .join(' + ')
  const wholeProduct = sums.reduce((a, b) => a + b, 0)
  return {
    boxes: [
      ...channels.map((c) => ({ grid: `x${c}`, kind: 'in' as const, top, left, rows: height, columns: width })),
      ...channels.map((_, c) => ({
        ...{ grid: `w${filter}-${c}`, kind: 'weight' as const, top: 0, left: 0 },
        ...{ rows: kernel[0], columns: kernel[1] },
      })),
      { grid: `o${filter}`, kind: 'out', top: row, left: column, rows: 1, columns: 1 },
      ...(hasMatrices
        ? ([
            { grid: `c${group}`, kind: 'in', top: 0, left: place, rows: matrixRows, columns: 1 },
            { grid: `r${group}`, kind: 'weight', top: filter % perGroup, left: 0, rows: 1, columns: matrixRows },
            { grid: `p${group}`, kind: 'out', top: filter % perGroup, left: place, rows: 1, columns: 1 },
          ] as const)
        : []),
    ],
    ...(isDilated && {
      cells: channels.flatMap((c) => taps.map((index) => ({ grid: `x${c}`, kind: 'in' as const, index }))),
    }),
    fills: [
      { grid: `o${filter}`, index: place, value },
      ...(hasMatrices
        ? [
            {
              grid: `p${group}`,
              index: (filter % perGroup) * output.height * output.width + place,
              value: wholeProduct,
            },
          ]
        : []),
    ],
    terms: [
      ...sums.map((sum, c) => ({
        what: `x[:,:,${names.channels[group * depth + c]}] · w${named}[:,:,${names.channels[group * depth + c]}]`,
        how: taps.length <= mostProducts ? products(c) : `${taps.length} products`,
        value: sum,
      })),
      ...(rest === 0 ? [] : [{ what: 'other channels', how: 'not shown', value: rest }]),
      { what: `bias b${named}`, value: bias },
    ],
    total: { what: `o[${row},${column},${named}]`, value },
  }
}

const bracketed = (text: string) => (text.startsWith('−') ? `(${text})` : text)

function isPadding({ padding, input }: Window, row: number, column: number): boolean {
  const [y, x] = [row - padding[0], column - padding[1]]
  return y < 0 || x < 0 || y >= input[0] || x >= input[1]
}

/** The largest magnitude. */
function largest(values: ArrayLike<number>): number {
  let most = 0
  for (let i = 0; i < values.length; i++) if (Math.abs(values[i] as number) > most) most = Math.abs(values[i] as number)
  return Number.isFinite(most) ? most : 0
}

const sentences = {
  max: 'The largest value of each window passes. Backward, the gradient goes to it alone: the switch.',
  average: 'The mean of each window passes. Backward, the gradient is shared out equally.',
  l2: 'The root of the sum of squares of each window passes. Backward, each value gets its share of it.',
} as const

/** Pooling of one channel as a page of its own: forward with the values that win, then backward. */
export function poolingPage(frames: PoolingFrames, options: ShownOptions = {}): string {
  const { kind, window, input, output } = frames
  const power = powerFor(largest(frames.outputGradient))
  const scaled = (values: Float64Array) => values.map((value) => value * 10 ** power)
  const [outputGradient, inputGradient] = [scaled(frames.outputGradient), scaled(frames.inputGradient)]
  const times = power === 0 ? '' : ` · 10${superscript(power)}`
  const grid = (
    id: string,
    caption: string,
    [rows, columns]: readonly [number, number],
    values: Float64Array,
  ): Grid => ({
    ...{ id, caption, rows, columns, values, scale: largest(values) },
    ...(id === 'y' || id === 'dx' ? { fills: true as const } : {}),
  })
  const words = { max: 'Max pooling', average: 'Average pooling', l2: 'L2-norm pooling' }[kind]
  const {
    title = `${words}, forward and backward`,
    subtitle = `${printWindow(window)} on ${window.input.join('×')}, output ${window.output.join('×')}.`,
    remarks = [],
  } = options
  return stepsHtml({
    title,
    subtitle,
    rows: [
      {
        note: sentences[kind],
        panels: [
          { title: 'Input x', grids: [grid('x', 'x', window.input, input)] },
          { title: 'Output y', grids: [grid('y', 'y', window.output, output)] },
          { title: 'Gradient of the output', grids: [grid('dy', `dL/dy${times}`, window.output, outputGradient)] },
          { title: 'Gradient of the input', grids: [grid('dx', `dL/dx${times}`, window.input, inputGradient)] },
        ],
      },
    ],
    steps: [...forwardSteps(frames), ...backwardSteps({ ...frames, outputGradient, inputGradient })],
    remarks,
  })
}

/** The power of ten that makes a small gradient readable. */
function powerFor(size: number): number {
  return size > 0 && size < 0.1 ? Math.min(300, Math.ceil(-Math.log10(size))) : 0
}

function superscript(power: number): string {
  return [...`${power}`].map((digit) => '⁰¹²³⁴⁵⁶⁷⁸⁹'[Number(digit)]).join('')
}

function forwardSteps({ kind, window, frames, input }: PoolingFrames): readonly Step[] {
  return frames.map(({ row, column, value, taps, winner }): Step => {
    const shown = taps.map(({ index }) => printCell(input[index] as number))
    const how = {
      max: `max(${shown.join(', ')})`,
      average: `(${shown.join(' + ')})/${Math.round(1 / (taps[0]?.slope ?? 1))}`,
      l2: `√(${shown.map((text) => `${bracketed(text)}²`).join(' + ')})`,
    }
    return {
      boxes: [
        { grid: 'x', kind: 'in', ...windowBox(window, row, column) },
        { grid: 'y', kind: 'out', top: row, left: column, rows: 1, columns: 1 },
      ],
      cells: winner === undefined ? [] : [{ grid: 'x', kind: 'out', index: winner }],
      fills: [{ grid: 'y', index: row * window.output[1] + column, value }],
      terms: [{ what: 'forward', how: how[kind], value }],
      total: { what: `y[${row},${column}]`, value },
    }
  })
}

/** The part of the window that lies on the map. */
function windowBox({ kernel, dilation, stride, padding, input }: Window, row: number, column: number) {
  const side = (axis: 0 | 1, position: number) => {
    const start = position * stride[axis] - padding[axis]
    const end = start + dilation[axis] * (kernel[axis] - 1) + 1
    return [Math.max(0, start), Math.min(input[axis], end) - Math.max(0, start)] as const
  }
  const [top, rows] = side(0, row)
  const [left, columns] = side(1, column)
  return { top, left, rows, columns }
}

function backwardSteps({ window, frames, outputGradient, inputGradient }: PoolingFrames): readonly Step[] {
  const soFar = new Float64Array(inputGradient.length)
  // All cells are empty until the backward pass begins, and then 0.
  const zeros = Array.from(inputGradient, (_, index) => ({ grid: 'dx', index, value: 0 }))
  return frames.map(({ row, column, taps }, step): Step => {
    const place = row * window.output[1] + column
    const given = outputGradient[place] as number
    const reached = taps.filter(({ slope }) => slope !== 0)
    for (const { index, slope } of reached) soFar[index] = (soFar[index] as number) + slope * given
    const at = (index: number) => `dx[${Math.floor(index / window.input[1])},${index % window.input[1]}]`
    return {
      boxes: [
        { grid: 'dy', kind: 'in', top: row, left: column, rows: 1, columns: 1 },
        { grid: 'dx', kind: 'out', ...windowBox(window, row, column) },
      ],
      cells: reached.map(({ index }) => ({ grid: 'dx', kind: 'out' as const, index })),
      fills: [
        ...(step === 0 ? zeros : []),
        ...reached.map(({ index }) => ({ grid: 'dx', index, value: soFar[index] as number })),
      ],
      terms: reached.slice(0, mostProducts).map(({ index, slope }) => ({
        what: `backward, ${at(index)} += ${printCell(slope)} · dy[${row},${column}]`,
        value: slope * given,
      })),
      total: { what: `from dy[${row},${column}]`, value: given },
    }
  })
}
