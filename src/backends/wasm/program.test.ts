// A plan bound, run, written to and disposed of, on one thread and on several.

import { afterEach, describe, expect, it, vi } from 'vitest'
import { platform } from '#platform'
import { ArgumentError } from '../../core/errors.ts'
import { parse } from '../../notation/parse.ts'
import type { TypedArray } from '../../ops/arrays.ts'
import { SCALAR_COUNT } from '../../ops/scalars.ts'
import { plan } from '../../plan/plan.ts'
import type { Plan, PlanBuffer, PlanStep } from '../../plan/types.ts'
import { WorkerStartError } from '../../platform/errors.ts'
import { referenceBackend } from '../reference/backend.ts'
import type { Program } from '../types.ts'
import { describeWasm, wasmBackend } from './backend.ts'
import { controlWords } from './control.ts'
import { DisposedError, KernelTrapError, MemoryError, VariantError } from './errors.ts'

const programs: Program[] = []
const bind = async (of: Plan, variant?: string, alwaysShare = false) => {
  const program = await wasmBackend({ ...(variant === undefined ? {} : { variant }), alwaysShare }).bind(of)
  programs.push(program)
  return program
}

afterEach(async () => {
  vi.restoreAllMocks()
  await Promise.all(programs.splice(0).map((program) => program.dispose()))
})

/** So long that a whole run of forty steps is for the workers. */
const length = 100_000

/** x, then tanh over and over, each step into a buffer of its own. Made by hand: nothing of the planner is tested here. */
function tanhPlan(steps: number, threads: number, more: Partial<Plan> = {}): Plan {
  const bytes = Math.ceil(length / 16) * 64
  const buffer = (id: number): PlanBuffer => ({
    id,
    name: `tanh${id}`,
    role: id === 0 ? 'data' : 'activation',
    shape: [2, length / 2],
    dtype: 'f32',
    pictures: true,
    offset: 4096 + id * bytes,
    bytes: length * 4,
    from: 0,
    to: steps,
  })
  const step = (_: unknown, index: number): PlanStep => ({
    kind: 'pointwise',
    node: `tanh${index}`,
    phase: 'forward',
    attributes: { function: 'tanh' },
    inputs: [index],
    outputs: [index + 1],
    updates: [],
  })
  const used = 4096 + (steps + 1) * bytes
  return {
    ...plan(parse('INPUT 1x1x1 -> RELU'), { threads, batch: 2 }),
    sections: { scores: { from: 0, to: steps, sizes: [2], prepares: 'at start' } },
    steps: Array.from({ length: steps }, step),
    buffers: Array.from({ length: steps + 1 }, (_, id) => buffer(id)),
    arenaBytes: Math.ceil(used / 65536) * 65536,
    scratch: { offset: used, bytesPerThread: 0 },
    ...more,
  }
}

const pictures = Float32Array.from({ length }, (_, i) => Math.sin(i) * 2)

describe.each([1, 2])('a program with %s threads', (threads) => {
  it('allocates exactly the bytes of the plan, and says how it runs', async () => {
    const of = tanhPlan(30, threads)
    const program = await bind(of)
    expect(program.allocatedBytes).toBe(of.arenaBytes)
    expect(program.view?.(0).buffer.byteLength).toBe(of.arenaBytes)
    expect(program.threads).toBe(threads)
    expect(program.description).toMatch(new RegExp(`^wasm, relaxed kernels \\(.*\\), ${threads} threads?$`))
  })

  it('runs all steps, or those asked for', async () => {
    const program = await bind(tanhPlan(5, threads))
    program.write(0, pictures)
    await program.run({ to: 2 })
    expect((await program.read(2))[1]).toBeCloseTo(Math.tanh(Math.tanh(Math.sin(1) * 2)), 5)
    expect((await program.read(3)).every((value) => value === 0)).toBe(true)
    await program.run({ from: 3, to: 3 })
    expect((await program.read(3)).every((value) => value === 0)).toBe(true)
    await program.run({ from: 2 })
    const part = await program.read(5)
    program.view?.(5).fill(0)
    await program.run()
    expect(await program.read(5)).toEqual(part)
  })

  it('takes runs that nobody waited for one after the other', async () => {
    const program = await bind(tanhPlan(6, threads))
    program.write(0, pictures)
    await Promise.all(Array.from({ length: 6 }, (_, step) => program.run({ from: step, to: step + 1 })))
    const values = await program.read(6)
    program.view?.(6).fill(0)
    await program.run()
    expect(await program.read(6)).toEqual(values)
  })

  it('gives copies of values, taken in turn between the runs that were asked for', async () => {
    const program = await bind(tanhPlan(40, threads))
    program.write(0, pictures)
    const readings = [program.read(1)]
    const order: string[] = []
    const first = program.run({ to: 20 }).then(() => order.push('run'))
    readings.push(program.read(20), program.read(40))
    readings[1]?.then(() => order.push('read'))
    const second = program.run({ from: 20 })
    readings.push(program.read(40))
    const [untouched, half, early, last] = (await Promise.all(readings)) as [
      TypedArray,
      TypedArray,
      TypedArray,
      TypedArray,
    ]
    await Promise.all([first, second])
    expect(order).toEqual(['run', 'read'])
    expect(untouched.every((value) => value === 0)).toBe(true)
    expect(early.every((value) => value === 0)).toBe(true)
    const expected = Float32Array.from(pictures.subarray(0, 8), (value) => {
      for (let step = 0; step < 20; step++) value = Math.tanh(value)
      return value
    })
    // Each step halves what the one before was off by, or nearly so: 20 · 2 ulp is ample.
    half.subarray(0, 8).forEach((value, i) => {
      expect(Math.abs(value - (expected[i] as number))).toBeLessThan(20 * 2 ** -22)
    })
    const start = (values: TypedArray) => values.slice(0, 1000)
    const kept = start(last)
    expect(kept).toEqual(start(program.view?.(40) as TypedArray))
    program.write(
      0,
      pictures.map((value) => -value),
    )
    await program.run()
    expect(start(last)).toEqual(kept)
    expect(start(await program.read(40))).not.toEqual(kept)
  })

  it('fills an array that it is given, from the front', async () => {
    const program = await bind(tanhPlan(2, threads))
    program.write(0, pictures)
    const run = program.run()
    const into = new Float32Array(1000)
    const reading = program.read(2, into)
    expect(await reading).toBe(into)
    await run
    expect(into).toEqual((await program.read(2)).subarray(0, 1000))
    expect(into[1]).toBeCloseTo(Math.tanh(Math.tanh(Math.sin(1) * 2)), 5)
  })

  it('begins a run before the caller goes on, where nothing is under way', async () => {
    const program = await bind(tanhPlan(40, threads), undefined, true)
    program.write(0, pictures)
    const orders = () => Atomics.load(controlOf(program), controlWords.order >> 2)
    for (let round = 1; round <= 3; round++) {
      const run = program.run()
      if (threads > 1) expect(orders()).toBe(round)
      else expect(program.view?.(40)[1]).not.toBe(0)
      // The next waits for it, though: no second order is given meanwhile.
      const next = program.run({ to: 0 })
      if (threads > 1) expect(orders()).toBe(round)
      await run
      await next
    }
  })

  it('refuses values and steps that do not fit', async () => {
    const program = await bind(tanhPlan(2, threads))
    expect(() => program.write(0, [1, 2])).toThrow(ArgumentError)
    expect(() => program.write(0, [1, 2])).toThrow(/2 values[\s\S]*100000 values/)
    for (const [from, to] of [
      [0, 3],
      [-1, 2],
      [2, 1],
      [0.5, 1],
    ] as const) {
      await expect(program.run({ from, to })).rejects.toThrow(ArgumentError)
    }
  })

  it('finishes the run on its way before it is gone, and is gone then', async () => {
    const program = await bind(tanhPlan(40, threads))
    const run = program.run()
    await Promise.all([program.dispose(), program.dispose()])
    await run
    await expect(program.read(0)).rejects.toThrow(DisposedError)
    expect(() => program.view?.(0)).toThrow(DisposedError)
    expect(() => program.write(0, pictures)).toThrow(DisposedError)
    await expect(program.run()).rejects.toThrow(DisposedError)
  })

  it('gives readings that were asked for before dispose what they would have got', async () => {
    const program = await bind(tanhPlan(40, threads), undefined, true)
    program.write(0, pictures)
    const all = [program.run(), program.run({ to: 10 })]
    const reading = program.read(1)
    const disposal = program.dispose()
    await expect(program.run()).rejects.toThrow(DisposedError)
    await expect(program.read(1)).rejects.toThrow(DisposedError)
    await Promise.all(all)
    expect((await reading)[1]).toBeCloseTo(Math.tanh(pictures[1] as number), 5)
    await disposal
  })

  it('writes what is written during a run when the run is over, as it was at the call', async () => {
    const program = await bind(tanhPlan(40, threads), undefined, true)
    program.write(0, pictures)
    await program.run()
    const expected = await program.read(40)
    const run = program.run()
    const reading = program.read(40)
    const values = new Float32Array(pictures.length).fill(1)
    program.write(0, values)
    const next = program.run({ to: 1 })
    values.fill(9)
    await run
    expect(await reading).toEqual(expected)
    await next
    expect((await program.read(0)).every((value) => value === 1)).toBe(true)
    expect((await program.read(1))[0]).toBeCloseTo(Math.tanh(1), 5)
  })

  it('names the step and the node of a kernel that trapped', async () => {
    const good = tanhPlan(3, threads)
    const buffers = good.buffers.map((buffer) => (buffer.id === 3 ? { ...buffer, offset: good.arenaBytes } : buffer))
    const program = await bind({ ...good, buffers })
    await program.run({ to: 2 })
    const failure = await program.run().catch((error: unknown) => error)
    expect(failure).toBeInstanceOf(KernelTrapError)
    expect((failure as KernelTrapError).place).toEqual({ kernel: 'tanhForward', step: 2, node: 'tanh2' })
    await program.dispose()
  })

  it('prepares filters again when they were written, at inference and in training alike', async () => {
    const network = parse('INPUT 6x6x3 -> CONV3-5 -> RELU -> FC-4')
    const of = plan(network, { threads })
    expect(of.steps.filter((step) => step.prepared !== undefined).length).toBeGreaterThan(0)
    const inference = await bind(of)
    const training = await bind(plan(network, { threads, mode: 'gradients' }))
    const run = async (program: Program) => {
      program.write(program.plan.ports.pictures, pictures.subarray(0, 108))
      await program.run(program.plan.goal.kind === 'scores' ? {} : { to: 4 })
      return program.read(program.plan.ports.output)
    }
    const results: TypedArray[] = []
    for (const scale of [1, -0.5]) {
      for (const program of [inference, training]) {
        for (const { buffer } of program.plan.parameters) {
          program.write(
            buffer,
            (await program.read(buffer)).map((_, i) => Math.cos(i) * scale),
          )
        }
        results.push(await run(program))
      }
      expect(await run(inference)).toEqual(results.at(-2))
    }
    expect(results[1]).toEqual(results[0])
    expect(results[3]).toEqual(results[2])
    expect(results[2]).not.toEqual(results[0])
    expect(results[0]?.some((value) => value !== 0)).toBe(true)
  })
})

/** Whether any call was opened to more than one worker. */
function isShared(program: Program): boolean {
  return controlOf(program)[controlWords.state >> 2] !== 0
}

function controlOf(program: Program): Int32Array {
  const arena = program.view?.(0).buffer
  return new Int32Array(arena as ArrayBufferLike, 0, program.plan.head / 4)
}

it('takes a training step to the same bits with any number of threads, shared however short it is', async () => {
  const network = parse(`INPUT 20x16x3 -> CONV5-7 nobias -> BN -> RELU -> POOL2
    -> ADD(ID | CONV3-7 g7 -> LRELU 0.1 -> CONV1-7) -> CONCAT(CONV3-9 s2 p1 | AVGPOOL2 -> CONV1-6) -> RELU
    -> ADD(ID | CONV3-15 -> TANH) -> DROPOUT 0.2 -> FC-37 -> SIGMOID -> FC-5`)
  const results: TypedArray[][] = []
  for (const threads of [1, 2, 3]) {
    const of = plan(network, { threads, batch: 6, mode: 'training', optimizer: 'adam', clipNorm: 1 })
    const program = await bind(of, undefined, true)
    const { ports, parameters, backwardFrom } = of
    const fill = async (buffer: number, scale: number) =>
      program.write(
        buffer,
        (await program.read(buffer)).map((_, i) => Math.sin(i * i) * scale),
      )
    for (const { buffer } of parameters) await fill(buffer, 0.3)
    await fill(ports.pictures, 1)
    program.write(ports.labels as number, [0, 1, 2, 3, 4, 0])
    program.write(ports.scalars as number, new Float32Array(SCALAR_COUNT).fill(0.01))
    for (let step = 0; step < 10; step++) {
      await program.run({ to: backwardFrom })
      await program.run({ from: backwardFrom })
      await program.run()
    }
    expect(isShared(program)).toBe(threads > 1)
    const read = [ports.losses as number, ...parameters.map(({ buffer }) => buffer)]
    results.push(await Promise.all(read.map((id) => program.read(id))))
  }
  expect(results[0]?.every((values) => values.every(Number.isFinite))).toBe(true)
  expect(results[1]).toEqual(results[0])
  expect(results[2]).toEqual(results[0])
})

it('is told by the environment to share everything', async () => {
  const shares: boolean[] = []
  for (const value of ['', 'always']) {
    vi.stubEnv('LENSLET_SHARE', value)
    const program = await wasmBackend().bind(tanhPlan(2, 2))
    programs.push(program)
    await program.run()
    shares.push(isShared(program))
  }
  vi.unstubAllEnvs()
  expect(shares).toEqual([false, true])
})

it('gives the same bits with any number of threads', async () => {
  const results: TypedArray[] = []
  for (const threads of [1, 2, 3]) {
    const program = await bind(tanhPlan(50, threads))
    program.write(0, pictures)
    for (let round = 0; round < 5; round++) await program.run()
    expect(isShared(program)).toBe(threads > 1)
    results.push(await program.read(50))
  }
  expect(results[1]).toEqual(results[0])
  expect(results[2]).toEqual(results[0])
})

describe('without threads', () => {
  it('runs on one, and says why, where memory cannot be shared', async () => {
    vi.spyOn(platform, 'whyNoThreads').mockReturnValue('the page is not cross-origin isolated')
    const program = await bind(tanhPlan(2, 2))
    expect(program.threads).toBe(1)
    expect(program.view?.(0).buffer).toBeInstanceOf(ArrayBuffer)
    expect(program.description).toMatch(/1 thread: the page is not cross-origin isolated$/)
    await program.run()
  })

  it('runs on one, and says why, where workers are refused', async () => {
    vi.spyOn(platform, 'startWorker').mockImplementation(() => {
      throw new WorkerStartError('the browser gave no worker', { advice: 'allow worker-src blob:' })
    })
    const program = await bind(tanhPlan(2, 2))
    expect(program.threads).toBe(1)
    expect(program.description).toMatch(/1 thread: the browser gave no worker; allow worker-src blob:$/)
    await program.run()
  })
})

it('takes the variant asked for, by option or by the environment', async () => {
  expect((await bind(tanhPlan(1, 1), 'plain')).description).toMatch(/plain kernels \(asked for by the caller\)/)
  vi.stubEnv('LENSLET_VARIANT', 'plain')
  expect((await bind(tanhPlan(1, 2))).description).toMatch(/plain kernels \(asked for by LENSLET_VARIANT\)/)
  expect(await describeWasm()).toMatchObject({ variant: 'plain', why: 'asked for by LENSLET_VARIANT' })
  vi.stubEnv('LENSLET_VARIANT', 'none')
  expect(() => wasmBackend()).toThrow(VariantError)
  vi.unstubAllEnvs()
})

it('refuses an arena that no 32-bit memory holds, before anything is started', async () => {
  const start = vi.spyOn(platform, 'startWorker')
  await expect(bind(tanhPlan(1, 2, { arenaBytes: 65536 * 65536 }))).rejects.toThrow(MemoryError)
  expect(start).not.toHaveBeenCalled()
})

it('refuses a plan that was made for another device', async () => {
  const of = plan(parse('INPUT 4x4x1 -> FC-2'), { target: referenceBackend.target({}) })
  await expect(bind(of)).rejects.toThrow(ArgumentError)
  await expect(bind(of)).rejects.toThrow(/another device[\s\S]*reference[\s\S]*wasm/)
})

it('describes what this machine offers', async () => {
  const description = await describeWasm()
  expect(description.threads).toBe(Math.min(8, platform.parallelism()))
  expect(description).toMatchObject({ sharedMemory: true, variant: 'relaxed' })
  expect(description.reason).toBeUndefined()
})
