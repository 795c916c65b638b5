/** A convolution as steps: the notes' demo, with any numbers, and the same as a matrix product. */

import type { ConvolutionFrame, ConvolutionFrames } from 'lenslet/inspect'
import { type Scale, scaleOf } from '../look/colors.ts'
import { cell } from '../look/numbers.ts'
import type { Box, Grid, Group, Step, Steps, StepWords } from './types.ts'

/** Rows of im2col's matrix that are still drawn. */
const mostRows = 400
/** Products are written out up to this many. */
const mostProducts = 9

export interface Names {
  /** Numbers of the input's channels and of the filters that are shown, where they are not the first ones. */
  readonly channels?: readonly number[]
  readonly filters?: readonly number[]
}

export function convolutionSteps(frames: ConvolutionFrames, words: StepWords, names: Names = {}): Steps {
  const { padded, window, filters, bias, output, groups: groupCount } = frames
  const [fh = 0, fw = 0, depth = 0, count = 0] = filters.shape
  const channelName = (c: number) => names.channels?.[c] ?? c
  const filterName = (k: number) => names.filters?.[k] ?? k
  const perGroup = count / groupCount
  const signed = (values: ArrayLike<number>): Scale => scaleOf(Array.from(values), 'signed')
  const [inputs, weights, outputs] = [signed(padded.values), signed(filters.values), signed(output.values)]
  const plane = (values: ArrayLike<number>, length: number, stride: number, at: number) =>
    Float64Array.from({ length }, (_, index) => values[index * stride + at] as number)
  const isPadding = (index: number) => {
    const [y, x] = [Math.floor(index / padded.width) - window.padding[0], (index % padded.width) - window.padding[1]]
    return y < 0 || x < 0 || y >= window.input[0] || x >= window.input[1]
  }
  const x = Array.from(
    { length: padded.channels },
    (_, c): Grid => ({
      ...{
        id: `x${c}`,
        caption: `x[:,:,${channelName(c)}]`,
        rows: padded.height,
        columns: padded.width,
        scale: inputs,
        isPadding,
      },
      values: plane(padded.values, padded.height * padded.width, padded.channels, c),
    }),
  )
  const w = Array.from({ length: count }, (_, k): Group => {
    const first = Math.floor(k / perGroup) * depth
    return {
      title: `${words.filter} w${filterName(k)}`,
      note: `b${filterName(k)} = ${cell(bias[k] as number)}`,
      grids: Array.from({ length: depth }, (_, c) => ({
        ...{
          id: `w${k}-${c}`,
          caption: `w${filterName(k)}[:,:,${channelName(first + c)}]`,
          rows: fh,
          columns: fw,
          scale: weights,
        },
        values: plane(filters.values, fh * fw, depth * count, c * count + k),
      })),
    }
  })
  const o = Array.from(
    { length: count },
    (_, k): Grid => ({
      ...{
        id: `o${k}`,
        caption: `o[:,:,${filterName(k)}]`,
        rows: output.height,
        columns: output.width,
        scale: outputs,
      },
      values: plane(output.values, output.height * output.width, count, k),
    }),
  )
  const matrices = matricesOf(frames)
  return {
    kind: 'convolution',
    groups: [{ title: words.inputs, grids: x }, ...w, { title: words.outputs, grids: o }],
    matrices,
    count: frames.frames.length,
    at: (index) => stepOf(frames, index, words, channelName, filterName, o, matrices),
  }
}

function matricesOf({ columns, filterRows, output }: ConvolutionFrames): Steps['matrices'] {
  if ((columns[0]?.rows ?? 0) > mostRows) return []
  const positions = output.height * output.width
  return columns.map((column, group) => {
    const row = filterRows[group] as typeof column
    const product = Float64Array.from({ length: row.rows * positions }, (_, at) => {
      const [k, position] = [Math.floor(at / positions), at % positions]
      let sum = 0
      for (let i = 0; i < row.columns; i++)
        sum += (row.values[k * row.columns + i] as number) * (column.values[i * positions + position] as number)
      return sum
    })
    const grid = (id: string, caption: string, rows: number, across: number, values: Float64Array): Grid => ({
      ...{ id: `${id}${group}`, caption: `${caption} ${rows}×${across}`, rows, columns: across, values },
      scale: scaleOf(values, 'signed'),
    })
    return {
      rows: grid('r', 'W_row', row.rows, row.columns, row.values),
      columns: grid('c', 'X_col', column.rows, column.columns, column.values),
      product: grid('p', 'W_row · X_col', row.rows, positions, product),
    }
  })
}

function stepOf(
  frames: ConvolutionFrames,
  index: number,
  words: StepWords,
  channelName: (c: number) => number,
  filterName: (k: number) => number,
  outputs: readonly Grid[],
  matrices: Steps['matrices'],
): Step {
  const { padded, output, filters, window, groups } = frames
  const frame = frames.frames[index] as ConvolutionFrame
  const { filter, row, column, top, left, sums, rest, bias, value } = frame
  const [fh = 0, fw = 0, depth = 0, count = 0] = filters.shape
  const perGroup = count / groups
  const group = Math.floor(filter / perGroup)
  const { dilation } = window
  const [tall, wide] = [dilation[0] * (fh - 1) + 1, dilation[1] * (fw - 1) + 1]
  const place = row * output.width + column
  const positions = output.height * output.width
  const taps = Array.from({ length: fh * fw }, (_, tap) => {
    const [i, j] = [Math.floor(tap / fw), tap % fw]
    return (top + i * dilation[0]) * padded.width + left + j * dilation[1]
  })
  const boxes: Record<string, Box> = { [`o${filter}`]: { kind: 'out', top: row, left: column, rows: 1, columns: 1 } }
  const marks: Record<string, readonly number[]> = {}
  for (let c = 0; c < depth; c++) {
    boxes[`x${group * depth + c}`] = { kind: 'in', top, left, rows: tall, columns: wide }
    boxes[`w${filter}-${c}`] = { kind: 'weight', top: 0, left: 0, rows: fh, columns: fw }
    if (dilation[0] > 1 || dilation[1] > 1) marks[`x${group * depth + c}`] = taps
  }
  const filled: Record<string, Float64Array> = {}
  outputs.forEach(({ id, values }, k) => {
    filled[id] = upTo(values, k < filter ? positions : k === filter ? place + 1 : 0)
  })
  const matrix = matrices[group]
  if (matrix !== undefined) {
    const at = filter % perGroup
    boxes[matrix.columns.id] = { kind: 'in', top: 0, left: place, rows: matrix.columns.rows, columns: 1 }
    boxes[matrix.rows.id] = { kind: 'weight', top: at, left: 0, rows: 1, columns: matrix.rows.columns }
    boxes[matrix.product.id] = { kind: 'out', top: at, left: place, rows: 1, columns: 1 }
    matrices.forEach(({ product }, each) => {
      filled[product.id] = upTo(
        product.values,
        each < group ? product.values.length : each > group ? 0 : at * positions + place + 1,
      )
    })
  }
  const named = filterName(filter)
  const how = (c: number) =>
    taps.length > mostProducts
      ? `${taps.length} ${words.products}`
      : taps
          .map((at, tap) => {
            const weight = filters.values[(tap * depth + c) * count + filter] as number
            return `${cell(padded.values[at * padded.channels + group * depth + c] as number)}·${bracketed(cell(weight))}`
          })
          .join(' + ')
  return {
    boxes,
    marks,
    filled,
    terms: [
      ...sums.map((sum, c) => {
        const channel = channelName(group * depth + c)
        return { what: `x[:,:,${channel}] · w${named}[:,:,${channel}]`, how: how(c), value: sum }
      }),
      ...(rest === 0 ? [] : [{ what: words.others, value: rest }]),
      { what: `${words.bias} b${named}`, value: bias },
    ],
    total: { what: `o[${row},${column},${named}]`, value },
    isBackward: false,
  }
}

const bracketed = (text: string) => (text.startsWith('−') ? `(${text})` : text)

export function upTo(values: ArrayLike<number>, count: number): Float64Array {
  return Float64Array.from({ length: values.length }, (_, index) =>
    index < count ? (values[index] as number) : Number.NaN,
  )
}

/** `(5 − 3 + 2·1)/2 + 1 = 3`, of one side. */
export function sizeText({ window }: ConvolutionFrames): string {
  const extent = window.dilation[0] * (window.kernel[0] - 1) + 1
  const [before, after] = [window.padding[0], window.padding[2]]
  const padding = before === after ? `2·${before}` : `${before} + ${after}`
  return `(${window.input[0]} − ${extent} + ${padding})/${window.stride[0]} + 1 = ${window.output[0]}`
}
