/**
 * Checks an op's gradient rule against finite differences, all in float64. The rule runs on a tape that is eager: what it
 * emits is computed at once by the references. L = Σ r·output with random r; dL/dinput must be (L(x+h) − L(x−h)) / 2h.
 */

import { Random } from '../../core/random.ts'
import { sizeOf } from '../../core/shapes.ts'
import type { OpCase } from '../cases.ts'
import type { ArraySpec, Emit, Value } from '../types.ts'
import { type CaseArrays, drawArrays, evaluate, stepOf } from './arrays.ts'

/** A gradient rule and the finite differences disagree. */
export class GradientFault extends Error {
  override readonly name = 'GradientFault'
}

export interface DifferenceOptions {
  readonly seed?: number
  /** Which outputs L depends on; the first alone, as others are usually statistics kept for backward. */
  readonly outputs?: readonly number[]
}

/** Rounding costs ε₆₄·|L|/h and truncation h²·|L‴|/6: both about 1e-10 of the scale. */
const step = 1e-5

/** Throws `GradientFault` where an analytic derivative is off by more than 1e-6 of the scale. */
export function checkGradient(row: OpCase, options: DifferenceOptions = {}): void {
  const { seed = 1, outputs = [0] } = options
  const arrays = drawArrays(row, seed, 'f64')
  const random = Random.seeded(seed, 'differences', row.op.kind, row.name)
  const weights = stepOf(row).outputs.map((spec, i) =>
    outputs.includes(i) ? Float64Array.from({ length: sizeOf(spec.shape) }, () => random.normal()) : undefined,
  )
  const analytic = analyticGradients(row, arrays, weights)

  row.inputs.forEach((spec, i) => {
    if (spec.dtype === 'i32' || row.constant?.includes(i)) return
    const gradient = analytic[i] as Float64Array
    const size = sizeOf(spec.shape)
    // Each costs two runs of the reference: all elements of a small input, a few of a large one.
    const samples = size > 20_000 ? 4 : size > 1000 ? 12 : 40
    const elements =
      size <= samples ? [...Array(size).keys()] : Array.from({ length: samples }, () => random.integer(size))
    const scale = gradient.reduce((largest, value) => Math.max(largest, Math.abs(value)), 1)
    for (const element of elements) {
      const numeric =
        (loss(row, shifted(arrays, i, element, step), weights) -
          loss(row, shifted(arrays, i, element, -step), weights)) /
        (2 * step)
      const given = gradient[element] as number
      if (Math.abs(given - numeric) <= 1e-6 * scale) continue
      throw new GradientFault(
        `${row.op.kind}, ${row.name}: dL/d(input ${i})[${element}] is ${given} by the rule and ${numeric} by differences`,
      )
    }
  })
}

function shifted(arrays: CaseArrays, input: number, element: number, by: number): CaseArrays {
  const inputs = arrays.inputs.map((array, i) => (i === input ? array.slice() : array))
  const moved = inputs[input] as Float64Array
  moved[element] = (moved[element] as number) + by
  return { ...arrays, inputs }
}

function loss(row: OpCase, arrays: CaseArrays, weights: readonly (Float64Array | undefined)[]): number {
  const { outputs } = evaluate(row, arrays)
  let sum = 0
  outputs.forEach((output, o) => {
    const r = weights[o]
    if (r !== undefined) for (let i = 0; i < output.length; i++) sum += (r[i] as number) * (output[i] as number)
  })
  return sum
}

/** dL/dinput for each input by the op's rule; zeros where the rule gave nothing, and for constants. */
export function analyticGradients(
  row: OpCase,
  arrays: CaseArrays,
  weights: readonly (Float64Array | undefined)[],
): readonly Float64Array[] {
  const data = new Map<number, Float64Array>()
  const newValue = (spec: ArraySpec, array: Float64Array): Value => {
    const value = { ...spec, id: data.size }
    data.set(value.id, array)
    return value
  }
  const dataOf = (value: Value): Float64Array => data.get(value.id) as Float64Array

  const emit: Emit = (op, attributes, inputs, updates = []) => {
    const specs = op.outputs(attributes, inputs)
    const made = specs.map((spec) => newValue(spec, new Float64Array(sizeOf(spec.shape)).fill(Number.NaN)))
    op.reference(
      { attributes, inputs, outputs: specs, updates },
      { inputs: inputs.map(dataOf), outputs: made.map(dataOf), updates: updates.map(dataOf) },
    )
    return made
  }

  const inputs = row.inputs.map((spec, i) => newValue(spec, (arrays.inputs[i] as Float64Array).slice()))
  const updates = (row.updates ?? []).map((spec, i) => newValue(spec, (arrays.updates[i] as Float64Array).slice()))
  const outputs = emit(row.op, row.attributes, inputs, updates)
  const given = outputs.map((output, o) => {
    const r = weights[o]
    return r === undefined ? undefined : newValue({ shape: output.shape, dtype: 'f32' }, r.slice())
  })
  if (row.op.gradient === 'none') throw new GradientFault(`${row.op.kind} has no gradient rule to check`)

  const sums = new Map<number, Float64Array>()
  const isConstant = (value: Value) => row.constant?.includes(inputs.indexOf(value)) === true
  row.op.gradient({ attributes: row.attributes, inputs, outputs, updates }, given, {
    emit,
    rectifierRule: () => 'gradient',
    wants: (value) => value.dtype === 'f32' && !isConstant(value),
    give: (value, gradient) => {
      if (isConstant(value))
        throw new GradientFault(`${row.op.kind}, ${row.name}: a gradient was given to a constant input`)
      const sum = sums.get(value.id) ?? new Float64Array(sizeOf(value.shape))
      const added = dataOf(gradient)
      if (added.length !== sum.length)
        throw new GradientFault(
          `${row.op.kind}: a gradient of ${added.length} values was given to an array of ${sum.length}`,
        )
      sums.set(
        value.id,
        sum.map((old, i) => old + (added[i] as number)),
      )
    },
  })
  return inputs.map((value) => sums.get(value.id) ?? new Float64Array(sizeOf(value.shape)))
}
