/** The weights of a model by name: `conv1.filters`, `bn1.mean`. They live in the program's arena. */

import type { Program } from '../backends/types.ts'
import { printShape, type Shape, sizeOf } from '../core/index.ts'
import { WeightError } from './errors.ts'
import type { Tensor } from './safetensors.ts'

/** Values with their shape; filters are [F, F, C/groups, K]. */
export type Weight = Float32Array & { readonly shape: Shape }

export class Weights {
  readonly #program: Program
  readonly #buffers: ReadonlyMap<string, number>

  constructor(program: Program) {
    this.#program = program
    this.#buffers = new Map(program.plan.parameters.map(({ name, buffer }) => [name, buffer]))
  }

  /** In the network's order; learned weights and running statistics. */
  get names(): readonly string[] {
    return [...this.#buffers.keys()]
  }

  has(name: string): boolean {
    return this.#buffers.has(name)
  }

  /** The values as they are now, to read. Throws `WeightError` for an unknown name. */
  get(name: string): Weight {
    const id = this.#find(name)
    return Object.assign(this.#program.read(id) as Float32Array, { shape: this.#shape(id) })
  }

  /** Replaces a weight. Throws `WeightError` where the number of values does not fit. */
  set(name: string, values: ArrayLike<number>): void {
    const id = this.#find(name)
    const shape = this.#shape(id)
    if (values.length !== sizeOf(shape)) {
      throw new WeightError(`${name}: wrong number of values`, {
        received: `${values.length}`,
        expected: `${sizeOf(shape)}, ${printShape(shape)}`,
      })
    }
    this.#program.write(id, values)
  }

  /** All weights, copied. */
  tensors(): ReadonlyMap<string, Tensor> {
    return new Map(this.names.map((name) => [name, { shape: this.get(name).shape, values: this.get(name).slice() }]))
  }

  #find(name: string): number {
    const id = this.#buffers.get(name)
    if (id !== undefined) return id
    const near = this.names.filter((other) => other.split('.')[0] === name.split('.')[0])
    throw new WeightError('no such weight', {
      received: name,
      expected: (near.length > 0 ? near : this.names.slice(0, 12)).join(', '),
    })
  }

  #shape(id: number): Shape {
    return this.#program.plan.buffers[id]?.shape as Shape
  }
}
