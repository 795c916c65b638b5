// The verbs that speak of the machine: how fast it is, and what runs on it.

import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
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
    // Not the data of whoever runs the tests: hashing it takes time.
    vi.stubEnv('XDG_CACHE_HOME', join(tmpdir(), 'lenslet-no-cache'))
    onTestFinished(() => void vi.unstubAllEnvs())
    const { code, stdout, stderr } = await run('doctor', '--json')
    expect({ code, stderr }, stdout).toEqual({ code: 0, stderr: '' })
    const { backends, data } = z
      .object({
        backends: z.array(z.object({ name: z.string(), ok: z.boolean(), says: z.string() })),
        data: z.array(z.object({ name: z.string(), state: z.enum(['absent', 'intact', 'damaged']) })),
      })
      .parse(JSON.parse(stdout))
    expect(data.map(({ name }) => name)).toEqual(['mnist', 'cifar10'])
    expect(backends.map(({ name, ok }) => [name, ok])).toEqual([
      ['wasm', true],
      ['reference', true],
      ['webgpu', false],
    ])
  })

  it('finds data in the cache that is not what was published', async () => {
    const cache = await mkdtemp(join(tmpdir(), 'lenslet-cache-'))
    onTestFinished(() => {
      vi.unstubAllEnvs()
      return rm(cache, { recursive: true })
    })
    await mkdir(join(cache, 'lenslet', 'cifar10'), { recursive: true })
    await writeFile(join(cache, 'lenslet', 'cifar10', 'test_batch.bin'), new Uint8Array(3073))
    vi.stubEnv('XDG_CACHE_HOME', cache)
    const outcome = await run('doctor')
    expect(outcome.stdout).toMatch(
      /^no {2}cifar10: in .* is damaged \(data_batch_1\.bin is missing, .*test_batch\.bin has other contents\); it is fetched again when it is used next$/m,
    )
    expect(outcome.stdout).not.toContain('mnist')
    expect(outcome.code).toBe(0)
  })
})
