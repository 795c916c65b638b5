/** What a form of a layer is given to write it as layers of Keras. */

import type { Shape, Volume } from '../../../core/shapes.ts'
import type { NewArray } from '../../hdf5/write.ts'

/** TensorFlow.js computes as Keras 2 did, and lacks layers and functions that came later. */
export type Dialect = 'keras' | 'tfjs'

/** Why a layer cannot be written. */
export class NoForm extends Error {}

/** What a layer gives. */
export interface Value {
  /** The layer of Keras. */
  readonly layer: string
  /** Without the batch: [h, w, c] or [c]. */
  readonly shape: Shape
  /** No value is below 0, so that zeros around a map change no maximum. */
  readonly isPositive: boolean
}

export interface WrittenArray extends NewArray {
  /** `kernel` */
  readonly name: string
}

export interface WrittenLayer {
  /** `Conv2D` */
  readonly type: string
  readonly name: string
  readonly config: Readonly<Record<string, unknown>>
  readonly inputs: readonly Value[]
  readonly arrays: readonly WrittenArray[]
  readonly shape: Shape
}

export interface WrittenModel {
  readonly layers: readonly WrittenLayer[]
  readonly input: Value
  readonly output: Value
}

/** A layer that is being written. */
export interface Writing {
  readonly attributes: unknown
  readonly inputs: readonly Value[]
  readonly x: Value
  readonly input: Volume
  readonly output: Volume
  readonly dialect: Dialect
  /** One of the layer's weights, with another shape of the same values. */
  array(name: string, as: string, shape?: Shape): readonly WrittenArray[]
  add(type: string, config: object, made: Made): Value
  /** As a map, [h, w, c]. */
  map(value: Value): Value
  /** As a list of channels. */
  flat(value: Value): Value
}

export interface Made {
  readonly inputs: readonly Value[]
  readonly shape: Shape
  readonly arrays?: readonly WrittenArray[]
  readonly isPositive?: boolean
}

export const shapeOf = ({ height, width, channels }: Volume): Shape => [height, width, channels]
