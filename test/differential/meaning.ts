/**
 * A plan, run by the reference in float64, means what its network means: scores, taps, losses, tracked statistics and
 * gradients are those of the oracle, which knows no plan.
 */

import { referenceBackend } from '../../src/backends/reference/backend.ts'
import type { Program } from '../../src/backends/types.ts'
import { parse } from '../../src/notation/parse.ts'
import { plan } from '../../src/plan/plan.ts'
import type { Plan, PlanOptions } from '../../src/plan/types.ts'
import { compareDifferences } from './differences.ts'
import { expectClose, largest } from './fault.ts'
import { fill, type Inputs, outputGradientOf } from './fill.ts'
import { type Answer, allLossesOf, evaluate, type Question } from './oracle.ts'
import type { Trial } from './trials.ts'

/**
 * Values are read as float32, which rounds by 2⁻²⁴ of each. In float64 two ways to compute the same differ by some 2⁻⁵³
 * of each of up to 2¹⁰ terms in 2⁷ operations one after the other, relative to the largest of an array.
 */
export const closeTo = (want: ArrayLike<number>) => {
  const noise = 2 ** -36 * largest(want)
  return (i: number) => 2 ** -24 * Math.abs(want[i] as number) + noise + 2 ** -140
}

export async function bindReference(trial: Trial, options: PlanOptions, inputs: Inputs): Promise<Program> {
  const program = await referenceBackend.bind(plan(parse(trial.text), options))
  fill(program, inputs, trial)
  return program
}

export function questionOf(inputs: Inputs, { batch }: Trial, { goal, frozen = [] }: PlanOptions): Question {
  const training = goal?.kind === 'training' || (goal?.kind === 'gradients' && goal.statistics === 'batch')
  return { ...inputs, batch, asTraining: (node) => training && !frozen.includes(node) }
}

export async function checkScores(trial: Trial, options: PlanOptions, inputs: Inputs): Promise<void> {
  const program = await bindReference(trial, options, inputs)
  await program.run()
  const answer = evaluate(questionOf(inputs, trial, options))
  const want = answer.outputs.get(inputs.nodes.at(-1)?.node.name as string) as Float64Array
  expectClose('scores on the reference', await program.read(program.plan.ports.output), want, closeTo(want))
  await checkTaps(program, answer)
}

async function checkTaps(program: Program, answer: Answer): Promise<void> {
  for (const [name, id] of Object.entries(program.plan.ports.taps ?? {})) {
    const want = answer.outputs.get(name) as Float64Array
    expectClose(`tap of ${name} on the reference`, await program.read(id), want, closeTo(want))
  }
}

/** Whether the gradients could be compared: not where a kink or too sharp a bend is near. */
export async function checkGradients(trial: Trial, options: PlanOptions, inputs: Inputs): Promise<boolean> {
  const program = await bindReference(trial, options, inputs)
  await program.run()
  const { ports } = program.plan
  const question = questionOf(inputs, trial, options)
  const answer = evaluate(question)
  await checkTaps(program, answer)
  await checkTracked(program, answer)
  const loss = lossOf(program.plan, trial, inputs)
  if (ports.losses !== undefined) {
    const { losses } = allLossesOf(answer, inputs.nodes, loss)
    expectClose('losses on the reference', await program.read(ports.losses), losses, closeTo(losses))
  }
  const found = new Map<string, Float32Array>()
  const { weights = {}, nodes = {} } = ports.gradients ?? {}
  for (const [name, id] of [...Object.entries(weights), ...Object.entries(nodes)]) {
    found.set(name, (await program.read(id)) as Float32Array)
  }
  return compareDifferences(found, { ...question, sides: answer.sides }, loss.of, trial)
}

/** Running statistics, as this run has left them. */
export async function checkTracked(program: Program, { tracked }: Answer): Promise<void> {
  for (const { name, buffer } of program.plan.parameters) {
    const want = tracked.get(name)
    if (want) expectClose(`${name} after a run of the reference`, await program.read(buffer), want, closeTo(want))
  }
}

function lossOf({ goal, ports, buffers }: Plan, { seed }: Trial, { nodes, labels }: Inputs) {
  const of = goal.kind === 'gradients' ? goal.of : undefined
  const smoothing = of && 'loss' in of && of.loss.kind === 'cross-entropy' ? (of.loss.smoothing ?? 0) : 0
  if (of === undefined || 'loss' in of) {
    const heads = goal.kind !== 'gradients' || goal.statistics === 'batch'
    const loss = { labels, smoothing, heads }
    return { ...loss, of: (answer: Answer) => allLossesOf(answer, nodes, loss).mean }
  }
  const given = buffers[ports.outputGradient ?? -1]?.shape.reduce((a, b) => a * b) ?? 0
  const weights = outputGradientOf(seed, given)
  const node = of.node
  const weighted = ({ outputs }: Answer) =>
    (outputs.get(node) as Float64Array).reduce((sum, value, i) => sum + value * (weights[i] as number), 0)
  return { labels, smoothing, heads: false, of: weighted }
}
