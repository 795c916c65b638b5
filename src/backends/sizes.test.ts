/** Runs of fewer pictures than the batch: the same bits, and nothing of the other pictures is touched. */

import { afterAll, describe, expect, it } from 'vitest'
import { ArgumentError } from '../core/errors.ts'
import { Random } from '../core/random.ts'
import { sizeOf } from '../core/shapes.ts'
import { parse } from '../notation/parse.ts'
import { plan } from '../plan/plan.ts'
import { referenceBackend } from './reference/backend.ts'
import type { Backend, Program } from './types.ts'
import { wasmBackend } from './wasm/backend.ts'

const network = parse(`INPUT 8x8x2 -> CONV3-4 nobias -> BN -> RELU
  -> ADD(ID | CONV3-4 -> BN -> TANH -> CONV3-4 d2) -> CONCAT(CONV1-3 | CONV3-4 g2 -> SIGMOID) -> CONV3-7 g7
  -> AVGPOOL2 -> ADD(POOL1 s2 -> WIDEN-40 | CONV3-40 s2 -> LRELU 0.1) -> CONV3-40 -> GAP -> FC-5 -> TANH -> FC-3 -> SOFTMAX`)
const batch = 13

const backends: readonly (readonly [string, number, Backend])[] = [
  ['reference', 1, referenceBackend],
  ...['relaxed', 'short', 'plain'].flatMap((variant) =>
    [1, 2].map((threads) => [variant, threads, wasmBackend({ variant, alwaysShare: true })] as const),
  ),
]

const programs: Program[] = []
afterAll(() => Promise.all(programs.map((program) => program.dispose())))

describe.each(backends)('%s, %i threads', (_name, threads, backend) => {
  const made = plan(network, { batch, threads })
  const { pictures, output } = made.ports
  const each = 8 * 8 * 2
  const random = Random.seeded(4)
  const values = Float32Array.from({ length: batch * each }, () => random.normal())
  const start = async () => {
    const program = await backend.bind(made)
    programs.push(program)
    const weights = Random.seeded(5)
    for (const { buffer } of made.parameters)
      program.write(
        buffer,
        Array.from({ length: sizeOf(made.buffers[buffer]?.shape ?? []) }, () => 0.1 + weights.next() * 0.5),
      )
    return program
  }

  it('give what the whole batch gives', async () => {
    const program = await start()
    program.write(pictures, values)
    await program.run()
    const whole = await program.read(output)
    for (const size of made.sections.scores?.sizes ?? []) {
      for (let first = 0; first + size <= batch; first += size) {
        program.write(pictures, values.subarray(first * each, (first + size) * each))
        await program.run({ pictures: size })
        const scores = [...(await program.read(output)).subarray(0, 3 * size)]
        expect(scores).toEqual([...whole.subarray(3 * first, 3 * (first + size))])
      }
    }
  })

  it('leave the scores of other pictures as they were', async () => {
    const program = await start()
    program.write(pictures, values)
    await program.run()
    const whole = await program.read(output)
    program.write(pictures, values.subarray(each, 2 * each))
    await program.run({ from: made.steps.length - 1, pictures: 1 })
    expect([...(await program.read(output)).subarray(3)]).toEqual([...whole.subarray(3)])
  })

  it('are refused for other numbers, and pictures in pieces', async () => {
    const program = await start()
    await expect(program.run({ pictures: 5 })).rejects.toThrow(/5[\s\S]*13, 7, 4, 2, 1/)
    await expect(program.run({ pictures: 0 })).rejects.toThrow(ArgumentError)
    expect(() => program.write(pictures, values.subarray(1))).toThrow(
      /1663 values[\s\S]*1664 values, or fewer: 128 a pic/,
    )
    expect(() => program.write(pictures, [])).toThrow(ArgumentError)
    const [{ buffer } = { buffer: 0 }] = made.parameters
    expect(() => program.write(buffer, [1])).toThrow(/1 values[\s\S]*72 values/)
  })
})
