/**
 * The weights of a model by name: `conv1.filters`, `bn1.mean`. A weight has one home: an array of its own, or, while the
 * model holds a program whose memory is the host's, a part of that memory. Nothing is in memory twice because of it: initial
 * values are made when they are first needed, and then where they are needed.
 */

import { printShape, type Shape, sameShape, sizeOf } from '../core/shapes.ts'
import type { ParameterSpec } from '../layers/types.ts'
import { WeightError } from './errors.ts'
import type { Tensor } from './safetensors.ts'

/** Values with their shape; filters are [F, F, C/groups, K]. */
export type Weight = Float32Array & { readonly shape: Shape }

/** What a weight can be set to: as many values as it has; where they have a shape, it must be the weight's. */
export type WeightValues = ArrayLike<number> | { readonly shape: Shape; readonly values: ArrayLike<number> }

/** Values at the start: an array, which is never written to, or what fills one. */
export type InitialValues = Float32Array | ((into: Float32Array) => void)

/** Where a weight's values are, and how to replace them. */
interface Home {
  readonly values: Float32Array
  /** Absent: an array of the weight's own, which is replaced, as others may still read it. */
  readonly write?: (values: ArrayLike<number>) => void
  /** Where the values are still to be made: makes them in another array. */
  readonly fill?: (into: Float32Array) => void
}

interface Entry {
  readonly shape: Shape
  readonly role: ParameterSpec['role']
  home: Home
  /** Counts changes, so that a device with memory of its own knows what to fetch. */
  version: number
  /** Set, but not yet written to its home: calls that were made before still use the values there. */
  next?: { readonly values: Float32Array; readonly changesAsked: number } | undefined
}

/** When weights may be read and written: what the model's holder says. */
export interface WeightsOrder {
  /** The weights are not in use, and there are no waiting tasks. */
  isIdle(): boolean
  /** Makes a change when the calls before it have ended. */
  later(change: () => void): void
  /** @throws {DisposedError} */
  checkLive(): void
  /** How many tasks that change weights, such as steps of a training, were asked for so far. */
  changesAsked(): number
  /** @throws {ModelBusyError} one of them has not ended */
  checkReadable(): void
}

const noOrder: WeightsOrder = {
  isIdle: () => true,
  later: (change) => change(),
  checkLive: () => {},
  changesAsked: () => 0,
  checkReadable: () => {},
}

export class Weights {
  readonly #entries: ReadonlyMap<string, Entry>
  #order = noOrder
  #gone: Error | undefined

  constructor(
    weights: readonly { readonly name: string; readonly spec: ParameterSpec; readonly values: InitialValues }[],
  ) {
    this.#entries = new Map(
      weights.map(({ name, spec: { shape, role }, values }) => [
        name,
        { shape, role, home: typeof values === 'function' ? unmade(shape, values) : { values }, version: 1 },
      ]),
    )
  }

  /** In the network's order; learned weights and running statistics. */
  get names(): readonly string[] {
    return [...this.#entries.keys()]
  }

  has(name: string): boolean {
    return this.#entries.has(name)
  }

  /**
   * The values as they are now, to read; take a copy (`slice`) to keep them. What was set last counts, also while calls
   * that were made before still use other values.
   * @throws {WeightError} there is no such weight
   * @throws {ModelBusyError} a training step runs or waits; `await model.snapshot()` waits for its end
   */
  get(name: string): Weight {
    this.#order.checkLive()
    const entry = this.#find(name)
    return Object.assign(this.#latest(entry).subarray(), { shape: entry.shape })
  }

  /**
   * Replaces a weight. The values are taken at the call. Calls on the model that were made before (a prediction that is under
   * way) still use the former values, calls made after it these ones.
   * @throws {WeightError} there is no such weight, or the number of values, or their shape, does not fit
   */
  set(name: string, given: WeightValues): void {
    this.#order.checkLive()
    const entry = this.#find(name)
    // Arrays have a method of the name `values`, but only they have a length.
    const values: ArrayLike<number> = 'length' in given ? given : given.values
    const shape = 'shape' in given ? given.shape : undefined
    if (shape !== undefined && !sameShape(shape, entry.shape)) {
      throw new WeightError(`${name}: another shape`, {
        received: printShape(shape),
        expected: printShape(entry.shape),
      })
    }
    if (values.length !== sizeOf(entry.shape)) {
      throw new WeightError(`${name}: wrong number of values`, {
        received: `${values.length}`,
        expected: `${sizeOf(entry.shape)}, ${printShape(entry.shape)}`,
      })
    }
    if (this.#order.isIdle()) {
      replace(entry, values)
      return
    }
    const next = { values: new Float32Array(values), changesAsked: this.#order.changesAsked() }
    entry.next = next
    this.#order.later(() => {
      replace(entry, next.values)
      if (entry.next === next) entry.next = undefined
    })
  }

  /** All weights, copied. Throws as `get` does. */
  tensors(): ReadonlyMap<string, Tensor> {
    return new Map([...this.views()].map(([name, { shape, values }]) => [name, { shape, values: values.slice() }]))
  }

  /** All weights where they are: valid until the model changes them. Throws as `get` does. */
  views(): ReadonlyMap<string, Tensor> {
    this.#order.checkLive()
    return this.#each((entry) => this.#latest(entry))
  }

  // --- for the model's holder ------------------------------------------------------------------------------------

  connect(order: WeightsOrder): void {
    this.#order = order
  }

  /** Within a task: the values that the calls before it have left. */
  current(name: string): Float32Array {
    return this.#find(name).home.values
  }

  /** The same of all weights. */
  currents(): ReadonlyMap<string, Tensor> {
    return this.#each(({ home }) => home.values)
  }

  /** Within a task: replaces a weight at once. */
  put(name: string, values: Float32Array): void {
    replace(this.#find(name), values)
  }

  /** How often a weight was changed. */
  version(name: string): number {
    return this.#find(name).version
  }

  /** Moves the weight's values into this array, where they live from now on. */
  move(name: string, into: Float32Array, write: (values: ArrayLike<number>) => void): void {
    const entry = this.#find(name)
    if (entry.home.fill) entry.home.fill(into)
    else into.set(entry.home.values)
    entry.home = { values: into, write }
  }

  /**
   * Into arrays of their own where they are in a program's memory, which has none that only training needs: all of them, or
   * none if there is no memory for it.
   */
  moveOut(): void {
    const inProgram = [...this.#entries.values()].filter(({ home }) => home.write !== undefined)
    const moved = inProgram.map((entry) => ({ entry, home: { values: entry.home.values.slice() } }))
    for (const { entry, home } of moved) entry.home = home
  }

  /** Lets go of all values: from now on every call throws this error. */
  end(error: Error): void {
    this.#gone = error
    for (const entry of this.#entries.values()) {
      entry.home = { values: new Float32Array(0) }
      entry.next = undefined
    }
  }

  #latest({ home, next }: Entry): Float32Array {
    // What was asked for after it may change it again.
    if (next?.changesAsked === this.#order.changesAsked()) return next.values
    this.#order.checkReadable()
    return home.values
  }

  #each(valuesOf: (entry: Entry) => Float32Array): ReadonlyMap<string, Tensor> {
    if (this.#gone) throw this.#gone
    return new Map([...this.#entries].map(([name, entry]) => [name, { shape: entry.shape, values: valuesOf(entry) }]))
  }

  #find(name: string): Entry {
    if (this.#gone) throw this.#gone
    const entry = this.#entries.get(name)
    if (entry !== undefined) return entry
    const near = this.names.filter((other) => other.split('.')[0] === name.split('.')[0])
    throw new WeightError('no such weight', {
      received: name,
      expected: (near.length > 0 ? near : this.names.slice(0, 12)).join(', '),
    })
  }
}

function replace(entry: Entry, values: ArrayLike<number>): void {
  if (entry.home.write) entry.home.write(values)
  else entry.home = { values: new Float32Array(values) }
  entry.version++
}

/** A home whose values are made when somebody reads them. */
function unmade(shape: Shape, fill: (into: Float32Array) => void): Home {
  let made: Float32Array | undefined
  const make = () => {
    made = new Float32Array(sizeOf(shape))
    fill(made)
    return made
  }
  return {
    get values() {
      return made ?? make()
    },
    fill(into) {
      if (made) into.set(made)
      else fill(into)
    },
  }
}
