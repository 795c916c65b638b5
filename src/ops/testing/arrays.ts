/** The arrays of an op case: drawn by seed, rounded to what the kernels can hold, and run through the reference. */

import { Random, sizeOf } from '../../core/index.ts'
import type { OpCase } from '../cases.ts'
import type { ArraySpec, StepSpec } from '../types.ts'

export interface CaseArrays {
  readonly inputs: readonly Float64Array[]
  readonly updates: readonly Float64Array[]
}

export interface CaseResults {
  readonly outputs: readonly Float64Array[]
  readonly updates: readonly Float64Array[]
}

export function stepOf(row: OpCase): StepSpec<object> {
  const { op, attributes, inputs, updates = [] } = row
  return { attributes, inputs, outputs: op.outputs(attributes, inputs), updates }
}

/** `values: 'f32'` rounds what is drawn to float32, so that reference and kernel get the same numbers. */
export function drawArrays(row: OpCase, seed: number, values: 'f32' | 'f64' = 'f32'): CaseArrays {
  const random = Random.seeded(seed, 'op case', row.op.kind, row.name)
  const draw = (spec: ArraySpec, array: number): Float64Array =>
    Float64Array.from({ length: sizeOf(spec.shape) }, (_, element) => {
      const value = row.fill?.(random, array, element) ?? random.normal()
      if (spec.dtype === 'i32') return Math.trunc(value)
      return values === 'f32' ? Math.fround(value) : value
    })
  const inputs = row.inputs.map(draw)
  const updates = (row.updates ?? []).map((spec, i) => draw(spec, row.inputs.length + i))
  return { inputs, updates }
}

/** What the definition gives; the arrays handed in stay as they are, which is checked. */
export function runReference(row: OpCase, arrays: CaseArrays): CaseResults {
  const inputs = arrays.inputs.map((array) => array.slice())
  const results = evaluate(row, { ...arrays, inputs })
  inputs.forEach((array, i) => {
    const before = arrays.inputs[i] as Float64Array
    for (let element = 0; element < array.length; element++)
      if (!Object.is(array[element], before[element]))
        throw new Error(`${row.op.kind}: its reference wrote to input ${i}, which steps may only read`)
  })
  return results
}

/** The same without a look at the inputs, for those who need it many times. */
export function evaluate(row: OpCase, arrays: CaseArrays): CaseResults {
  const step = stepOf(row)
  const updates = arrays.updates.map((array) => array.slice())
  const outputs = step.outputs.map((spec) => new Float64Array(sizeOf(spec.shape)).fill(Number.NaN))
  row.op.reference(step, { inputs: arrays.inputs, outputs, updates })
  return { outputs, updates }
}
