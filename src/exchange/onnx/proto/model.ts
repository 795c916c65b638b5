/** An ONNX model as plain data: what its protobuf says, nothing interpreted. onnx/onnx.proto3 has the meaning of each field. */

import type { StoredTensor } from '../../../model/safetensors.ts'

export interface OnnxModel {
  readonly irVersion: number
  /** Version of the operator set by domain; the standard domain is ''. */
  readonly opsets: ReadonlyMap<string, number>
  readonly producer: string
  readonly metadata: ReadonlyMap<string, string>
  readonly graph: OnnxGraph
  /** Names of functions that the model defines itself. */
  readonly functions: readonly string[]
}

export interface OnnxGraph {
  readonly name: string
  readonly nodes: readonly OnnxNode[]
  readonly initializers: ReadonlyMap<string, OnnxTensor>
  readonly inputs: readonly OnnxValue[]
  readonly outputs: readonly OnnxValue[]
}

export interface OnnxNode {
  /** Often empty. */
  readonly name: string
  /** `Conv` */
  readonly op: string
  /** '' or `ai.onnx`: the standard operators. */
  readonly domain: string
  /** Names of values; empty for an optional input that is absent. */
  readonly inputs: readonly string[]
  readonly outputs: readonly string[]
  readonly attributes: ReadonlyMap<string, OnnxAttribute>
}

export type OnnxAttribute =
  | { readonly kind: 'float' | 'int'; readonly value: number }
  | { readonly kind: 'text'; readonly value: string }
  | { readonly kind: 'floats' | 'ints'; readonly value: readonly number[] }
  | { readonly kind: 'texts'; readonly value: readonly string[] }
  | { readonly kind: 'tensor'; readonly value: OnnxTensor }
  | { readonly kind: 'graph' | 'other' }

/** An input or output of the graph. */
export interface OnnxValue {
  readonly name: string
  /** Element type by ONNX's number: 1 is float32. 0: not said. */
  readonly type: number
  /** A number, or the name of an open dimension ('' if it has none); undefined where no shape is given. */
  readonly shape: readonly (number | string)[] | undefined
}

/** Values in the file, or in a file beside it. */
export type OnnxTensor = { readonly name: string } & (
  | { readonly stored: StoredTensor }
  | { readonly external: ExternalData; readonly type: number; readonly shape: readonly number[] }
)

export interface ExternalData {
  /** Relative to the model's folder. */
  readonly location: string
  readonly offset: number
  /** Bytes; absent: as many as the shape needs. */
  readonly length?: number
}
