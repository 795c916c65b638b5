/** Convolutions. ONNX keeps filters as [K, C/groups, F, F], we as [F, F, C/groups, K]. */

import type { WordParts } from '../../../../layers/types.ts'
import type { LayerDraft, Wire } from '../../../networkBuilder.ts'
import { asStored, type Context, Obstacle } from '../context.ts'
import type { Handlers } from '../handler.ts'
import { type Window, windowOf, windowParts } from '../shapes.ts'
import type { Constant } from '../values.ts'
import { completePadding } from './pad.ts'

export const convolutions: Handlers = {
  Conv(context) {
    const filters = context.constant(1, 'the filters')
    const [count = 0, depth = 0, ...kernel] = filters.shape
    const x = context.activation(0)
    const wire = context.map(x)
    const window = windowOf(context, context.ints('kernel_shape') ?? kernel, sidesOf(wire))
    checkKernel(kernel, context.ints('kernel_shape'))
    const groups = context.int('group', 1)
    const bias = context.has(2) ? context.constant(2, 'the biases') : undefined
    const [input, padded] = completePadding(context, x, wire, window)
    const draft: LayerDraft = {
      word: 'CONV',
      parts: convParts(padded, count, groups, bias !== undefined),
      inputs: [input],
      weights: {
        filters: turned(filters, [...window.kernel, depth, count]),
        ...(bias && { bias: asStored(bias, [count]) }),
      },
    }
    return [context.mapOf(context.add(draft), window.rank, draft)]
  },

  ConvTranspose(context) {
    const filters = context.constant(1, 'the filters')
    const [depth = 0, perGroup = 0, ...kernel] = filters.shape
    const wire = context.map(context.activation(0))
    const groups = context.int('group', 1)
    const bias = context.has(2) ? context.constant(2, 'the biases') : undefined
    checkKernel(kernel, context.ints('kernel_shape'))
    const { rank, stride, dilation, kernel: sides, ...plain } = windowOf(context, kernel, [1, 1])
    const outputPadding = pairOf(context.ints('output_padding'), rank)
    const shape = context.ints('output_shape')
    const full = ([0, 1] as const).map(
      (axis) => (sidesOf(wire)[axis] - 1) * stride[axis] + dilation[axis] * (sides[axis] - 1) + 1 + outputPadding[axis],
    ) as [number, number]
    const auto = context.text('auto_pad', 'NOTSET')
    const wanted =
      shape !== undefined
        ? pairOf(shape.slice(-(rank - 2)), rank, 1)
        : auto.startsWith('SAME')
          ? ([sidesOf(wire)[0] * stride[0], sidesOf(wire)[1] * stride[1]] as const)
          : undefined
    const padding = wanted === undefined ? plain.padding : cutOff(full, wanted, auto)
    const weights = {
      filters: turned(filters, [...sides, perGroup, depth]),
      ...(bias && { bias: asStored(bias, [perGroup * groups]) }),
    }
    const parts = convParts(
      { kernel: sides, stride, dilation, padding, rank },
      perGroup * groups,
      groups,
      bias !== undefined,
    )
    return [context.mapOf(transposed(context, wire, parts, padding, outputPadding, stride, weights), rank)]
  },
}

/**
 * TCONV takes output padding below the stride and no negative padding; what is beyond is cut off or appended behind it. Only
 * zeros were multiplied there, so what is appended is the bias: that case is refused.
 */
function transposed(
  context: Context,
  wire: Wire,
  parts: WordParts,
  padding: Window['padding'],
  outputPadding: readonly [number, number],
  stride: readonly [number, number],
  weights: LayerDraft['weights'],
): Wire {
  const [rows, columns] = outputPadding
  if (padding.some((side) => side < 0) || rows >= stride[0] || columns >= stride[1])
    throw new Obstacle('output padding of at least the stride, or a negative padding')
  const options = { ...parts.options, o: [rows, columns] }
  return context.add({ word: 'TCONV', parts: { ...parts, options }, inputs: [wire], ...(weights && { weights }) })
}

/** What is cut off each side of the full result; of an odd number, SAME_UPPER cuts the greater half off the end. */
function cutOff(full: readonly [number, number], wanted: readonly [number, number], auto: string): Window['padding'] {
  const [rows, columns] = ([0, 1] as const).map((axis) => {
    const total = full[axis] - wanted[axis]
    if (total < 0)
      throw new Obstacle(`an output of ${wanted.join('×')}, larger than the ${full.join('×')} that are made`)
    const less = Math.floor(total / 2)
    return auto === 'SAME_UPPER' ? [less, total - less] : [total - less, less]
  }) as [[number, number], [number, number]]
  return [rows[0], columns[0], rows[1], columns[1]]
}

function pairOf(values: readonly number[] | undefined, rank: number, usual = 0): readonly [number, number] {
  const all = values ?? []
  return rank === 3 ? [usual, all[0] ?? usual] : [all[0] ?? usual, all[1] ?? usual]
}

export function sidesOf({ volume }: Wire): readonly [number, number] {
  return [volume.height, volume.width]
}

function convParts(window: Window, count: number, groups: number, bias: boolean): WordParts {
  const { size, options } = windowParts(window)
  return { size, count, options: { ...options, g: [groups] }, flags: bias ? [] : ['nobias'] }
}

/** [outer, inner, F, F] → [F, F, inner, outer]. */
export function turned(filters: Constant, shape: readonly [number, number, number, number] | readonly number[]) {
  const [rows = 1, columns = 1, inner = 1, outer = 1] = shape
  const area = rows * columns
  return {
    shape: [rows, columns, inner, outer],
    fill(into: Float32Array) {
      const values = filters.entries() as ArrayLike<number>
      let at = 0
      for (let position = 0; position < area; position++)
        for (let i = 0; i < inner; i++)
          for (let o = 0; o < outer; o++) into[at++] = values[(o * inner + i) * area + position] as number
    },
  }
}

function checkKernel(found: readonly number[], said: readonly number[] | undefined): void {
  if (said === undefined || said.every((side, index) => side === found[index])) return
  throw new Obstacle(`kernel_shape ${said.join('×')} for filters of ${found.join('×')}`)
}
