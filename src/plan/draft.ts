/** A plan while it is being made: values without places, steps with their ops. Lowering, fusion, backward and update write here. */

import type { Shape } from '../core/index.ts'
import type { Layer, ParameterSpec } from '../layers/index.ts'
import type { AppliedStep, ArraySpec, Attributes, Emit, Op, Value } from '../ops/types.ts'
import type { BufferRole, PlanStep } from './types.ts'

export interface DraftValue extends Value {
  name: string
  shape: Shape
  readonly role: BufferRole
}

export interface DraftStep extends AppliedStep {
  readonly node: string
  readonly phase: PlanStep['phase']
}

/** A weight of the network: its value and what its layer says of it. */
export interface DraftParameter {
  readonly name: string
  readonly value: DraftValue
  readonly spec: ParameterSpec
  readonly layer: Layer
}

export class Draft {
  readonly values: DraftValue[] = []
  steps: DraftStep[] = []

  /** A value that the host writes, or that outlives the run. */
  value(name: string, role: BufferRole, spec: ArraySpec): DraftValue {
    const value: DraftValue = { id: this.values.length, name, role, shape: spec.shape, dtype: spec.dtype }
    this.values.push(value)
    return value
  }

  /** An `emit` that files its steps under a node and a phase; outputs are named `<stem>`, `<stem>.1`, ... */
  emitter(node: string, phase: PlanStep['phase'], role: BufferRole, stem = node): Emit {
    return <A extends Attributes>(
      op: Op<A>,
      attributes: A,
      inputs: readonly Value[],
      updates: readonly Value[] = [],
    ) => {
      const outputs = op
        .outputs(attributes, inputs)
        .map((spec, index) => this.value(index === 0 ? stem : `${stem}.${index}`, role, spec))
      // The registry keeps attributes opaque; this op has just checked these against its inputs.
      this.steps.push({ op: op as unknown as Op<Attributes>, attributes, inputs, outputs, updates, node, phase })
      return outputs
    }
  }

  named(value: Value): DraftValue {
    return this.values[value.id] as DraftValue
  }
}
