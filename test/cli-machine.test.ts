// The verbs that speak of the machine: how fast it is, and what runs on it.

import { tmpdir } from 'node:os'
import { describe, expect, it } from 'vitest'
import * as z from 'zod'
import { call } from './fixtures/cli.ts'

const run = (...words: string[]) => call(words, tmpdir())

describe('bench', () => {
  it('measures prediction and training of a network', async () => {
    const { code, stdout, stderr } = await run(
      'bench',
      'lenet5',
      '--batch',
      '2',
      '--train',
      '4',
      '--threads',
      '1',
      '--json',
    )
    expect(code, stderr).toBe(0)
    expect(stderr).toMatch(/^1 of 2: lenet5, prediction, 1 thread\n2 of 2, .*left: lenet5, training, 1 thread\n$/)
    const positive = z.number().positive()
    const row = { milliseconds: positive, median: positive, picturesPerSecond: positive, runs: z.number().min(5) }
    const shared = { name: z.literal('lenet5'), threads: z.literal(1), ...row }
    z.object({
      cpu: z.string(),
      variant: z.string(),
      rows: z.tuple([
        z.object({ kind: z.literal('predict'), batch: z.literal(2), gflops: positive, ...shared }),
        z.object({ kind: z.literal('train'), batch: z.literal(4), gflops: z.null(), ...shared }),
      ]),
    }).parse(JSON.parse(stdout))
  })

  it('refuses what is no network before it measures anything', async () => {
    expect(await run('bench', 'lenet5', 'lenet6')).toMatchObject({ code: 2, stdout: '' })
    expect((await run('bench', 'lenet5', '--batch', '0')).code).toBe(2)
  })
})

describe('doctor', () => {
  it('finds that what runs here agrees with the reference', async () => {
    const { code, stdout, stderr } = await run('doctor', '--json')
    expect({ code, stderr }, stdout).toEqual({ code: 0, stderr: '' })
    const { backends } = z
      .object({ backends: z.array(z.object({ name: z.string(), ok: z.boolean(), says: z.string() })) })
      .parse(JSON.parse(stdout))
    expect(backends.map(({ name, ok }) => [name, ok])).toEqual([
      ['wasm', true],
      ['reference', true],
      ['webgpu', false],
    ])
  })
})
