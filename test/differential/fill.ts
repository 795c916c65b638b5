/**
 * The values of a trial, a function of its seed and an array's name. Biases are not 0 and norms are away from where they
 * start: a sum that begins with 0, or a factor of 1, hides faults.
 */

import type { Program } from '../../src/backends/types.ts'
import { sizeOf, volumeSize } from '../../src/core/shapes.ts'
import { inferVolumes, type SizedNode } from '../../src/network/volumes.ts'
import { parse } from '../../src/notation/parse.ts'
import { resolveOptimizer } from '../../src/ops/optimizer/optimizers.ts'
import { SCALAR_COUNT, type ScalarName, scalarSlots } from '../../src/ops/scalars.ts'
import type { Plan } from '../../src/plan/types.ts'
import { Draw } from './draw.ts'
import { type Arrays, classesOf } from './oracle.ts'
import type { Trial } from './trials.ts'

/** All rounded to float32. */
export interface Inputs {
  readonly nodes: readonly SizedNode[]
  readonly pictures: Float64Array
  readonly weights: Arrays
  readonly labels: Float64Array
  readonly seed: readonly [number, number]
  /** Which step of a training it is, from 1. */
  readonly step: number
}

export function array(draw: Draw, length: number, value: (draw: Draw) => number): Float64Array {
  return Float64Array.from({ length }, () => Math.fround(value(draw)))
}

export function inputsOf({ text, batch, seed }: Trial): Inputs {
  const nodes = inferVolumes(parse(text))
  const draw = (...stream: readonly string[]) => Draw.seeded(seed, 'values', ...stream)
  const weights = nodes.flatMap(({ node, parameters }) =>
    parameters.map((spec) => {
      const name = `${node.name}.${spec.name}`
      const { initial } = spec
      const scale = initial.kind === 'constant' ? 0 : Math.sqrt(2 / initial.fanIn)
      const value =
        initial.kind !== 'constant'
          ? (from: Draw) => scale * from.random.normal()
          : spec.name === 'variance'
            ? (from: Draw) => 0.3 + 2 * from.random.next()
            : (from: Draw) => initial.value * (0.5 + from.random.next()) + 0.3 * from.random.normal()
      return [name, array(draw('weight', name), sizeOf(spec.shape), value)] as const
    }),
  )
  const other = draw('other')
  const scale = other.weighted([4, 1], [1, 5])
  return {
    nodes,
    weights: new Map(weights),
    pictures: array(
      draw('pictures'),
      batch * volumeSize((nodes[0] as SizedNode).output),
      (from) => scale * from.random.normal(),
    ),
    labels: Float64Array.from({ length: batch }, () => other.between(0, classesOf(nodes) - 1)),
    seed: [other.between(0, 1e6), other.between(0, 1e6)],
    step: other.weighted([1, 1], [2, other.between(2, 2000)]),
  }
}

/** Everything that the host writes, and garbage where a run must not look before it has written. */
export function fill(program: Program, inputs: Inputs, trial: Trial): void {
  const { buffers } = program.plan
  if (program.view !== undefined) {
    for (const { id, dtype, values } of buffers)
      if (values === undefined) program.view(id).fill(dtype === 'f32' ? Number.NaN : 0x7fc00001)
  }
  for (const [buffer, values] of writesOf(program.plan, inputs, trial)) program.write(buffer, values)
}

function writesOf(plan: Plan, inputs: Inputs, { seed }: Trial): readonly (readonly [number, ArrayLike<number>])[] {
  const { ports, parameters, optimizerState, buffers, goal } = plan
  const size = (id: number) => sizeOf(buffers[id]?.shape ?? [])
  const writes: (readonly [number | undefined, ArrayLike<number>])[] = [
    [ports.pictures, inputs.pictures],
    [ports.labels, inputs.labels],
    [ports.seed, inputs.seed],
    [ports.scalars, goal.kind === 'training' ? scalarsOf(plan, inputs.step) : new Array(SCALAR_COUNT).fill(0)],
  ]
  for (const { isOther, scalars } of ports.groups ?? []) writes.push([scalars, scalarsOf(plan, inputs.step, isOther)])
  for (const { name, buffer } of parameters) writes.push([buffer, inputs.weights.get(name) as Float64Array])
  for (const { name, buffer } of optimizerState) writes.push([buffer, stateOf(seed, name, size(buffer))])
  if (ports.outputGradient !== undefined) {
    writes.push([ports.outputGradient, outputGradientOf(seed, size(ports.outputGradient))])
  }
  return writes.filter((row): row is [number, ArrayLike<number>] => row[0] !== undefined)
}

/** Sums of squares are positive. */
export function stateOf(seed: number, name: string, length: number): Float64Array {
  return array(Draw.seeded(seed, 'state', name), length, ({ random }) =>
    name.endsWith('.squares') || name.endsWith('.moves') ? random.next() ** 2 : 0.1 * random.normal(),
  )
}

export function outputGradientOf(seed: number, length: number): Float64Array {
  return array(Draw.seeded(seed, 'output gradient'), length, ({ random }) => random.normal() / length)
}

/** @param isOther of the weights that the optimizer leaves to another one */
export function scalarsOf({ goal }: Plan, step: number, isOther = false): readonly number[] {
  if (goal.kind !== 'training') return []
  const main = resolveOptimizer(goal.optimizer)
  const { settings, scalars } = isOther ? (main.others ?? main) : main
  const values = new Array<number>(SCALAR_COUNT).fill(0)
  const named = { learningRate: settings.rate, gradientScale: 1, ...scalars(step) }
  for (const [name, value] of Object.entries(named))
    values[scalarSlots[name as ScalarName]] = Math.fround(value as number)
  return values
}
