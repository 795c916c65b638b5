/** What layers with a sliding window (convolution, pooling) share: schema, notation, the notes' arithmetic in words. */

import { listOf, number, type Schema } from '../core/schema.ts'
import { printVolume, type Volume } from '../core/shapes.ts'
import { type Padding, type Pair, type WindowAxis, type WindowSpec, windowAxis } from '../ops/window.ts'
import { NotationValueError, VolumeError } from './errors.ts'
import type { Sight } from './sight.ts'
import type { WordForm, WordParts } from './types.ts'

const positive = number({ whole: true, min: 1, max: 65536 })
const length = number({ whole: true, min: 0, max: 65536 })
export const pairSchema: Schema<Pair> = listOf(positive, 2)
export const paddingSchema: Schema<Padding> = listOf(length, 4)

/** The attributes that all layers with a sliding window share. */
export interface WindowAttributes {
  readonly kernel: Pair
  readonly stride: Pair
  readonly padding: Padding
  readonly dilation: Pair
}

/** Stride and padding where a word does not say them; the padding may depend on the stride that it does say. */
export type UsualWindow = (
  kernel: Pair,
  dilation: Pair,
  stride?: Pair,
) => { readonly stride: Pair; readonly padding: Padding }

/** P = d·(F − 1)/2 keeps the size; only odd filters have a middle. */
export const keepsSize: UsualWindow = (kernel, dilation) => {
  const [rows, columns] = [(dilation[0] * (kernel[0] - 1)) / 2, (dilation[1] * (kernel[1] - 1)) / 2]
  return { stride: [1, 1], padding: [rows, columns, rows, columns] }
}

/** Throws `NotationValueError` where the padding that keeps the size is not whole, so that a person must write one. */
export function expectMiddle({ kernel, padding }: WindowAttributes): void {
  if (padding.every(Number.isInteger)) return
  throw new NotationValueError('a filter with even sides has no center, so its padding must be written', {
    received: `a ${kernel.join('×')} filter without p`,
    expected: `p0, or an odd filter such as ${kernel[0] + 1}`,
    advice: 'add p0',
  })
}

/** The parts of a word and of a JSON node that say a window: CONV, LOCAL and the pools have them alike. */
export interface WindowWord {
  readonly form: Pick<WordForm, 'size' | 'options'>
  /** Fields of the layer's schema. */
  readonly schema: {
    readonly kernel: Schema<Pair>
    readonly stride: Schema<Pair>
    readonly padding: Schema<Padding>
    readonly dilation: Schema<Pair>
  }
  /** Throws `NotationValueError`. */
  read(parts: WordParts): WindowAttributes
  write(attributes: WindowAttributes): {
    readonly size: readonly number[]
    readonly options: Readonly<Record<string, readonly number[]>>
  }
}

export function windowWord(usual: UsualWindow): WindowWord {
  return {
    form: { size: 'required', options: { s: 'stride', p: 'zero-padding', d: 'dilation' } },
    schema: { kernel: pairSchema, stride: pairSchema, padding: paddingSchema, dilation: pairSchema },
    read(parts) {
      const kernel = readPair(parts.size, 1, 'the filter size')
      const dilation = readPair(parts.options?.d, 1, 'dilation')
      const written = parts.options?.s && readPair(parts.options.s, 1, 'stride')
      const { stride, padding } = usual(kernel, dilation, written)
      return {
        kernel,
        stride: written ?? stride,
        padding: parts.options?.p === undefined ? padding : readPadding(parts.options.p),
        dilation,
      }
    },
    write({ kernel, stride, padding, dilation }) {
      const without = usual(kernel, dilation, stride)
      const options: Record<string, readonly number[]> = {}
      if (!same(stride, without.stride)) options.s = writePair(stride)
      if (!same(padding, without.padding)) options.p = writePadding(padding)
      if (!same(dilation, [1, 1])) options.d = writePair(dilation)
      return { size: writePair(kernel), options }
    },
  }
}

/** `[3]` → `[3, 3]` */
export function readPair(values: readonly number[] | undefined, fallback: number, what: string): Pair {
  const [first = fallback, second = first] = values ?? []
  if (values !== undefined && values.length > 2) {
    throw new NotationValueError(`${what} takes one number or two`, {
      received: values.join('x'),
      expected: `${first} or ${first}x${second}`,
    })
  }
  if (first < 1 || second < 1) {
    throw new NotationValueError(`${what} must be at least 1`, {
      received: `${values?.join('x')}`,
      expected: 'a whole number from 1',
    })
  }
  return [first, second]
}

/** `p1`, `p1x2` (rows, columns), `p0,0,1,1` (top, left, bottom, right). */
export function readPadding(values: readonly number[]): Padding {
  const [a = 0, b = a, c, d] = values
  if (values.length === 3) {
    throw new NotationValueError('padding takes one, two or four numbers', {
      received: `p${values.join(',')}`,
      expected: 'p1, p1x2 (rows, columns) or p0,0,1,1 (top, left, bottom, right)',
    })
  }
  return [a, b, c ?? a, d ?? b]
}

export function writePair(pair: Pair): readonly number[] {
  return pair[0] === pair[1] ? [pair[0]] : pair
}

export function writePadding(padding: Padding): readonly number[] {
  const [top, left, bottom, right] = padding
  if (top !== bottom || left !== right) return padding
  return writePair([top, left])
}

function same(a: readonly number[], b: readonly number[]): boolean {
  return a.every((value, index) => value === b[index])
}

/** Output sides of the window, or the notes' arithmetic as an error where nothing is left. */
export function windowOutput(spec: WindowSpec, input: Volume): Pair {
  const rows = windowAxis(spec, input.height, 0)
  const columns = windowAxis(spec, input.width, 1)
  for (const axis of [rows, columns]) {
    if (axis.output < 1) {
      throw new VolumeError(`the filter does not fit: ${arithmetic(axis)}, an empty volume`, {
        received: `input ${printVolume(input)}, a filter that spans ${rows.extent}×${columns.extent}, padding ${axis.padding} in all`,
        expected: `a side of at least ${axis.extent - axis.padding}`,
        advice: 'a smaller filter, more padding, or fewer POOL layers before it',
      })
    }
  }
  return [rows.output, columns.output]
}

/** `(10 − 3 + 2·0)/2 + 1` */
export function arithmetic(axis: WindowAxis): string {
  const even = axis.padding % 2 === 0
  const padding = even ? `2·${axis.padding / 2}` : `${axis.padding}`
  const value = Number.isInteger(axis.exact) ? `${axis.exact}` : axis.exact.toFixed(2).replace(/0+$/, '')
  return `(${axis.input} − ${axis.extent} + ${padding})/${axis.stride} + 1 = ${value}`
}

/** One sentence for each axis whose positions do not come out whole; both axes in one where they agree. */
export function windowNotices(spec: WindowSpec, input: Volume): readonly string[] {
  const rows = windowAxis(spec, input.height, 0)
  const columns = windowAxis(spec, input.width, 1)
  const sentences = [
    { axis: rows, lost: 'row' },
    { axis: columns, lost: 'column' },
  ].flatMap(({ axis, lost }) => (Number.isInteger(axis.exact) ? [] : [{ axis, lost }]))
  const [first, second] = sentences
  if (first === undefined) return []
  if (second !== undefined && sentence(first.axis, 'x') === sentence(second.axis, 'x')) {
    return [sentence(first.axis, 'row and column')]
  }
  return sentences.map(({ axis, lost }) => sentence(axis, lost))
}

function sentence(axis: WindowAxis, lost: string): string {
  const over = (axis.input + axis.padding - axis.extent) % axis.stride
  if (axis.output > axis.exact)
    return `${arithmetic(axis)}, rounded up to ${axis.output}: the last window hangs over the edge`
  const count = over === 1 ? `last ${lost} is` : `last ${over} ${lost}s are`
  const unseen =
    over <= axis.padding
      ? 'the last padding is never seen'
      : lost === 'row and column'
        ? 'the last row and column are never seen'
        : `the ${count} never seen`
  const inputs = [axis.input - over, axis.input - over + axis.stride].filter((side) => side > 0)
  const filters = [axis.kernel - 1, axis.kernel + 1].filter(
    (side) => side > 0 && (axis.input - side + axis.padding) % axis.stride === 0,
  )
  const fits = [`input ${inputs.join(' or ')}`]
  if (axis.extent === axis.kernel && filters.length > 0) fits.push(`filter ${filters.join(' or ')}`)
  fits.push('stride 1')
  return `${arithmetic(axis)}, floored to ${axis.output}: ${unseen}. Fits: ${fits.join(', ')}`
}

/** What a layer with a window sees. */
export function windowSight(window: WindowSpec): Sight {
  return { kind: 'window', window }
}

/** Of a layer that adds rows and columns at the sides, or cuts them off where they are negative. */
export function shifted(padding: Padding): Sight {
  return windowSight({ kernel: [1, 1], stride: [1, 1], padding, dilation: [1, 1] })
}

/** Whether the only position of a window is the map itself. */
export function coversMap({ kernel, padding, dilation }: WindowAttributes, { height, width }: Volume): boolean {
  const covers = (axis: 0 | 1, side: number) => kernel[axis] === side && (side === 1 || dilation[axis] === 1)
  return covers(0, height) && covers(1, width) && padding.every((length) => length === 0)
}

/** The one window that is the whole map (FC, GAP). */
export function wholeWindow({ height, width }: Volume): WindowAttributes {
  return { kernel: [height, width], stride: [1, 1], padding: [0, 0, 0, 0], dilation: [1, 1] }
}
