import { setFlagsFromString } from 'node:v8'
import { afterEach, expect, it, vi } from 'vitest'
import { platform } from '#platform'
import { Model } from '../../model/model.ts'
import { parse } from '../../notation/parse.ts'
import { train } from '../../train/loop.ts'
import { stripes } from '../../train/testing/stripes.ts'
import { allowWide } from './allowWide.ts'
import { wideVerdict } from './wide.ts'

afterEach(() => {
  vi.unstubAllEnvs()
  vi.restoreAllMocks()
})

/** More than 16 columns here, less there, strides, and both Winograd's method and products. */
const network = parse(`INPUT 8x8x1 -> CONV3-24 -> BN -> RELU -> ADD(ID | CONV3-24 -> RELU)
  -> CONV3-40 s2 -> RELU -> CONV1-36 -> LRELU 0.1 -> DROPOUT 0.1 -> FC-52 -> TANH -> FC-4`)

async function trained(variant: string, threads: number): Promise<Map<string, Uint32Array>> {
  vi.stubEnv('LENSLET_VARIANT', variant)
  // So short a training the calling thread would do by itself.
  vi.stubEnv('LENSLET_SHARE', 'always')
  const model = await Model.create(network, { seed: 3, threads })
  try {
    expect(model.description).toContain(`${variant} kernels`)
    for await (const _ of train(model, stripes(120), {
      epochs: 2,
      batch: 20,
      seed: 5,
      optimizer: { kind: 'sgd', rate: 0.05 },
    }));
    return new Map(
      model.weights.names.map((name) => [name, new Uint32Array(Float32Array.from(model.weights.get(name)).buffer)]),
    )
  } finally {
    await model.dispose()
  }
}

it('is not used, and the engine left alone, until somebody asks', () => {
  const ask = vi.spyOn(platform, 'wideVectors')
  expect(wideVerdict()).toBeUndefined()
  expect(ask).not.toHaveBeenCalled()
})

it('finds the same bits, asks once, and switches off again what it does not use', () => {
  const ask = vi.spyOn(platform, 'wideVectors')
  allowWide()
  const verdict = wideVerdict()
  expect(verdict?.why).toMatch(/256-bit operations/)
  if (ask.mock.results[0]?.value === true) expect(verdict?.same, verdict?.why).toBe(true)
  expect(ask.mock.calls.at(-1)).toEqual([verdict?.ok === true])
  ask.mockClear()
  expect(wideVerdict()).toBe(verdict)
  expect(ask).not.toHaveBeenCalled()
})

it('trains to the same bits with short tiles', async () => {
  expect(await trained('short', 2)).toEqual(await trained('relaxed', 1))
})

it('trains to the bits of the relaxed kernels, on one thread and on two', async (context) => {
  const expected = await trained('relaxed', 2)
  if (wideVerdict(true)?.same !== true) context.skip('this engine cannot be asked for 256-bit operations')
  // Such short work would end before the optimizing compiler, which alone joins operations, had begun.
  setFlagsFromString('--wasm-sync-tier-up')
  setFlagsFromString('--wasm-tiering-budget=1000')
  for (const threads of [1, 2]) expect(await trained('wide', threads)).toEqual(expected)
}, 60_000)
