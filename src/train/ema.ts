/** The running mean of a training's weights, in a program that keeps one: `<weight>.ema` beside each weight that learns. */

import type { Program } from '../backends/types.ts'
import type { PlanParameter } from '../plan/types.ts'

/** Pairs of a weight and the array of this name beside it. */
function besides({ plan }: Program, suffix: string): readonly (readonly [weight: number, beside: number])[] {
  const states = new Map(plan.optimizerState.map(({ name, buffer }) => [name, buffer]))
  return plan.parameters.flatMap(({ name, buffer }: PlanParameter) => {
    const beside = states.get(`${name}.${suffix}`)
    return beside === undefined ? [] : [[buffer, beside] as const]
  })
}

/** Exchanges the weights and their running means. */
export async function exchangeMeans(program: Program): Promise<void> {
  for (const [weight, mean] of besides(program, 'ema')) {
    const values = (await program.read(weight)).slice()
    program.write(weight, (await program.read(mean)).slice())
    program.write(mean, values)
  }
}

/** Before the first step of a training: Lookahead's slow weights are the weights. */
export async function startSlowWeights(program: Program): Promise<void> {
  for (const [weight, slow] of besides(program, 'slow')) program.write(slow, (await program.read(weight)).slice())
}
