/**
 * One step of a training on the reference is what its goal says: the gradients of the same network, clipped, go into the
 * optimizer's own steps, parameter by parameter. The optimizer's formulas are its op's own; what is checked is the plan.
 */

import { resolveOptimizer } from '../../src/ops/optimizer/optimizers.ts'
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

  const gradientGoal = { kind: 'gradients', of: { loss: goal.loss ?? 'cross-entropy' }, to: ['weights'] } as const
  const gradients = await bindReference(
    trial,
    { ...options, goal: gradientGoal as PlanOptions['goal'] & object },
    inputs,
  )
  await gradients.run()
  const found = gradients.plan.ports.gradients?.weights ?? {}
  const arrays = new Map<string, Float64Array>()
  for (const [name, id] of Object.entries(found)) arrays.set(name, Float64Array.from(await gradients.read(id)))

  const scalars = Float64Array.from(scalarsOf(program.plan, inputs.step))
  if (goal.clipNorm !== undefined) {
    const norm = Math.hypot(...[...arrays.values()].map((gradient) => Math.hypot(...gradient)))
    scalars[scalarSlots.gradientScale] = Math.min(1, goal.clipNorm / (norm + 1e-6))
  }
  const optimizer = resolveOptimizer(goal.optimizer ?? 'sgd')
  const buffers = new Map([...program.plan.parameters, ...program.plan.optimizerState].map((p) => [p.name, p.buffer]))
  for (const { node, parameters } of inputs.nodes)
    for (const { name, shape, role, decays } of parameters) {
      if (role === 'tracked') continue
      const full = `${node.name}.${name}`
      const before = inputs.weights.get(full) as Float64Array
      const got = await program.read(buffers.get(full) as number)
      if (frozen.includes(node.name)) {
        expectClose(`${full}, which is frozen`, got, before, () => 0)
        continue
      }
      const gradient = arrays.get(full) as Float64Array
      const tape = new Tape()
      const value = (data: Float64Array) => tape.value(f32(...shape), data)
      const rule = optimizer.ruleFor({ ...f32(...shape), decays })
      const states = rule.states.map(
        (state) => [state.name, stateOf(trial.seed, `${full}.${state.name}`, before.length)] as const,
      )
      const parameter = before.slice()
      const update = {
        parameter: value(parameter),
        gradient: value(gradient),
        scalars: tape.value(f32(SCALAR_COUNT), scalars),
        states: states.map(([, data]) => value(data)),
        decay: goal.decay === 'all' || decays,
      }
      rule.emit(update, tape.emit)
      // Gradients were read as float32: 2⁻²⁴ of each, which no rule makes more than some four times as much of its move.
      const slack = (i: number) => {
        const [from, to] = [before[i] as number, parameter[i] as number]
        return 2 ** -23 * (Math.abs(from) + Math.abs(to)) + 2 ** -22 * Math.abs(to - from)
      }
      expectClose(`${full} after a step of ${optimizer.settings.kind} on the reference`, got, parameter, slack)
      for (const [state, data] of states) {
        const read = await program.read(buffers.get(`${full}.${state}`) as number)
        const scale = (i: number) => Math.abs(data[i] as number) + Math.abs(gradient[i] as number) + 2 ** -60
        expectClose(`${full}.${state} after a step on the reference`, read, data, (i) => 2 ** -22 * scale(i))
      }
    }
}
