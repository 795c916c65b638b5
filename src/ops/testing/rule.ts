/** Runs an optimizer's update of one parameter as plan and host would: its steps emitted once, scalars written before each round. */

import { sizeOf } from '../../core/shapes.ts'
import type { OpCase } from '../cases.ts'
import type { Optimizer } from '../optimizer/optimizers.ts'
import { SCALAR_COUNT, type ScalarName, scalarSlots, scalarsSpec } from '../scalars.ts'
import type { ArraySpec, Emit, Value } from '../types.ts'
import type { CaseArrays, CaseResults } from './arrays.ts'
import type { WasmResults } from './harness.ts'

export type RunCase = (row: OpCase, arrays: CaseArrays) => CaseResults | WasmResults

export interface Rounds {
  readonly spec: ArraySpec
  readonly start: Float64Array
  /** From 1. */
  readonly count: number
  gradientAt(round: number): Float64Array
  readonly decay?: boolean
  readonly gradientScale?: number
  /** Of a round; default: the optimizer's. */
  rateAt?(round: number): number
}

/** The parameter after the rounds. */
export function takeRounds(optimizer: Optimizer, rounds: Rounds, run: RunCase): Float64Array {
  const { spec, start, count, gradientAt, decay = true, gradientScale = 1 } = rounds
  const data: Float64Array[] = []
  // The array of a view is its base's.
  const base: number[] = []
  const value = ({ shape, dtype }: ArraySpec, content: Float64Array): Value => {
    base.push(data.length)
    data.push(content)
    return { shape, dtype, id: data.length - 1 }
  }
  const [parameter, gradient] = [value(spec, start), value(spec, gradientAt(1))]
  const scalars = value(scalarsSpec, new Float64Array(SCALAR_COUNT))
  const rule = optimizer.ruleFor({ ...spec, decays: true })
  const states = rule.states.map((each) => value(each, new Float64Array(sizeOf(each.shape))))
  const steps: (() => void)[] = []
  const emit: Emit = (op, attributes, inputs, updates = []) => {
    const outputs = op.outputs(attributes, inputs).map((each) => value(each, new Float64Array(sizeOf(each.shape))))
    const row = { name: 'step', op, attributes, inputs, updates, terms: 1 } as unknown as OpCase
    const contents = (values: readonly Value[]) => values.map(({ id }) => data[base[id] as number] as Float64Array)
    steps.push(() => {
      const results = run(row, { inputs: contents(inputs), updates: contents(updates) })
      const keep = (values: readonly Value[], arrays: readonly ArrayLike<number>[]) => {
        values.forEach(({ id }, i) => {
          data[base[id] as number] = Float64Array.from(arrays[i] ?? [])
        })
      }
      keep(outputs, results.outputs)
      keep(updates, results.updates)
    })
    return outputs
  }
  const view = ({ id, dtype }: Value, shape: ArraySpec['shape']): Value => {
    base.push(base[id] as number)
    data.push(new Float64Array(0))
    return { shape, dtype, id: data.length - 1 }
  }
  rule.emit({ parameter, gradient, scalars, states, decay }, { emit, view })
  for (let t = 1; t <= count; t++) {
    data[gradient.id] = gradientAt(t)
    const learningRate = rounds.rateAt?.(t) ?? (optimizer.settings.rate as number)
    const numbers = new Float64Array(SCALAR_COUNT)
    for (const [name, number] of Object.entries({ learningRate, gradientScale, ...optimizer.scalars(t) }))
      numbers[scalarSlots[name as ScalarName]] = number
    data[scalars.id] = numbers
    for (const step of steps) step()
  }
  return data[parameter.id] as Float64Array
}
