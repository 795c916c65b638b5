/**
 * One step of a training on the reference is what its goal says: the gradients of the same network, clipped, go into the
 * optimizer's own steps, parameter by parameter. The optimizer's formulas are its op's own; what is checked is the plan.
 */

import type { Program } from '../../src/backends/types.ts'
import { sizeOf } from '../../src/core/shapes.ts'
import { headsIn } from '../../src/network/fitHead.ts'
import { type Optimizer, resolveOptimizer } from '../../src/ops/optimizer/optimizers.ts'
import { SCALAR_COUNT, scalarSlots } from '../../src/ops/scalars.ts'
import { f32 } from '../../src/ops/specs.ts'
import type { PlanOptions } from '../../src/plan/types.ts'
import { expectClose } from './fault.ts'
import { type Inputs, scalarsOf, stateOf } from './fill.ts'
import { bindReference, checkTracked, questionOf } from './meaning.ts'
import { evaluate } from './oracle.ts'
import { Tape } from './tape.ts'
import type { Trial } from './trials.ts'

export async function checkTraining(trial: Trial, options: PlanOptions, inputs: Inputs): Promise<void> {
  const { goal, frozen = [] } = options
  if (goal?.kind !== 'training') return
  const program = await bindReference(trial, options, inputs)
  await program.run()
  await checkTracked(program, evaluate(questionOf(inputs, trial, options)))

  const gradients = await gradientsOf(trial, options, inputs)
  const [scalars, otherScalars] = [false, true].map((isOther) =>
    Float64Array.from(scalarsOf(program.plan, inputs.step, isOther)),
  ) as [Float64Array, Float64Array]
  if (goal.clipNorm !== undefined) {
    const squares = [...gradients.values()].map((gradient) => gradient.reduce((sum, value) => sum + value * value, 0))
    const norm = Math.sqrt(squares.reduce((a, b) => a + b, 0))
    for (const each of [scalars, otherScalars])
      each[scalarSlots.gradientScale] = Math.min(1, goal.clipNorm / (norm + 1e-6))
  }
  const main = resolveOptimizer(goal.optimizer ?? 'sgd')
  const heads = new Set(headsIn(inputs.nodes))
  const got = await arraysOf(program)
  for (const { node, parameters } of inputs.nodes)
    for (const { name, shape, role, decays } of parameters) {
      if (role === 'tracked') continue
      const full = `${node.name}.${name}`
      const before = inputs.weights.get(full) as Float64Array
      if (frozen.includes(node.name)) {
        expectClose(`${full}, which is frozen`, got(full), before, () => 0)
        continue
      }
      const gradient = gradients.get(full) as Float64Array
      const optimizer = main.of({ ...f32(...shape), decays, isHead: heads.has(node.name) })
      const own = optimizer === main ? scalars : otherScalars
      const step = { optimizer, shape, before, scalars: own, decay: goal.decay === 'all' || decays, decays }
      const start = (state: string) => stateOf(trial.seed, `${full}.${state}`, before.length)
      const want = updated(step, gradient, start)
      // Gradients were read as float32, which rounds by 2⁻²⁴ of each: what a change by 2⁻²² makes of it is enough.
      const other = updated(
        step,
        gradient.map((value) => value * (1 + 2 ** -22)),
        start,
      )
      for (const [state, values] of want) {
        const slack = (i: number) => {
          const value = values[i] as number
          const larger = Math.abs(value) + (state === '' ? Math.abs(before[i] as number) : 0)
          const spread = optimizer.kind === 'muon' && state === '' ? muonSlack(optimizer, shape) : 0
          return 2 ** -23 * larger + Math.abs(value - (other.get(state)?.[i] as number)) + spread + 2 ** -120
        }
        const array = state === '' ? full : `${full}.${state}`
        expectClose(`${array} after a step of ${optimizer.settings.kind} on the reference`, got(array), values, slack)
      }
    }
}

/**
 * Muon divides by the norm, so that a factor of the gradient changes nothing; but a rounding of each value by 2⁻²⁴ moves the
 * matrix of norm 1 by as much, and each step of Newton–Schulz multiplies that by at most 3.4445, the polynomial's steepest
 * slope.
 */
function muonSlack({ settings }: Optimizer, shape: readonly number[]): number {
  const { rate, nsSteps = 0 } = settings as { rate: number; nsSteps?: number }
  const columns = shape.at(-1) as number
  const size = Math.sqrt(Math.max(1, (columns * columns) / sizeOf(shape)))
  return rate * size * 3.4445 ** nsSteps * 2 ** -22
}

/** Of the loss to every weight, in a plan for nothing else. */
async function gradientsOf(trial: Trial, options: PlanOptions, inputs: Inputs) {
  const { goal } = options
  const loss = (goal?.kind === 'training' ? goal.loss : undefined) ?? 'cross-entropy'
  const of = { loss: typeof loss === 'string' ? { kind: loss } : loss }
  const program = await bindReference(trial, { ...options, goal: { kind: 'gradients', of } }, inputs)
  await program.run()
  const arrays = new Map<string, Float64Array>()
  for (const [name, id] of Object.entries(program.plan.ports.gradients?.weights ?? {}))
    arrays.set(name, Float64Array.from(await program.read(id)))
  return arrays
}

/** Parameters and optimizer states by name. */
async function arraysOf(program: Program) {
  const { parameters, optimizerState } = program.plan
  const arrays = new Map<string, Float32Array>()
  for (const { name, buffer } of [...parameters, ...optimizerState])
    arrays.set(name, (await program.read(buffer)) as Float32Array)
  return (name: string) => arrays.get(name) as Float32Array
}

interface Update {
  readonly optimizer: Optimizer
  readonly shape: readonly number[]
  readonly before: Float64Array
  readonly scalars: Float64Array
  readonly decay: boolean
  readonly decays: boolean
}

/** A parameter after the optimizer's steps, by the name '', and its states by theirs. */
function updated(
  { optimizer, shape, before, scalars, decay, decays }: Update,
  gradient: Float64Array,
  start: (state: string) => Float64Array,
): ReadonlyMap<string, Float64Array> {
  const tape = new Tape()
  const spec = f32(...shape)
  const rule = optimizer.ruleFor({ ...spec, decays })
  const arrays = new Map([['', before.slice()], ...rule.states.map(({ name }) => [name, start(name)] as const)])
  const [parameter, ...states] = [...arrays.values()].map((data) => tape.value(spec, data))
  if (parameter === undefined) return arrays
  const given = { gradient: tape.value(spec, gradient), scalars: tape.value(f32(SCALAR_COUNT), scalars) }
  rule.emit({ parameter, ...given, states, decay }, { emit: tape.emit, view: tape.view })
  return arrays
}
