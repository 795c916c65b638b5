/** The arrays of an op case: drawn by seed, rounded to what the kernels can hold, and run through the reference. */

import { Random } from '../../core/random.ts'
import { sizeOf } from '../../core/shapes.ts'
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

/** The reference wrote where it may only read, or depends on where its arrays lie. */
export class ReferenceFault extends Error {
  override readonly name = 'ReferenceFault'
}

/** What the definition gives; the arrays handed in stay as they are, which is checked. */
export function runReference(row: OpCase, arrays: CaseArrays): CaseResults {
  const inputs = arrays.inputs.map((array) => array.slice())
  const results = evaluate(row, { ...arrays, inputs })
  inputs.forEach((array, i) => {
    const before = arrays.inputs[i] as Float64Array
    for (let element = 0; element < array.length; element++)
      if (!Object.is(array[element], before[element]))
        throw new ReferenceFault(`${row.op.kind}: its reference wrote to input ${i}, which steps may only read`)
  })
  return results
}

/** The same without a look at the inputs, for those who need it many times. `share`: this output is that input's array. */
export function evaluate(
  row: OpCase,
  arrays: CaseArrays,
  share?: readonly [input: number, output: number],
): CaseResults {
  const step = stepOf(row)
  const updates = arrays.updates.map((array) => array.slice())
  const outputs: Float64Array[] = step.outputs.map((spec) => new Float64Array(sizeOf(spec.shape)).fill(Number.NaN))
  if (share !== undefined) outputs[share[1]] = arrays.inputs[share[0]] as Float64Array
  row.op.reference(step, { inputs: arrays.inputs, outputs, updates })
  return { outputs, updates }
}

/** Throws `ReferenceFault` where working in place, as the op allows it, changes a single value of the reference. */
export function checkReferenceInPlace(row: OpCase, seed = 1): void {
  const arrays = drawArrays(row, seed)
  const apart = evaluate(row, arrays)
  for (const share of inPlacePairs(row)) {
    const inputs = arrays.inputs.map((array, i) => (i === share[0] ? array.slice() : array))
    const together = evaluate(row, { ...arrays, inputs }, share)
    for (const kind of ['outputs', 'updates'] as const)
      apart[kind].forEach((array, i) => {
        const other = together[kind][i] as Float64Array
        const at = array.findIndex((value, element) => !Object.is(value, other[element]))
        if (other.length === array.length && at < 0) return
        throw new ReferenceFault(
          `${row.op.kind}, ${row.name}: with output ${share[1]} in place of input ${share[0]}, the reference gives ${other[at]} for element ${at} of ${kind.slice(0, -1)} ${i}, else ${array[at]}`,
        )
      })
  }
}

/** The pairs that the op declares, of the arrays that this case has. */
export function inPlacePairs({ op, inputs, ...row }: OpCase): readonly (readonly [input: number, output: number])[] {
  const outputs = op.outputs(row.attributes, inputs)
  return (op.inPlace ?? []).filter(([input, output]) => input in inputs && output in outputs)
}
