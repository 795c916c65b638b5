/** Ops computed at once by their references, each array by itself: no plan, no fusion, no shared memory. */

import { sizeOf } from '../../src/core/shapes.ts'
import type { ArraySpec, Attributes, Emit, Op, Value } from '../../src/ops/types.ts'

/** An op just before it is computed. */
export interface Moment {
  readonly op: Op<Attributes>
  readonly attributes: Attributes
  readonly inputs: readonly Value[]
  readonly data: readonly Float64Array[]
}

export class Tape {
  readonly #data: Float64Array[] = []
  readonly #see: (moment: Moment) => void

  constructor(see: (moment: Moment) => void = () => {}) {
    this.#see = see
  }

  value({ shape, dtype }: ArraySpec, data: Float64Array): Value {
    this.#data.push(data)
    return { id: this.#data.length - 1, shape, dtype }
  }

  /** The same values in another shape. */
  readonly view = (of: Value, shape: ArraySpec['shape']): Value => this.value({ shape, dtype: of.dtype }, this.data(of))

  data({ id }: Value): Float64Array {
    return this.#data[id] as Float64Array
  }

  readonly emit: Emit = (op, attributes, inputs, updates = []) => {
    const data = inputs.map((input) => this.data(input))
    const opaque = op as unknown as Op<Attributes>
    this.#see({ op: opaque, attributes, inputs, data })
    const outputs = op
      .outputs(attributes, inputs, updates)
      .map((spec) => this.value(spec, new Float64Array(sizeOf(spec.shape)).fill(Number.NaN)))
    const arrays = {
      inputs: data,
      outputs: outputs.map((v) => this.data(v)),
      updates: updates.map((v) => this.data(v)),
    }
    op.reference({ attributes, inputs, outputs, updates }, arrays)
    return outputs
  }
}
