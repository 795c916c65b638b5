/**
 * LRN and LCN as ONNX. The operator LRN is over an odd number of channels; other windows are written out, with means by
 * AveragePool, which counts the zeros beyond the edge: the mean divides by all values of the window.
 */

import type { OnnxForm, OnnxWriting } from '../onnx.ts'

interface Attributes {
  readonly size: number
  readonly alpha: number
  readonly beta: number
  readonly k: number
  readonly sum: boolean
}

type Writing = OnnxWriting<Attributes>

export const localResponseForm: OnnxForm<Attributes & { readonly over: 'channels' | 'map' }> = (writing) => {
  const { attributes, x, map, node, ints } = writing
  const { size, alpha, beta, k, sum, over } = attributes
  const input = map(x)
  if (over === 'channels' && size % 2 === 1) {
    const numbers = { alpha: { float: sum ? alpha * size : alpha }, beta: { float: beta }, bias: { float: k } }
    return { name: node('LRN', [input], { ...numbers, size }), layout: 'map' }
  }
  const squares = node('Mul', [input, input], {}, 'squares')
  if (over === 'map') return divided(writing, input, mean(writing, squares, 'mean', true), size * size)
  const { height, width, channels } = x.volume
  const lines = node('Reshape', [squares, ints([0, 1, channels, height * width])], {}, 'lines')
  const pads = [Math.floor(size / 2), 0, Math.floor((size - 1) / 2), 0]
  const own = { kernel_shape: [size, 1], strides: [1, 1], pads, count_include_pad: 1 }
  const means = node('AveragePool', [lines], own, 'mean')
  return divided(writing, input, node('Reshape', [means, ints([0, channels, height, width])], {}, 'means'), size)
}

export const localContrastForm: OnnxForm<Attributes> = (writing) => {
  const { attributes, x, map, node } = writing
  const input = map(x)
  const distance = node('Sub', [input, mean(writing, input, 'center', false)], {}, 'distance')
  const squares = node('Mul', [distance, distance], {}, 'squares')
  return divided(writing, input, mean(writing, squares, 'mean', true), attributes.size ** 2)
}

/** Over the window of the map around each position; of an even size, one more in front. */
function mean({ attributes: { size }, node }: Writing, x: string, label: string, countsEdge: boolean): string {
  const [before, after] = [Math.floor(size / 2), Math.floor((size - 1) / 2)]
  const window = { kernel_shape: [size, size], strides: [1, 1], pads: [before, before, after, after] }
  return node('AveragePool', [x], { ...window, count_include_pad: Number(countsEdge) }, label)
}

/** x/(k + α·mean)^β. */
function divided({ attributes, node, number }: Writing, x: string, means: string, values: number) {
  const { alpha, beta, k, sum } = attributes
  const scaled = node('Mul', [means, number(sum ? alpha * values : alpha)], {}, 'scaled')
  const base = node('Add', [scaled, number(k)], {}, 'base')
  return { name: node('Div', [x, node('Pow', [base, number(beta)], {}, 'power')]), layout: 'map' } as const
}
