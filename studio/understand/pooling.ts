/** Pooling as steps: forward, where a value of each window passes, then backward, where its gradient goes. */

import type { PoolingFrame, PoolingFrames } from 'lenslet/inspect'
import { scaleOf } from '../look/colors.ts'
import { cell } from '../look/numbers.ts'
import { upTo } from './convolution.ts'
import type { Box, Grid, Step, Steps, StepWords } from './types.ts'

const mostTerms = 9

export function poolingSteps(frames: PoolingFrames, words: StepWords): Steps {
  const { window, input, output, outputGradient, inputGradient } = frames
  const grid = (
    id: string,
    caption: string,
    [rows, columns]: readonly [number, number],
    values: Float64Array,
  ): Grid => ({
    ...{ id, caption, rows, columns, values },
    scale: scaleOf(values, 'signed'),
  })
  const count = frames.frames.length
  return {
    kind: 'pooling',
    groups: [
      { title: words.inputs, grids: [grid('x', 'x', window.input, input)] },
      { title: words.outputs, grids: [grid('y', 'y', window.output, output)] },
      { title: words.gradientOut, grids: [grid('dy', 'dL/dy', window.output, outputGradient)] },
      { title: words.gradientIn, grids: [grid('dx', 'dL/dx', window.input, inputGradient)] },
    ],
    matrices: [],
    count: 2 * count,
    at: (index) => (index < count ? forwardStep(frames, index) : backwardStep(frames, index - count)),
  }
}

/** The part of the window that lies on the map. */
function boxOf({ window }: PoolingFrames, { top, left }: PoolingFrame, kind: Box['kind']): Box {
  const side = (axis: 0 | 1, start: number) => {
    const end = start + window.dilation[axis] * (window.kernel[axis] - 1) + 1
    const from = Math.max(0, start)
    return [from, Math.min(window.input[axis], end) - from] as const
  }
  const [[y, rows], [x, columns]] = [side(0, top), side(1, left)]
  return { kind, top: y, left: x, rows, columns }
}

function forwardStep(frames: PoolingFrames, index: number): Step {
  const { kind, input, output, inputGradient } = frames
  const frame = frames.frames[index] as PoolingFrame
  const { row, column, value, taps, winner } = frame
  const shown = taps.map((tap) => cell(input[tap.index] as number))
  const bracketed = (text: string) => (text.startsWith('−') ? `(${text})` : text)
  const how = {
    max: `max(${shown.join(', ')})`,
    average: `(${shown.map(bracketed).join(' + ')})/${Math.round(1 / (taps[0]?.slope ?? 1))}`,
    l2: `√(${shown.map((text) => `${bracketed(text)}²`).join(' + ')})`,
  }
  return {
    boxes: { x: boxOf(frames, frame, 'in'), y: { kind: 'out', top: row, left: column, rows: 1, columns: 1 } },
    marks: winner === undefined ? {} : { x: [winner] },
    filled: { y: upTo(output, index + 1), dx: upTo(inputGradient, 0) },
    terms: [{ what: `y[${row},${column}]`, how: how[kind], value }],
    total: { what: `y[${row},${column}]`, value },
    isBackward: false,
  }
}

function backwardStep(frames: PoolingFrames, index: number): Step {
  const { window, outputGradient, inputGradient } = frames
  const frame = frames.frames[index] as PoolingFrame
  const { row, column, taps } = frame
  const sums = new Float64Array(inputGradient.length)
  for (const each of frames.frames.slice(0, index + 1)) {
    const given = outputGradient[each.row * window.output[1] + each.column] as number
    for (const tap of each.taps) sums[tap.index] = (sums[tap.index] as number) + tap.slope * given
  }
  const given = outputGradient[row * window.output[1] + column] as number
  const reached = taps.filter(({ slope }) => slope !== 0)
  const at = (place: number) => `dx[${Math.floor(place / window.input[1])},${place % window.input[1]}]`
  return {
    boxes: { dy: { kind: 'in', top: row, left: column, rows: 1, columns: 1 }, dx: boxOf(frames, frame, 'out') },
    marks: { dx: reached.map((tap) => tap.index) },
    filled: { dx: sums },
    terms: reached.slice(0, mostTerms).map((tap) => ({
      what: `${at(tap.index)} += ${cell(tap.slope)} · dy[${row},${column}]`,
      value: tap.slope * given,
    })),
    total: { what: `dy[${row},${column}]`, value: given },
    isBackward: true,
  }
}
