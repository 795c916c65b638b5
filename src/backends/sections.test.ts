/** Training and scores by turns in one arena give the bits of two programs that do nothing else. */

import { afterEach, describe, expect, it } from 'vitest'
import { Random } from '../core/random.ts'
import { sizeOf } from '../core/shapes.ts'
import { parse } from '../notation/parse.ts'
import type { TypedArray } from '../ops/arrays.ts'
import { SCALAR_COUNT, scalarSlots } from '../ops/scalars.ts'
import type { GoalOptions } from '../plan/goal.ts'
import { plan } from '../plan/plan.ts'
import type { Plan } from '../plan/types.ts'
import { referenceBackend } from './reference/backend.ts'
import { testedBackends } from './testing/backends.ts'
import type { Program } from './types.ts'

/** Filters of every kind that are prepared, norms that scores fold into them, and a mask that only training draws. */
const network = parse(`INPUT 12x12x3 -> CONV3-16 nobias -> BN -> RELU -> CONV3-24 -> BN -> RELU -> POOL2
  -> ADD(ID | CONV3-24 g24 -> LRELU 0.1 -> CONV1-24) -> DROPOUT 0.2 -> CONV5-9 s2 g3 -> TANH -> FC-7 -> FC-5 -> SOFTMAX`)
const batch = 6
const optimizer = { kind: 'momentum', rate: 0.05 } as const

const programs: Program[] = []
afterEach(() => Promise.all(programs.splice(0).map((program) => program.dispose())))

describe.each(testedBackends)('%s, %i threads', (_name, threads, backend) => {
  const bind = async (of: Plan) => {
    const program = await backend.bind(of)
    programs.push(program)
    return program
  }
  const planned = (goal: GoalOptions) => plan(network, { batch, goal, target: backend.target({ threads }) })
  const draw = (program: Program, buffer: number, ...seed: (string | number)[]) => {
    const random = Random.seeded(7, ...seed)
    const { shape } = program.plan.buffers[buffer] as Plan['buffers'][number]
    program.write(
      buffer,
      Float32Array.from({ length: sizeOf(shape) }, () => random.normal()),
    )
  }
  const start = async (goal: GoalOptions) => {
    const program = await bind(planned(goal))
    const { plan: of } = program
    for (const { name, buffer } of of.parameters) {
      const random = Random.seeded(5, name)
      const draw = () => (name.endsWith('.variance') ? 0.5 + random.next() : 0.3 * random.normal())
      program.write(buffer, Float32Array.from({ length: sizeOf(of.buffers[buffer]?.shape ?? []) }, draw))
    }
    return program
  }
  const step = async (program: Program, number: number) => {
    const { pictures, labels, scalars, seed } = program.plan.ports as Required<Plan['ports']>
    draw(program, pictures, 'batch', number)
    program.write(labels, [0, 1, 2, 3, 4, number % 5])
    const values = new Float32Array(SCALAR_COUNT)
    values[scalarSlots.learningRate] = optimizer.rate
    values[scalarSlots.gradientScale] = 1
    program.write(scalars, values)
    program.write(seed, [9, number])
    await program.run()
  }
  const weightsOf = async (program: Program) => {
    const values = new Map<string, TypedArray>()
    for (const { name, buffer } of [...program.plan.parameters, ...program.plan.optimizerState])
      values.set(name, await program.read(buffer))
    return values
  }
  const give = (program: Program, weights: ReadonlyMap<string, TypedArray>) => {
    for (const { name, buffer } of [...program.plan.parameters, ...program.plan.optimizerState])
      program.write(buffer, weights.get(name) as TypedArray)
  }
  const scoresOf = async (program: Program, pictures: number, ...seed: (string | number)[]) => {
    const { ports } = program.plan
    draw(program, ports.pictures, ...seed)
    await program.run({ section: 'scores', pictures })
    return (await program.read(ports.scores as number)).slice(0, 5 * pictures)
  }

  it('give the same bits, and so do those who come after', async () => {
    const both = await start({ kind: 'training', optimizer })
    const training = await start({ kind: 'training', optimizer, scores: false })
    const scoring = await start({ kind: 'scores' })
    expect(Object.keys(training.plan.sections)).toEqual(['main'])
    let before: TypedArray | undefined
    for (let round = 0; round < 4; round++) {
      for (const number of [2 * round, 2 * round + 1]) {
        await step(both, number)
        await step(training, number)
        const { losses, output } = training.plan.ports
        expect(await both.read(both.plan.ports.losses as number)).toEqual(await training.read(losses as number))
        expect(await both.read(both.plan.ports.output)).toEqual(await training.read(output))
      }
      const weights = await weightsOf(both)
      expect(weights).toEqual(await weightsOf(training))
      // The reference holds float64, of which only float32 can be taken over.
      if (backend === referenceBackend) for (const program of [both, training]) give(program, weights)
      give(scoring, weights)
      for (const pictures of [batch, 3, 1, batch]) {
        const scores = await scoresOf(both, pictures, 'round', round, pictures)
        expect(scores).toEqual(await scoresOf(scoring, pictures, 'round', round, pictures))
      }
      const scores = await scoresOf(both, batch, 'always the same')
      expect(scores.every(Number.isFinite)).toBe(true)
      expect(scores).not.toEqual(before)
      before = scores
    }
  })

  it('run by parts, too, within a section and no further', async () => {
    const { main, scores } = planned({ kind: 'training' }).sections as Required<Plan['sections']>
    const program = await start({ kind: 'training' })
    draw(program, program.plan.ports.pictures, 'parts')
    await program.run({ section: 'scores' })
    const whole = await program.read(program.plan.ports.scores as number)
    draw(program, program.plan.ports.pictures, 'others')
    await program.run({ section: 'scores' })
    draw(program, program.plan.ports.pictures, 'parts')
    for (let from = scores.from; from < scores.to; from++) await program.run({ section: 'scores', from, to: from + 1 })
    expect(await program.read(program.plan.ports.scores as number)).toEqual(whole)
    expect([main.from, main.to]).toEqual([0, scores.from])
    await expect(program.run({ to: scores.from + 1 })).rejects.toThrow(/no such steps/)
    await expect(program.run({ section: 'scores', from: 0 })).rejects.toThrow(/no such steps/)
    await expect(program.run({ pictures: 1 })).rejects.toThrow(/cannot be run for this number/)
    const bare = await bind(planned({ kind: 'training', scores: false }))
    await expect(bare.run({ section: 'scores' })).rejects.toThrow(/section[\s\S]*scores[\s\S]*main/)
  })
})
