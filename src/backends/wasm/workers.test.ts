// The two ways to run calls, against each other: same bits, failures by name, and nobody left waiting or running.

import { spawnSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { platform } from '#platform'
import { WorkerStartError } from '../../platform/errors.ts'
import type { PlatformWorker, WorkerPort } from '../../platform/types.ts'
import { KernelTrapError, WorkerLostError } from './errors.ts'
import type { Kernels } from './runner.ts'
import type { ScheduledCall } from './schedule.ts'
import {
  arenaBytes,
  first,
  length,
  long,
  opened,
  ordered,
  shiftedChain,
  short,
  slack,
  start,
  startOf,
  valuesAfter,
} from './testing/chain.ts'
import type { WorkerOrders } from './worker.ts'
import { startWorkers } from './workers.ts'

afterEach(() => vi.restoreAllMocks())

/** Threads of this process called as ours are, as Linux lists them (Node 24 gives a thread its worker's name). */
const workersAlive = () => readdirSync('/proc/self/task').filter((task) => nameOfTask(task) === 'lenslet').length
const nameOfTask = (task: string) => {
  try {
    return readFileSync(`/proc/self/task/${task}/comm`, 'utf8').trim()
  } catch {
    return '' // It ended between the two looks.
  }
}
const canCount = process.platform === 'linux' && Number.parseInt(process.versions.node, 10) >= 24

describe('several workers', () => {
  const calls = shiftedChain(3000)
  const whole: [number, number][] = [[0, calls.length]]

  it('give the bits of one thread, in thousands of calls of a microsecond each', async () => {
    const expected = await valuesAfter(1, calls, whole)
    expect(new Set(expected).size).toBeGreaterThan(10)
    for (const threads of [2, 3, 4]) expect(await valuesAfter(threads, calls, whole)).toEqual(expected)
  })

  it('give the same bits in many short orders, some of them empty, with idle time between', async () => {
    const short = calls.slice(0, 400)
    const orders = short.map((_, call): [number, number] => [call, call + 1])
    const expected = await valuesAfter(1, short, [[0, short.length]])
    expect(await valuesAfter(2, short, [...orders, [7, 7]])).toEqual(expected)

    const of = await startOf(short, true)
    const runner = await startWorkers(of, 2)
    for (let from = 0; from < short.length; from += 80) {
      await runner.run({ from, to: from + 80 })
      await new Promise((resolve) => setTimeout(resolve, 5))
    }
    await runner.dispose()
    expect(new Int32Array(of.memory.buffer, first, 2 * (length + slack)).slice()).toEqual(expected)
  })
})

describe('work that is short by estimate', () => {
  const calls = shiftedChain(300, short)

  it('is done by the caller, with the bits of one thread and the workers asleep', async () => {
    const expected = await valuesAfter(1, calls, [[0, calls.length]])
    const of = await startOf(calls, true)
    const runner = await startWorkers(of, 2)
    await runner.run({ from: 0, to: 140 })
    await runner.run({ from: 140, to: calls.length })
    expect(opened(of)).toBe(0)
    await runner.dispose()
    expect(new Int32Array(of.memory.buffer, first, 2 * (length + slack)).slice()).toEqual(expected)
  })

  it('and long work may follow each other', async () => {
    const mixed = calls.map((call, index) => ({ ...call, nanoseconds: index % 3 === 0 ? long : short }))
    const expected = await valuesAfter(1, mixed, [[0, mixed.length]])
    const of = await startOf(mixed, true)
    const runner = await startWorkers(of, 3)
    for (let from = 0; from < mixed.length; from++) await runner.run({ from, to: from + 1 })
    expect(opened(of)).toBe(100)
    await runner.dispose()
    expect(new Int32Array(of.memory.buffer, first, 2 * (length + slack)).slice()).toEqual(expected)
  })

  it('lets timers have their turn', async () => {
    const runner = await startWorkers(await startOf(calls, true), 2)
    let turn = false
    setTimeout(() => {
      turn = true
    }, 1)
    const until = performance.now() + 5_000
    while (!turn && performance.now() < until) await runner.run({ from: 0, to: calls.length })
    expect(turn).toBe(true)
    await runner.dispose()
  })
})

it('a call of one tile is opened to nobody', async () => {
  const of = await startOf(
    shiftedChain(10).map((call, index) => (index < 4 ? { ...call, args: call.args.with(4, length), tiles: 1 } : call)),
    true,
  )
  const runner = await startWorkers(of, 2)
  await runner.run({ from: 0, to: 10 })
  expect(opened(of)).toBe(6)
  await runner.dispose()
})

describe.each([
  [1, long],
  [2, long],
  [3, long],
  [2, short],
  [2, 5e5],
])('with %s threads and calls of %s ns', (threads, nanoseconds) => {
  it('a trap names the kernel, the step and the node, now and at the next run', async () => {
    const args = [first, arenaBytes * 4, 8, 0, 8]
    const outside: ScheduledCall = { kernel: 'reluForward', args, tiles: 1, nanoseconds }
    const runner = await start(await startOf([...shiftedChain(3, nanoseconds), outside], threads > 1), threads)
    await runner.run({ from: 0, to: 3 })
    const failure = await runner.run({ from: 1, to: 4 }).catch((error: unknown) => error)
    expect(failure).toBeInstanceOf(KernelTrapError)
    expect((failure as KernelTrapError).place).toEqual({ kernel: 'reluForward', step: 6, node: 'relu3' })
    expect((failure as KernelTrapError).message).toMatch(/memory access out of bounds/)
    await expect(runner.run({ from: 0, to: 1 })).rejects.toBe(failure)
    if (canCount) await expect.poll(workersAlive).toBe(0)
    await runner.dispose()
  })
})

/** What `action` rejects with at last. */
async function until(action: () => Promise<void>): Promise<unknown> {
  for (const end = performance.now() + 5_000; performance.now() < end; ) {
    const failure = await action().then(
      () => undefined,
      (error: unknown) => error,
    )
    if (failure !== undefined) return failure
  }
  return undefined
}

describe('a worker that ends', () => {
  /** Worker 1 ends: at its start, at its second message, or inside a call. The others are real. Gives worker 1. */
  function loseWorker(when: 'starting' | 'idle' | 'inside') {
    const real = platform.startWorker
    let index = 0
    let worker: PlatformWorker | undefined
    vi.spyOn(platform, 'startWorker').mockImplementation((main, events) => {
      if (index++ !== 1) return real(main, events)
      if (when === 'starting') return real(() => process.exit(5), events)
      worker = real(when === 'idle' ? endWhenTold : endInside, events)
      return worker
    })
    return () => worker
  }
  const endWhenTold = (port: WorkerPort) => {
    port.onmessage = () => {
      port.postMessage({ kind: 'ready' })
      port.onmessage = () => process.exit(5)
    }
  }
  const endInside = (port: WorkerPort) => {
    port.onmessage = (event) => {
      const { modules, memory, control } = event.data as WorkerOrders
      const [module] = modules as readonly [WebAssembly.Module]
      const { exports } = new WebAssembly.Instance(module, { env: { memory } })
      port.postMessage({ kind: 'ready' })
      ;(exports as unknown as Kernels).joinCall(control, -1)
      process.exit(5)
    }
  }

  it.each([
    ['ordered', long],
    ['led', 5e5],
  ])('inside a call fails the run, if %s, and no other worker is left waiting', async (how, nanoseconds) => {
    loseWorker('inside')
    const of = await startOf(shiftedChain(10, nanoseconds), true)
    const runner = await startWorkers(of, 3)
    // Until the worker is there, and a call finds it.
    const failure = await until(() => runner.run({ from: 0, to: 10 }))
    expect(failure).toBeInstanceOf(WorkerLostError)
    expect(`${failure}`).toMatch(/worker 1 ended by itself[\s\S]*code 5/)
    await expect(runner.run({ from: 0, to: 10 })).rejects.toThrow(WorkerLostError)
    expect(ordered(of) > 0).toBe(how === 'ordered')
    if (canCount) await expect.poll(workersAlive).toBe(0)
    await runner.dispose()
  })

  it.each([long, 5e5, short])('between runs fails the next one, of calls of %s ns', async (nanoseconds) => {
    const worker = loseWorker('idle')
    const runner = await startWorkers(await startOf(shiftedChain(10, nanoseconds), true), 3)
    await runner.run({ from: 0, to: 10 })
    worker()?.postMessage('end')
    const failure = await until(async () => {
      await new Promise((resolve) => setTimeout(resolve, 5))
      await runner.run({ from: 0, to: 10 })
    })
    expect(failure).toBeInstanceOf(WorkerLostError)
    expect(`${failure}`).toMatch(/worker 1 ended by itself/)
    if (canCount) await expect.poll(workersAlive).toBe(0)
    await runner.dispose()
  })

  it('before it was ready is an error of the start', async () => {
    loseWorker('starting')
    await expect(startWorkers(await startOf([], true), 3)).rejects.toThrow(WorkerStartError)
    if (canCount) expect(workersAlive()).toBe(0)
  })
})

// Elsewhere threads have no names to count them by; that a process ends by itself is tested everywhere, below.
it.runIf(canCount)('disposing ends all workers, asleep or not', async () => {
  const runner = await startWorkers(await startOf(shiftedChain(2), true), 3)
  expect(workersAlive()).toBe(3)
  await runner.run({ from: 0, to: 2 })
  await runner.dispose()
  expect(workersAlive()).toBe(0)
  await runner.dispose()
  await expect(runner.run({ from: 0, to: 2 })).rejects.toThrow(WorkerLostError)
})

describe('a process', () => {
  const here = (file: string) => JSON.stringify(new URL(file, import.meta.url).href)
  /** Runs two workers once, then what is given. */
  const run = (then: string) => {
    const program = `
      import { startWorkers } from ${here('./workers.ts')}
      import { kernelModule } from ${here('./modules.ts')}
      const memory = new WebAssembly.Memory({ initial: 2, maximum: 2, shared: true })
      const calls = [{ kernel: 'reluForward', args: [4096, 8192, 64, 0, 16], tiles: 4, nanoseconds: 2e6 }]
      const start = { memory, calls, modules: [await kernelModule('relaxed-shared')], control: 0, scratch: { offset: 0, bytesPerThread: 0 }, placeOf: () => ({}) }
      const runner = await startWorkers(start, 2)
      new Float32Array(memory.buffer)[1024] = 3
      await runner.run({ from: 0, to: 1 })
      console.log('ran', new Float32Array(memory.buffer)[2048])
      ${then}`
    return spawnSync(process.execPath, ['--conditions=lenslet-source', '--input-type=module', '--eval', program], {
      encoding: 'utf8',
      timeout: 15_000,
      cwd: fileURLToPath(new URL('.', import.meta.url)),
    })
  }

  it.each([
    ['that forgets its workers', ''],
    ['that ends them', 'await runner.dispose()'],
  ])('%s ends by itself', (_, then) => {
    const { status, signal, stdout, stderr } = run(then)
    expect({ status, signal, stdout, stderr }).toEqual({ status: 0, signal: null, stdout: 'ran 3\n', stderr: '' })
  })
})
