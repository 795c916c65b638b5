/**
 * A picture's scores are the same bits in every run of a plan: for any of its sizes, at any place, and in the arena of a
 * training, before, between and after its steps.
 */

import type { Program } from '../../src/backends/types.ts'
import { wasmBackend } from '../../src/backends/wasm/backend.ts'
import { sizeOf } from '../../src/core/shapes.ts'
import { Model, trainerOf } from '../../src/model/model.ts'
import { parse } from '../../src/notation/parse.ts'
import { plan } from '../../src/plan/plan.ts'
import type { PlanOptions } from '../../src/plan/types.ts'
import { resultsOf, using } from './bits.ts'
import { Draw } from './draw.ts'
import { expectSameBits } from './fault.ts'
import { fill, type Inputs, scalarsOf } from './fill.ts'
import { type Trial, worksOut } from './trials.ts'

const backendOf = ({ variant }: Trial) => wasmBackend({ variant, alwaysShare: false })

/** The scores of the pictures from `first` on, in a run of `size`. */
async function scoresOf(program: Program, inputs: Inputs, size: number, first = 0): Promise<Float32Array> {
  const { ports, batch, buffers } = program.plan
  const each = inputs.pictures.length / batch
  const output = ports.scores ?? ports.output
  program.write(ports.pictures, inputs.pictures.subarray(first * each, (first + size) * each))
  await program.run({ section: 'scores', pictures: size })
  const scores = sizeOf(buffers[output]?.shape ?? []) / batch
  return ((await program.read(output)) as Float32Array).slice(0, size * scores)
}

const part = (all: Float32Array, batch: number, first: number, size: number) =>
  all.slice((first * all.length) / batch, ((first + size) * all.length) / batch)

export async function checkPlaces(trial: Trial, options: PlanOptions, inputs: Inputs): Promise<void> {
  const draw = Draw.seeded(trial.seed, 'places')
  await using(backendOf(trial), plan(parse(trial.text), options), async (program) => {
    fill(program, inputs, trial)
    const all = await scoresOf(program, inputs, trial.batch)
    for (const size of program.plan.sections.scores?.sizes ?? []) {
      const first = draw.between(0, trial.batch - size)
      const got = await scoresOf(program, inputs, size, first)
      expectSameBits(`scores in a run of ${size} from picture ${first}`, got, part(all, trial.batch, first, size))
    }
    // What was prepared from a weight goes stale when that weight alone is written.
    const { name, buffer } = draw.pick(program.plan.parameters)
    const weights = new Map([...inputs.weights, [name, (inputs.weights.get(name) as Float64Array).map((v) => v * 1.5)]])
    program.write(buffer, weights.get(name) as Float64Array)
    const got = await scoresOf(program, inputs, trial.batch)
    const want = await using(backendOf(trial), program.plan, async (fresh) => {
      fill(fresh, { ...inputs, weights }, trial)
      return scoresOf(fresh, inputs, trial.batch)
    })
    expectSameBits(`scores once ${name} was written`, got, want)
  })
}

export async function checkScoresBeside(trial: Trial, options: PlanOptions, inputs: Inputs): Promise<void> {
  const draw = Draw.seeded(trial.seed, 'beside')
  const network = parse(trial.text)
  const { batch, exact } = trial
  const backend = backendOf(trial)
  await using(backend, plan(network, options), (training) =>
    using(backend, plan(network, options), (undisturbed) =>
      using(backend, plan(network, { batch, exact }), async (alone) => {
        for (const program of [training, undisturbed, alone]) fill(program, inputs, trial)
        for (const steps of [0, 1, 2]) {
          const size = draw.pick(training.plan.sections.scores?.sizes ?? [batch])
          for (const { name, buffer } of alone.plan.parameters) {
            const own = training.plan.parameters.find((parameter) => parameter.name === name)?.buffer as number
            alone.write(buffer, await training.read(own))
          }
          const want = await scoresOf(alone, inputs, size)
          expectSameBits(
            `scores of ${size} in the training's arena after ${steps} steps`,
            await scoresOf(training, inputs, size),
            want,
          )
          for (const program of [training, undisturbed]) {
            program.write(program.plan.ports.pictures, inputs.pictures)
            program.write(program.plan.ports.scalars as number, scalarsOf(program.plan, inputs.step + steps))
            await program.run()
          }
          const got = await resultsOf(training)
          for (const [name, values] of await resultsOf(undisturbed))
            expectSameBits(`${name} after scores and a step`, got.get(name) as Float32Array, values)
        }
      }),
    ),
  )
}

/** `predict` of all, of a few, and once the model holds the memory of a training. */
export async function checkModel(trial: Trial, { taps: _, ...training }: PlanOptions, inputs: Inputs): Promise<void> {
  const { text, batch, exact, variant, seed } = trial
  const draw = Draw.seeded(seed, 'model')
  const before = process.env.LENSLET_VARIANT
  process.env.LENSLET_VARIANT = variant
  const model = await Model.create(parse(text), { batch: draw.pick([1, 3, 7, 32, batch]), threads: 1, exact })
  try {
    for (const [name, values] of inputs.weights) model.weights.set(name, values)
    const pictures = Float32Array.from(inputs.pictures)
    const each = pictures.length / batch
    const check = async (size: number) => {
      const first = draw.between(0, batch - size)
      const some = await model.predict(pictures.slice(first * each, (first + size) * each))
      expectSameBits(`predict of ${size} from picture ${first}`, some, part(all, batch, first, size))
    }
    const all = await model.predict(pictures)
    await check(1)
    await check(draw.between(1, batch))
    // A batch of one may be too small for a norm; another batch may choose another way for a convolution, with other bits.
    if (!worksOut({ text, batch: model.plan.batch })) return
    const { exact: __, ...options } = training
    await trainerOf(model).hold({ ...options, batch: model.plan.batch })
    expectSameBits('predict in the arena of a training', await model.predict(pictures), all)
  } finally {
    if (before === undefined) delete process.env.LENSLET_VARIANT
    else process.env.LENSLET_VARIANT = before
    await model.dispose()
  }
}
