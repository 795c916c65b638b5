/** What layers with a sliding window (convolution, pooling) share: schema, notation, the notes' arithmetic in words. */

import * as z from 'zod'
import { printVolume, type Volume } from '../core/index.ts'
import { type Padding, type Pair, type WindowAxis, type WindowSpec, windowAxis } from '../ops/window.ts'
import { NotationValueError, VolumeError } from './errors.ts'
import type { WordParts } from './types.ts'

const positive = z.number().int().min(1).max(65536)
const length = z.number().int().min(0).max(65536)
export const pairSchema = z.tuple([positive, positive])
export const paddingSchema = z.tuple([length, length, length, length])

export const windowOptions = { s: 'stride', p: 'zero-padding', d: 'dilation' } as const

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
export function readPadding(values: readonly number[] | undefined, fallback: Padding): Padding {
  if (values === undefined) return fallback
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

/** Size and the options s, p, d of a word; `defaults` depend on the size (the notes' P = (F − 1)/2, POOLn's stride n). */
export function readWindow(
  parts: WordParts,
  defaults: (kernel: Pair, dilation: Pair) => { stride: Pair; padding: Padding },
): WindowSpec {
  const kernel = readPair(parts.size, 1, 'the filter size')
  const dilation = readPair(parts.options?.d, 1, 'dilation')
  const usual = defaults(kernel, dilation)
  const stride = parts.options?.s === undefined ? usual.stride : readPair(parts.options.s, 1, 'stride')
  return { kernel, stride, padding: readPadding(parts.options?.p, usual.padding), dilation }
}

/** The options that differ from the defaults. */
export function writeWindow(
  spec: WindowSpec,
  usual: { stride: Pair; padding: Padding },
): Record<string, readonly number[]> {
  const options: Record<string, readonly number[]> = {}
  if (!same(spec.stride, usual.stride)) options.s = writePair(spec.stride)
  if (!same(spec.padding, usual.padding)) options.p = writePadding(spec.padding)
  if (!same(spec.dilation, [1, 1])) options.d = writePair(spec.dilation)
  return options
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

/** The one window that is the whole map (FC, GAP). */
export function wholeWindow({ height, width }: Volume): WindowSpec {
  return { kernel: [height, width], stride: [1, 1], padding: [0, 0, 0, 0], dilation: [1, 1] }
}
