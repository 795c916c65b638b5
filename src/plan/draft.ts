/**
 * A plan while it is being made: values without places, steps with their ops. Lowering, fusion, backward and update write
 * here. A draft holds for any number of pictures: it knows which values have a picture for each of their first axis.
 */

import { printShape, type Shape, sameShape, sizeOf } from '../core/shapes.ts'
import type { ArraySpec } from '../ops/arrays.ts'
import { OpShapeError } from '../ops/errors.ts'
import { ops, type StepKind } from '../ops/ops.ts'
import type { AppliedStep, Attributes, Emit, Op, Value } from '../ops/types.ts'
import { LoweringError } from './errors.ts'
import type { BufferRole, PlanStep } from './types.ts'

export interface DraftValue extends Value {
  /** Undefined until somebody says what it is. */
  name: string | undefined
  readonly role: BufferRole
  /** Whether the first axis counts pictures. */
  readonly pictures: boolean
  /** What it holds from the start, and keeps. */
  readonly values?: readonly number[]
  /** The value whose memory this is: another one for a view, itself otherwise. */
  readonly root: DraftValue
}

export interface DraftStep extends AppliedStep {
  readonly op: Op<Attributes>
  readonly node: string
  readonly phase: PlanStep['phase']
}

/** Where steps are filed, and what their outputs are. */
export interface Filing {
  readonly node: string
  readonly phase: PlanStep['phase']
  readonly role: BufferRole
}

export class Draft {
  readonly values: DraftValue[] = []
  steps: DraftStep[] = []
  /** Pictures for which the shapes are written down. */
  readonly batch: number

  constructor(batch: number) {
    this.batch = batch
  }

  /** The same values and steps; what is added to the copy is not in the original. */
  copy(): Draft {
    const copy = new Draft(this.batch)
    for (const value of this.values) copy.values.push(value)
    copy.steps = [...this.steps]
    return copy
  }

  /** A value that the host writes, or that outlives the run. */
  value(name: string | undefined, role: BufferRole, spec: ArraySpec, pictures = false): DraftValue {
    const value = { id: this.values.length, name, role, shape: spec.shape, dtype: spec.dtype, pictures }
    return this.#add(Object.assign(value, { root: value as unknown as DraftValue }))
  }

  /** Numbers that never change: they are part of the plan. */
  constant(name: string, spec: ArraySpec, values: readonly number[]): DraftValue {
    return Object.assign(this.value(name, 'data', spec), { values })
  }

  /** The same memory under another shape of as many values. */
  view(value: Value, shape: Shape): DraftValue {
    const { role, dtype, pictures, root } = this.named(value)
    const keeps = !pictures || shape[0] === this.batch
    if (sizeOf(shape) !== sizeOf(value.shape) || !keeps) {
      throw new LoweringError('a view must have as many values, and pictures on the same axis', {
        received: printShape(shape),
        expected: `as many values as ${printShape(value.shape)}`,
      })
    }
    if (sameShape(shape, value.shape)) return this.named(value)
    return this.#add({ id: this.values.length, name: undefined, role, shape, dtype, pictures, root })
  }

  /** An `emit` that files its steps. Throws `LoweringError` for an op that is not registered. */
  emitter({ node, phase, role }: Filing): Emit {
    return <A extends Attributes>(
      op: Op<A>,
      attributes: A,
      inputs: readonly Value[],
      updates: readonly Value[] = [],
    ) => {
      // The registry keeps attributes opaque; this op checks them against its inputs right now.
      const opaque = op as unknown as Op<Attributes>
      if (ops[op.kind as StepKind] !== opaque) {
        throw new LoweringError(`the op ${op.kind} is not registered`, {
          received: `a step for ${node}`,
          advice: 'add it to the list in src/ops/index.ts',
        })
      }
      const specs = named(node, () => op.outputs(attributes, inputs, updates))
      const marks = this.#marks(opaque, { attributes, inputs, updates }, specs)
      const outputs = specs.map((spec, i) => this.value(undefined, role, spec, marks[i]))
      this.steps.push({ op: opaque, attributes, inputs, outputs, updates, node, phase })
      return outputs
    }
  }

  named(value: Value): DraftValue {
    return this.values[value.id] as DraftValue
  }

  /** The id of the memory that a value is. */
  rootId(value: Value): number {
    return this.named(value).root.id
  }

  /** Which outputs count pictures: the shape rule is asked again for one picture more. */
  #marks(
    op: Op<Attributes>,
    { attributes, inputs, updates }: Omit<AppliedStep, 'outputs'>,
    specs: readonly ArraySpec[],
  ): readonly boolean[] {
    if (!inputs.some((input) => this.named(input).pictures)) return specs.map(() => false)
    const withOneMore = (values: readonly Value[]) => values.map((value) => specAt(this.named(value), this.batch + 1))
    const more = op.outputs(attributes, withOneMore(inputs), withOneMore(updates))
    return specs.map(({ shape }, i) => {
      const other = more[i]?.shape ?? []
      if (sameShape(shape, other)) return false
      if (sameShape([this.batch + 1, ...shape.slice(1)], other) && shape[0] === this.batch) return true
      throw new LoweringError(`${op.kind}: the size of its output ${i} does not follow the number of pictures`, {
        received: `${printShape(shape)} for ${this.batch} pictures, ${printShape(other)} for one more`,
        expected: 'pictures on the first axis, or a size that does not depend on them',
      })
    })
  }

  #add(value: DraftValue): DraftValue {
    this.values.push(value)
    return value
  }
}

/** The array as it is for another number of pictures. */
export function specAt({ shape, dtype, pictures }: DraftValue, batch: number): ArraySpec {
  return { shape: pictures ? [batch, ...shape.slice(1)] : shape, dtype }
}

/** An op does not know which layer it belongs to, and the reader of the error has to find the layer. */
function named<T>(node: string, shapeOf: () => T): T {
  try {
    return shapeOf()
  } catch (error) {
    if (!(error instanceof OpShapeError)) throw error
    const { received, expected, advice } = error
    const [sentence = ''] = error.message.split('\n')
    const details = { received, expected, advice }
    const given = Object.fromEntries(Object.entries(details).filter(([, value]) => value !== undefined))
    throw new OpShapeError(`${node}: ${sentence}`, { ...given, cause: error })
  }
}
