/**
 * A step that goes wrong spoils nothing: where a loss or a clipped gradient is not finite, every weight, every running
 * statistic and every state of the optimizer is the same to the bit as before the step, and the error says where it began.
 */

import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { platform } from '#platform'
import type { Program } from '../backends/types.ts'
import { Batches } from '../data/batches.ts'
import { type Dataset, dataset } from '../data/dataset.ts'
import { Model, trainerOf } from '../model/model.ts'
import { parse } from '../notation/parse.ts'
import { optimizerKinds } from '../ops/optimizer/optimizers.ts'
import { readCheckpoint } from './checkpoint.ts'
import { DivergedError, type Progress, type TrainOptions, train } from './index.ts'
import { planOptionsOf, resolveSettings } from './options.ts'
import { Stepper } from './stepper.ts'
import { stripeNetwork, stripes } from './testing/stripes.ts'

const data = stripes(160)
const options: TrainOptions = { epochs: 2, batch: 16, seed: 3, optimizer: { kind: 'adam', rate: 0.01 } }

let folder = ''
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lenslet-'))
  // Work goes to the workers where there are any, however small it is.
  vi.stubEnv('LENSLET_SHARE', 'always')
})
afterEach(async () => {
  vi.unstubAllEnvs()
  vi.restoreAllMocks()
  await rm(folder, { recursive: true })
})

const { fill } = Batches.prototype

/** Puts a value into one pixel of the batch of this step, counted from 0 in training. */
function poison(at: number, value: number, pixel = 70): void {
  vi.spyOn(Batches.prototype, 'fill').mockImplementation(function filled(this: Batches, epoch, step, images, labels) {
    const count = fill.call(this, epoch, step, images, labels)
    if (epoch * this.stepsPerEpoch + step === at && this.batch === options.batch) images[pixel] = value
    return count
  })
}

/** Everything that outlives a step, as hexadecimal bytes by name. */
async function persistent(program: Program): Promise<ReadonlyMap<string, string>> {
  const { parameters, optimizerState } = program.plan
  const found = new Map<string, string>()
  for (const { name, buffer } of [...parameters, ...optimizerState]) {
    const values = await program.read(buffer)
    found.set(name, Buffer.from(values.buffer, values.byteOffset, values.byteLength).toString('hex'))
  }
  return found
}

/** The error that a promise is rejected with. */
async function divergence(call: Promise<unknown>): Promise<DivergedError> {
  const error = await call.then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  expect(error).toBeInstanceOf(DivergedError)
  return error as DivergedError
}

describe.each([
  { backend: 'wasm', threads: 1 },
  { backend: 'wasm', threads: 2 },
  { backend: 'reference', threads: 1 },
] as const)('on %o', (how) => {
  /** Takes good steps, then one that must fail and leave everything as it was; gives the error. */
  async function fails(text: string, more: Partial<TrainOptions>, spoil: (model: Model) => void, on: Dataset = data) {
    await using model = await Model.create(parse(text), { seed: 1, ...how })
    const settings = resolveSettings(model, on, { ...options, ...more })
    const trainer = trainerOf(model)
    const program = await trainer.hold(planOptionsOf(settings))
    const stepper = new Stepper(trainer, program, new Batches(on.train, settings), settings)
    for (let step = 0; step < 3; step++) await stepper.take(step)
    spoil(model)
    // What was set is with the program when the next task runs.
    await trainer.exclusively(program, async () => {})
    const before = await persistent(program)
    expect(before.size).toBe(program.plan.parameters.length + program.plan.optimizerState.length)
    const error = await divergence(stepper.take(3))
    expect(await persistent(program)).toEqual(before)
    expect(error.step).toBe(3)
    expect(error.message).toMatch(/step 4, epoch 1/)
    return error
  }

  it.each(optimizerKinds)('%s with decay leaves all as it is where a layer overflows', async (kind) => {
    const more = { optimizer: { kind, rate: 0.01, weightDecay: 0.1 }, decay: 'all' } as const
    const huge = (model: Model) => model.weights.set('bn1.scale', new Float32Array(6).fill(3e38))
    const error = await fails(stripeNetwork, more, huge)
    // Layers that compute as one are named by the first of them.
    expect(error.node).toMatch(/^(bn1|relu1|fc1)$/)
    expect(error.message).toContain(`the output of ${error.node} is`)
    expect(error.buffer).not.toBe('')
  })

  it.each([undefined, 1])('with clipping to %s, and an image with NaN or ∞', async (clipNorm) => {
    for (const value of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]) {
      poison(3, value)
      const error = await fails(stripeNetwork, { ...(clipNorm && { clipNorm }) }, () => {})
      expect(error).toMatchObject({ node: 'input1', buffer: 'input1', epoch: 1 })
      expect(error.message).toMatch(/a value of the images is (NaN|∞|−∞)/)
    }
  })

  it.each([0, 1, 5, 15])('a NaN in pixel %d reaches the loss through POOL2', async (pixel) => {
    const split = {
      height: 4,
      width: 4,
      channels: 1,
      images: new Uint8Array(1600).fill(9),
      labels: new Uint8Array(100),
    }
    const flat = dataset({ classes: ['a', 'b'], train: split, test: split, normalization: { mean: [0], std: [1] } })
    poison(3, Number.NaN, pixel)
    const error = await fails('INPUT 4x4x1 -> POOL2 -> FC-2', {}, () => {}, flat)
    expect(error).toMatchObject({ node: 'input1', buffer: 'input1' })
  })

  // The reference's gradients are float64, and overflow for no such numbers.
  it.skipIf(how.backend === 'reference')('where only the gradients overflow, with clipping', async () => {
    // The loss is that of scores of 0. dL/d(fc1) is some 1e25, and its product with pictures of 1e20 overflows.
    const on = { ...data, normalization: { mean: [0.5], std: [1e-20] } }
    const more = { clipNorm: 1, optimizer: 'momentum' } as const
    const spoil = ({ weights }: Model) => {
      weights.set('fc1.filters', new Float32Array(192))
      weights.set('fc1.bias', new Float32Array(3))
      weights.set(
        'fc2.filters',
        Float32Array.from({ length: 12 }, (_, i) => (i % 5) * 1e25),
      )
      weights.set('fc2.bias', new Float32Array(4))
    }
    const error = await fails('INPUT 8x8x1 -> FC-3 -> FC-4', more, spoil, on)
    expect(error).toMatchObject({ node: 'loss', buffer: 'gradients' })
    expect(error.message).toMatch(/gradients are not finite, though the loss is/)
  })
})

describe.each(['wasm', 'reference'] as const)('a training on %s', (backend) => {
  const create = (text = stripeNetwork) => Model.create(parse(text), { seed: 1, backend, threads: 1 })
  const path = () => join(folder, 'run.checkpoint')

  async function run(model: Model, more: Partial<TrainOptions> = {}): Promise<Progress[]> {
    const seen: Progress[] = []
    for await (const progress of train(model, data, { ...options, ...more })) seen.push(progress)
    return seen
  }

  const bitsOf = (model: Model) => Buffer.from(model.encode()).toString('base64')

  /** Of a training that is left after this many steps. */
  async function bitsAfter(steps: number): Promise<string> {
    await using model = await create()
    // Each look at the clock finds time gone, so that each step is a turn.
    let now = 0
    const clock = vi.spyOn(platform, 'now').mockImplementation(() => 200 * now++)
    for await (const { kind, step } of train(model, data, options)) if (kind === 'step' && step === steps) break
    clock.mockRestore()
    return bitsOf(model)
  }

  it('that diverges leaves the model with the weights before the bad step', async () => {
    const expected = await bitsAfter(13)
    await using model = await create()
    poison(13, Number.NaN)
    const error = await divergence(run(model))
    expect(error).toMatchObject({ step: 13, epoch: 2, node: 'input1', buffer: 'input1' })
    expect(bitsOf(model)).toBe(expected)
    expect((await model.predict(new Float32Array(64))).every(Number.isFinite)).toBe(true)
    // And it can be trained on.
    vi.restoreAllMocks()
    expect((await run(model)).at(-1)?.result?.testAccuracy).toBeGreaterThan(0.5)
  })

  it('that writes checkpoints leaves it with those of the last one', async () => {
    const expected = await bitsAfter(12)
    await using model = await create()
    poison(13, Number.NaN)
    await divergence(run(model, { checkpoint: { path: path(), everySteps: 2 } }))
    expect((await readCheckpoint(path())).state.step).toBe(12)
    expect(bitsOf(model)).toBe(expected)
  })

  it('reports the divergence also where its checkpoint has gone', async () => {
    await using model = await create()
    poison(13, Number.NaN)
    const call = (async () => {
      for await (const { kind } of train(model, data, { ...options, checkpoint: { path: path() } }))
        if (kind === 'epoch') await rm(path())
    })()
    expect(await divergence(call)).toMatchObject({ step: 13 })
    expect((await model.predict(new Float32Array(64))).every(Number.isFinite)).toBe(true)
  })

  it.each([1, undefined])('never writes a checkpoint of weights that are not finite (every %s)', async (everySteps) => {
    // Pictures of some 500 make gradients of some 100 and scores that are finite: the first update spoils the weights.
    const on = { ...data, normalization: { mean: [0.5], std: [1e-3] } }
    await using model = await create('INPUT 8x8x1 -> FC-4')
    const before = bitsOf(model)
    const checkpoint = { path: path(), everySteps }
    const call = (async () => {
      for await (const _ of train(model, on, { ...options, optimizer: { kind: 'sgd', rate: 1e38 }, checkpoint }));
    })()
    const error = await divergence(call)
    expect(error).toMatchObject({ step: 1, epoch: 1, node: 'fc1' })
    expect(error.message).toMatch(/the update of step 1 left fc1\.(filters|bias) not finite/)
    const { tensors, state } = await readCheckpoint(path())
    expect(state.step).toBe(0)
    model.info = {}
    expect(bitsOf(model)).toBe(before)
    expect([...(tensors.get('fc1.filters')?.values ?? [])]).toEqual([...model.weights.get('fc1.filters')])
  })

  it('without checkpoints says where it began, in which step, and at which rate', async () => {
    await using model = await create('INPUT 8x8x1 -> CONV3-4 -> RELU -> FC-4')
    const error = await divergence(run(model, { optimizer: { kind: 'sgd', rate: 1e38 } }))
    expect(error.step).toBeGreaterThan(0)
    expect(error.step).toBeLessThan(10)
    expect(error.node).toMatch(/^(conv1|relu1|fc1)$/)
    expect(error.message).toMatch(/in step \d+, epoch 1, first in .+, at learning rate 1e\+38/)
  })
})
