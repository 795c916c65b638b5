// Trainings that are taken step by step: the bits of `train`, and what changes between two steps keeps the rest.
import { afterEach, expect, it } from 'vitest'
import { ArgumentError } from '../core/errors.ts'
import { Model } from '../model/model.ts'
import { parse } from '../notation/parse.ts'
import { DataMismatchError, DivergedError, evaluate, ModelBusyError, StepTraining, train } from './index.ts'
import { stripeNetwork, stripes } from './testing/stripes.ts'

const data = stripes(160)
const options = { epochs: 2, batch: 16, optimizer: { kind: 'adam', rate: 0.01 }, seed: 3 } as const
const models: Model[] = []

async function create(text = stripeNetwork): Promise<Model> {
  const model = await Model.create(parse(text), { seed: 1, threads: 1 })
  models.push(model)
  return model
}

afterEach(async () => {
  await Promise.all(models.splice(0).map((model) => model.dispose()))
})

async function steps(training: StepTraining, count: number): Promise<number[]> {
  const losses: number[] = []
  for (let i = 0; i < count; i++) losses.push((await training.take()).loss)
  return losses
}

const weightsOf = async (model: Model) => [...(await model.snapshot()).values()].map(({ values }) => [...values])

it('takes the steps of train, to the bit', async () => {
  const [model, other] = [await create(), await create()]
  for await (const _ of train(other, data, { ...options, schedule: 'one-cycle', augment: { crop: 1 } }));
  const training = await StepTraining.begin(model, data, { ...options, schedule: 'one-cycle', augment: { crop: 1 } })
  await steps(training, 20)
  expect(training.isDone).toBe(true)
  expect(await weightsOf(model)).toEqual(await weightsOf(other))
  await expect(training.take()).rejects.toThrow(/at its end/)
  await training.change({ epochs: 3 })
  expect(await training.take()).toMatchObject({ step: 21, epoch: 2.1, images: 16 })
  expect(model.info).toMatchObject({ classes: data.classes, normalization: data.normalization })
})

it('keeps weights and optimizer state over a change of batch, and goes on at the same place', async () => {
  const [model, other] = [await create(), await create()]
  const [changed, steady] = [
    await StepTraining.begin(model, data, options),
    await StepTraining.begin(other, data, options),
  ]
  await steps(changed, 6)
  await steps(steady, 6)
  expect(await changed.change({ batch: 80 })).toEqual({ isOptimizerNew: false })
  expect(changed.epoch).toBeCloseTo(0.5)
  await changed.change({ batch: 16 })
  // 6 of 10 steps are 1 of 2, which is 5 of 10: back to the same place, and with the bits of before.
  expect(changed.step).toBe(5)
  const before = await weightsOf(other)
  expect(await weightsOf(model)).toEqual(before)
  // Adam's corrections follow from the number of updates, not from the place in the epoch.
  const first = (await weightsOf(model)).flat()
  await changed.take()
  const moved = (await weightsOf(model)).flat().map((value, i) => Math.abs(value - (first[i] as number)))
  expect(Math.max(...moved.filter(Number.isFinite))).toBeLessThan(0.5)
})

it('goes on with the bits of a training that was not changed, where a change is taken back', async () => {
  const [model, other] = [await create(), await create()]
  const [changed, steady] = [
    await StepTraining.begin(model, data, options),
    await StepTraining.begin(other, data, options),
  ]
  await steps(changed, 10)
  await steps(steady, 10)
  await changed.change({ batch: 32 })
  await changed.change({ batch: 16, optimizer: { kind: 'adam', rate: 0.5 } })
  await changed.change({ optimizer: options.optimizer })
  await expect(changed.change({ batch: 1000 })).rejects.toThrow(ArgumentError)
  await expect(changed.change({ epochs: 0 })).rejects.toThrow(ArgumentError)
  await expect(changed.change({ augment: { crop: 99 } })).rejects.toThrow(/crop/)
  expect(await steps(changed, 5)).toEqual(await steps(steady, 5))
  expect(await weightsOf(model)).toEqual(await weightsOf(other))
})

it('changes the rate at the next step', async () => {
  const model = await create('INPUT 8x8x1 -> CONV3-6 -> RELU -> FC-4')
  const training = await StepTraining.begin(model, data, options)
  expect((await training.take()).rate).toBe(0.01)
  await training.change({ optimizer: { kind: 'adam', rate: 0 } }).catch(() => {})
  await training.change({ optimizer: { kind: 'adam', rate: 1e-30 } })
  const before = await weightsOf(model)
  expect((await training.take()).rate).toBe(1e-30)
  expect(await weightsOf(model)).toEqual(before)
})

it('says that another optimizer begins anew, and learns with it', async () => {
  const model = await create()
  const training = await StepTraining.begin(model, data, { ...options, epochs: 8 })
  await steps(training, 20)
  expect(await training.change({ optimizer: { kind: 'momentum', rate: 0.05 } })).toEqual({ isOptimizerNew: true })
  expect(await training.change({ optimizer: { kind: 'momentum', rate: 0.02 } })).toEqual({ isOptimizerNew: false })
  await steps(training, 60)
  expect((await evaluate(model, data.test)).accuracy).toBeGreaterThan(0.9)
})

it('leaves the weights alone where the loss is not finite, and goes on with a lower rate', async () => {
  const model = await create('INPUT 8x8x1 -> CONV3-6 -> FC-4')
  const training = await StepTraining.begin(model, data, { ...options, optimizer: { kind: 'sgd', rate: 1e20 } })
  await expect(steps(training, 10)).rejects.toThrow(DivergedError)
  await training.change({ optimizer: { kind: 'sgd', rate: 0.01 } })
  expect(training.step).toBeLessThan(10)
})

it('refuses what train refuses, and one training at a time', async () => {
  const model = await create()
  await expect(StepTraining.begin(model, data, { ...options, keep: 'best' } as never)).rejects.toThrow(ArgumentError)
  await expect(StepTraining.begin(await create('INPUT 8x8x1 -> FC-3'), data, options)).rejects.toThrow(
    DataMismatchError,
  )
  const training = await StepTraining.begin(model, data, options)
  await expect(StepTraining.begin(model, data, options)).rejects.toThrow(ModelBusyError)
  await training.take()
  await training.end()
  await expect(training.take()).rejects.toThrow(/was ended/)
  const again = await StepTraining.begin(model, data, options)
  await again.take()
})
