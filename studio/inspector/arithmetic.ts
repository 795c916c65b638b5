/** The notes' arithmetic with a layer's own numbers, as text: how its output size, weights and multiplications come about. */

import type { LayerFacts } from '../design/messages.ts'
import { type Axis, axisOf } from '../engine/window.ts'

export interface Line {
  readonly name: 'height' | 'width' | 'weights' | 'macs' | 'field'
  readonly text: string
}

const number = new Intl.NumberFormat('en-US')
const count = (value: number) => number.format(value)

/** `(32 − 5 + 2·2)/1 + 1 = 32`, and where it does not come out whole, what it is rounded from. */
export function sizeText({ size, kernel, stride, before, after, dilation }: Axis, output: number): string {
  const extent = dilation * (kernel - 1) + 1
  const spanned = dilation === 1 ? `${kernel}` : `(${dilation}·(${kernel} − 1) + 1)`
  const padding = before === after ? `2·${before}` : `${before} + ${after}`
  const exact = (size - extent + before + after) / stride + 1
  const result = Number.isInteger(exact) ? `${output}` : `${fixed(exact)} → ${output}`
  return `(${size} − ${spanned} + ${padding})/${stride} + 1 = ${result}`
}

/** Rows, or columns, at the end that no window sees. */
export function unseen({ size, kernel, stride, before, after, dilation }: Axis, output: number): number {
  const extent = dilation * (kernel - 1) + 1
  return Math.max(0, Math.min(size, size + before + after - ((output - 1) * stride + extent) - after))
}

const fixed = (value: number) => `${Math.round(value * 100) / 100}`

export function arithmeticOf(layer: LayerFacts): readonly Line[] {
  const lines: Line[] = []
  const [input] = layer.inputs
  if (layer.window !== undefined && input !== undefined) {
    lines.push({ name: 'height', text: sizeText(axisOf(layer.window, input.height, 0), layer.output.height) })
    lines.push({ name: 'width', text: sizeText(axisOf(layer.window, input.width, 1), layer.output.width) })
  }
  const learned = layer.weights.filter(({ name }) => name !== 'mean' && name !== 'variance')
  if (layer.parameters > 0)
    lines.push({
      name: 'weights',
      text: `${learned.map(({ shape }) => shape.join('·')).join(' + ')} = ${count(layer.parameters)}`,
    })
  const filters = learned.find(({ name }) => name === 'filters')
  if (layer.macs > 0 && filters !== undefined) {
    const { height, width } = layer.output
    const isWindow = filters.shape.length === 4
    const product = isWindow ? `${height}·${width}·${filters.shape.join('·')}` : filters.shape.join('·')
    const isWhole = isWindow && height * width * filters.shape.reduce((a, b) => a * b, 1) === layer.macs
    lines.push({ name: 'macs', text: isWhole || !isWindow ? `${product} = ${count(layer.macs)}` : count(layer.macs) })
  }
  const [rows, columns] = layer.field.size
  lines.push({ name: 'field', text: `${rows}×${columns}` })
  return lines
}
