/**
 * Pooling step by step, as data for an animation: each window of one channel, the switch that max pooling remembers, and
 * where the gradient goes (CS231n notes, "Pooling Layer": it is routed to the input with the highest value).
 */

import { ArgumentError } from '../../core/errors.ts'
import { checkOptions } from '../../core/options.ts'
import { type Window, type WindowSpec, windowOn } from '../../ops/window.ts'
import { expectLength } from './frames.ts'

/** How the values of a window become one. */
export type PoolingKind = 'max' | 'average' | 'l2'

export interface PoolingSource {
  /** [H, W]: one channel. Pooling treats each by itself. */
  readonly input: ArrayLike<number>
  readonly height: number
  readonly width: number
  readonly window: WindowSpec
  readonly kind: PoolingKind
  /** Whether zeros of the padding count in an average. Default false. */
  readonly countPadding?: boolean | undefined
  /** [H2, W2]: dL/dy, to show where it goes. Default: 1 everywhere. */
  readonly gradient?: ArrayLike<number> | undefined
}

export interface PoolingFrame {
  readonly row: number
  readonly column: number
  /** First row and column under the window; negative in the padding. */
  readonly top: number
  readonly left: number
  readonly value: number
  /** The window's values on the map: their place in the input, and dy/dx of each. For max, 1 at the switch, 0 elsewhere. */
  readonly taps: readonly { readonly index: number; readonly slope: number }[]
  /** Of max: the place in the input of the value that won. */
  readonly winner?: number
}

export interface PoolingFrames {
  readonly kind: PoolingKind
  readonly window: Window
  /** [H, W] */
  readonly input: Float64Array
  /** [H2, W2] */
  readonly output: Float64Array
  /** [H2, W2]: of max, the flat index in the input of each window's winner (Zeiler and Fergus's switches). */
  readonly switches?: Int32Array
  /** dL/dy, [H2, W2], and dL/dx, [H, W], where contributions of windows that overlap add up. */
  readonly outputGradient: Float64Array
  readonly inputGradient: Float64Array
  /** Row by row. */
  readonly frames: readonly PoolingFrame[]
}

const mostFrames = 10_000

/** Throws `ArgumentError` for arrays of other sizes, a window that fits nowhere or sees only padding, and too many windows. */
export function poolingFrames(source: PoolingSource): PoolingFrames {
  checkOptions<PoolingSource>('poolingFrames', source, {
    input: true,
    height: true,
    width: true,
    window: true,
    kind: true,
    countPadding: true,
    gradient: true,
  })
  const { height, width, kind, countPadding = false } = source
  const window = windowOn(source.window, { height, width, channels: 1 })
  const [rows, columns] = window.output
  check(source, window)
  const input = Float64Array.from(source.input)
  const output = new Float64Array(rows * columns)
  const outputGradient = source.gradient ? Float64Array.from(source.gradient) : new Float64Array(rows * columns).fill(1)
  expectLength('the gradients', outputGradient, [rows, columns])
  const inputGradient = new Float64Array(height * width)
  const switches = new Int32Array(rows * columns)
  const frames = Array.from(output, (_, position): PoolingFrame => {
    const [row, column] = [Math.floor(position / columns), position % columns]
    const top = row * window.stride[0] - window.padding[0]
    const left = column * window.stride[1] - window.padding[1]
    const { places, padded } = placesUnder(window, top, left)
    const { value, slopes, winner } = pooled(
      kind,
      places.map((place) => input[place] as number),
      countPadding ? padded : places.length,
    )
    output[position] = value
    places.forEach((place, index) => {
      const given = (slopes[index] as number) * (outputGradient[position] as number)
      inputGradient[place] = (inputGradient[place] as number) + given
    })
    const won = places[winner] as number
    switches[position] = won
    const taps = places.map((index, at) => ({ index, slope: slopes[at] as number }))
    return { row, column, top, left, value, taps, ...(kind === 'max' && { winner: won }) }
  })
  const base = { kind, window, input, output, outputGradient, inputGradient, frames }
  return kind === 'max' ? { ...base, switches } : base
}

/** Flat places on the map, in the window's order, and how many of the window's values lie on the map or its padding. */
function placesUnder({ kernel, dilation, input, padding }: Window, top: number, left: number) {
  const places: number[] = []
  let padded = 0
  for (let i = 0; i < kernel[0]; i++)
    for (let j = 0; j < kernel[1]; j++) {
      const [y, x] = [top + i * dilation[0], left + j * dilation[1]]
      if (y < input[0] + padding[2] && x < input[1] + padding[3]) padded++
      if (y >= 0 && y < input[0] && x >= 0 && x < input[1]) places.push(y * input[1] + x)
    }
  return { places, padded }
}

/** The same rules as the ops': of equal values the first wins, a NaN wins over numbers. */
function pooled(kind: PoolingKind, values: readonly number[], divisor: number) {
  const winner = values.reduce((best, value, index) => {
    return value > (values[best] as number) || Number.isNaN(value) ? index : best
  }, 0)
  if (kind === 'max') {
    return { value: values[winner] as number, slopes: values.map((_, index) => (index === winner ? 1 : 0)), winner }
  }
  if (kind === 'average') {
    const sum = values.reduce((a, b) => a + b, 0)
    return { value: sum / divisor, slopes: values.map(() => 1 / divisor), winner }
  }
  const norm = Math.sqrt(values.reduce((sum, value) => sum + value * value, 0))
  return { value: norm, slopes: values.map((value) => (norm === 0 ? 0 : value / norm)), winner }
}

function check({ input, height, width, kind }: PoolingSource, window: Window): void {
  if (!['max', 'average', 'l2'].includes(kind)) {
    throw new ArgumentError('no such pooling', { received: String(kind), expected: 'max, average or l2' })
  }
  expectLength('the input', input, [height, width])
  const [rows, columns] = window.output
  const seen = (axis: 0 | 1) =>
    Array.from({ length: window.output[axis] }, (_, i) => i * window.stride[axis] - window.padding[axis]).every(
      (start) =>
        Array.from({ length: window.kernel[axis] }, (_, i) => start + i * window.dilation[axis]).some(
          (at) => at >= 0 && at < window.input[axis],
        ),
    )
  if (rows >= 1 && columns >= 1 && rows * columns <= mostFrames && seen(0) && seen(1)) return
  throw new ArgumentError('these windows cannot be shown', {
    received: `${rows}×${columns} windows of ${window.kernel.join('×')} on ${window.input.join('×')}, padding ${window.padding.join(',')}`,
    expected: `1 to ${mostFrames} windows, each of which sees a part of the map`,
    advice: 'show a part of the map',
  })
}
