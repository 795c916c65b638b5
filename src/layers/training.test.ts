/** Layers that multiply, drop images or learn slopes, in a training: they learn, and the bits do not depend on threads. */

import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { Model } from '../model/model.ts'
import { parse } from '../notation/parse.ts'
import { evaluate } from '../train/evaluate.ts'
import { train } from '../train/loop.ts'
import { stripes } from '../train/testing/stripes.ts'

// Work goes to the workers where there are any, however small it is.
beforeAll(() => void vi.stubEnv('LENSLET_SHARE', 'always'))
afterAll(() => void vi.unstubAllEnvs())

const network = parse(`INPUT 8x8x1 -> CONV3-8 -> BN -> HARDSWISH
  -> ADD(ID | CONV3-8 -> PRELU -> MULTIPLY(ID | GAP -> CONV1-4 -> SILU -> CONV1-8 -> HARDSIGMOID) -> SCALE 0.5 learned -> DROPPATH 0.3)
  -> MAXOUT2 -> POOL2 -> PRELU shared -> FC-4`)
const data = stripes(160)

async function trained(threads: number, seed = 5): Promise<{ readonly weights: string; readonly accuracy: number }> {
  await using model = await Model.create(network, { seed: 1, threads })
  for await (const _ of train(model, data, { epochs: 4, batch: 16, seed, optimizer: { kind: 'adam', rate: 0.01 } }));
  const { accuracy } = await evaluate(model, data.test)
  const arrays = model.weights.names.map((name) => Buffer.from(Float32Array.from(model.weights.get(name)).buffer))
  return { weights: Buffer.concat(arrays).toString('hex'), accuracy }
}

it('learn stripes, with the same bits on one thread and on three', async () => {
  const [one, three, other] = [await trained(1), await trained(3), await trained(1, 6)]
  expect(three.weights).toBe(one.weights)
  expect(other.weights).not.toBe(one.weights)
  // Four classes: chance is a quarter.
  expect(one.accuracy).toBeGreaterThan(0.8)
})
