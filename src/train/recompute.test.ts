/** Training with recomputation: less memory, the same bits, whatever was resumed with and without it. */

import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Model } from '../model/model.ts'
import { parse } from '../notation/parse.ts'
import { MemoryLimitError } from '../plan/errors.ts'
import { type TrainOptions, train } from './index.ts'
import { stripes } from './testing/stripes.ts'

// Batch statistics, dropout and residual paths: all that could be done twice, or differently the second time.
const network = parse(`INPUT 8x8x1 -> CONV3-16 nobias -> BN -> RELU
  -> [ADD(ID | CONV3-16 nobias -> BN -> RELU -> DROPOUT 0.1 -> CONV3-16 nobias -> BN) -> RELU]*4 -> POOL2 -> DROPOUT 0.3 -> FC-4`)
const data = stripes(96)
const options: TrainOptions = {
  epochs: 3,
  batch: 24,
  optimizer: { kind: 'momentum', rate: 0.05 },
  clipNorm: 3,
  seed: 4,
}

let place = ''
beforeAll(async () => {
  place = await mkdtemp(join(tmpdir(), 'lenslet-recompute-'))
})
afterAll(() => rm(place, { recursive: true }))

/** The model's bits after a training, and the bytes that it took. */
async function trained(more: Partial<TrainOptions>, threads = 1): Promise<{ bits: string; bytes: number }> {
  await using model = await Model.create(network, { seed: 1, threads, batch: 8 })
  let bytes = 0
  for await (const { kind } of train(model, data, { ...options, ...more }))
    if (kind === 'epoch') bytes = model.allocatedBytes
  return { bits: Buffer.from(model.encode()).toString('base64'), bytes }
}

describe('recompute', () => {
  it('takes less memory and gives the same bits, with one thread and two', async () => {
    const plain = await trained({})
    for (const threads of [1, 2]) {
      const { bits, bytes } = await trained({ recompute: true }, threads)
      expect(bits).toBe(plain.bits)
      expect(bytes).toBeLessThan(0.75 * plain.bytes)
    }
  })

  it('keeps to a memory, or refuses it with the batch that fits', async () => {
    const plain = await trained({})
    const memory = Math.floor(0.8 * plain.bytes)
    const { bits, bytes } = await trained({ recompute: { memory } })
    expect(bytes).toBeLessThanOrEqual(memory)
    expect(bits).toBe(plain.bits)
    const tooLittle = Math.floor(0.9 * (await trained({ recompute: true })).bytes)
    const refused = trained({ recompute: { memory: tooLittle } })
    await expect(refused).rejects.toThrow(MemoryLimitError)
    await expect(refused).rejects.toThrow(
      /at batch 24[\s\S]*at most \d+ bytes[\s\S]*a batch of \d+, the largest that fits/,
    )
  })

  it('resumes what was trained without, and the other way round', async () => {
    const { bits } = await trained({})
    for (const [first, second] of [
      [undefined, true],
      [true, undefined],
    ] as const) {
      const path = join(place, `${first}.safetensors`)
      await using model = await Model.create(network, { seed: 1, threads: 1, batch: 8 })
      for await (const { kind } of train(model, data, { ...options, recompute: first, checkpoint: { path } })) {
        if (kind === 'epoch') break
      }
      expect((await trained({ recompute: second, resume: path })).bits).toBe(bits)
    }
  })
})
