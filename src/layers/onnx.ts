/**
 * How a layer is written as ONNX operators. A layer's folder has its form in `onnx.ts`, which no other file of the
 * folder imports, and `exchange/onnx/export/forms.ts` is the table of all of them: whoever exports nothing loads none.
 */

import type { Shape, Volume } from '../core/shapes.ts'

/**
 * A value of the graph. `map` is [N, C, H, W]; `flat` is [N, K], for volumes of one position, as fully connected layers give
 * them.
 */
export interface OnnxPort {
  readonly name: string
  readonly layout: 'map' | 'flat'
  readonly volume: Volume
}

/** A whole number is an int, a list of them ints. */
export type OnnxAttributes = Readonly<Record<string, number | string | readonly number[] | { readonly float: number }>>

/** What a form is given: its layer, and ways to write operators and constants. Names of values are texts. */
export interface OnnxWriting<A = object> {
  readonly attributes: A
  /** The first input. */
  readonly x: OnnxPort
  readonly inputs: readonly OnnxPort[]
  /** The layer's output. */
  readonly output: Volume
  /** The version of the operator set. */
  readonly opset: number
  /**
   * Writes an operator and returns the name of its first output.
   * @param label of an operator that is a step before or after the layer's main one, which has none and is called as the layer
   */
  node(op: string, inputs: readonly string[], attributes?: OnnxAttributes, label?: string): string
  /** A value as [N, C, H, W], in its name. */
  map(port: OnnxPort): string
  /** One of the layer's weights, its axes in the order of `axes` and then in `shape`; undefined if the layer has none of that name. */
  weight(name: string, form?: { readonly axes?: readonly number[]; readonly shape?: Shape }): string | undefined
  floats(values: readonly number[], shape?: Shape): string
  /** A number, without dimensions. */
  number(value: number): string
  ints(values: readonly number[]): string
}

/** Writes a layer; returns its output. */
export type OnnxForm<A = object> = (writing: OnnxWriting<A>) => Pick<OnnxPort, 'name' | 'layout'>

/** Of a layer that does nothing at inference. */
export const handedOn: OnnxForm = ({ x }) => x

/** Of one operator that computes each value by itself. */
export function pointwiseForm<A>(op: string, attributes: (attributes: A) => OnnxAttributes = () => ({})): OnnxForm<A> {
  return ({ x, node, attributes: own }) => ({ name: node(op, [x.name], attributes(own)), layout: x.layout })
}

/** The window of a convolution or a pooling. */
export function windowAttributes({
  kernel,
  stride,
  padding,
  dilation,
}: {
  readonly kernel: readonly number[]
  readonly stride: readonly number[]
  readonly padding: readonly number[]
  readonly dilation: readonly number[]
}): OnnxAttributes {
  return { kernel_shape: kernel, strides: stride, pads: padding, dilations: dilation }
}

/** Inputs of one layout: flat if all of them are. */
export function together({ inputs, map }: OnnxWriting): {
  readonly names: readonly string[]
  readonly layout: OnnxPort['layout']
} {
  if (inputs.every(({ layout }) => layout === 'flat')) return { names: inputs.map(({ name }) => name), layout: 'flat' }
  return { names: inputs.map(map), layout: 'map' }
}

/** A weight for each channel, as it multiplies or is added to a value of this layout. */
export function byChannel(layout: OnnxPort['layout'], channels: number): Shape {
  return layout === 'flat' ? [channels] : [channels, 1, 1]
}
