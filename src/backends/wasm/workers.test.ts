// The two ways to run calls, against each other: same bits, failures by name, and nobody left waiting or running.

import { spawnSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { platform } from '#platform'
import type { WasmCall } from '../../ops/index.ts'
import { WorkerStartError } from '../../platform/errors.ts'
import { KernelTrapError, WorkerLostError } from './errors.ts'
import { startInline } from './inline.ts'
import { allocate } from './memory.ts'
import { kernelModule } from './modules.ts'
import type { RunnerStart } from './runner.ts'
import { startWorkers } from './workers.ts'

const length = 1000
const chunk = 24
const slack = 256
const first = 4096
const second = first + (length + slack) * 4
const arenaBytes = 65536

/** Each call reads what other tiles of the call before it wrote, so a worker that runs ahead spoils the values. */
function shiftedChain(count: number): WasmCall[] {
  return Array.from({ length: count }, (_, call) => {
    const [from, to] = call % 2 === 0 ? [first, second] : [second, first]
    return {
      kernel: 'lreluForward',
      args: [from + 4 * ((call * 37) % slack), to, length, -1.5 + (call % 3), chunk],
      tiles: Math.ceil(length / chunk),
    }
  })
}

async function startOf(calls: readonly WasmCall[], shared: boolean): Promise<RunnerStart> {
  const memory = allocate(arenaBytes, shared)
  const values = new Float32Array(memory.buffer, first, 2 * (length + slack))
  values.forEach((_, i) => {
    values[i] = Math.sin(i) * 3
  })
  return {
    memory,
    module: await kernelModule(shared ? 'relaxed-shared' : 'relaxed-single'),
    calls,
    control: 0,
    scratch: { offset: 0, bytesPerThread: 0 },
    placeOf: (call) => ({ kernel: calls[call]?.kernel ?? '', step: 2 * call, node: `relu${call}` }),
  }
}

const start = (of: RunnerStart, threads: number) => (threads === 1 ? startInline(of) : startWorkers(of, threads))

async function valuesAfter(threads: number, calls: WasmCall[], orders: [from: number, to: number][]) {
  const of = await startOf(calls, threads > 1)
  const runner = await start(of, threads)
  for (const [from, to] of orders) await runner.run({ from, to })
  await runner.dispose()
  return new Int32Array(of.memory.buffer, first, 2 * (length + slack)).slice()
}

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

describe.each([1, 2, 3])('with %s threads', (threads) => {
  it('a trap names the kernel, the step and the node, now and at the next run', async () => {
    const outside: WasmCall = { kernel: 'reluForward', args: [first, arenaBytes * 4, 8, 0, 8], tiles: 1 }
    const runner = await start(await startOf([...shiftedChain(3), outside], threads > 1), threads)
    await runner.run({ from: 0, to: 3 })
    const failure = await runner.run({ from: 1, to: 4 }).catch((error: unknown) => error)
    expect(failure).toBeInstanceOf(KernelTrapError)
    expect((failure as KernelTrapError).place).toEqual({ kernel: 'reluForward', step: 6, node: 'relu3' })
    expect((failure as KernelTrapError).message).toMatch(/memory access out of bounds/)
    await expect(runner.run({ from: 0, to: 1 })).rejects.toBe(failure)
    await runner.dispose()
  })
})

describe('a worker that ends', () => {
  /** Worker 1 gets ready and ends a moment later; the others are real and wait for it at the barrier. */
  function loseWorker(when: 'starting' | 'running') {
    const real = platform.startWorker
    let index = 0
    vi.spyOn(platform, 'startWorker').mockImplementation((main, events) => {
      if (index++ !== 1) return real(main, events)
      if (when === 'starting') return real(() => process.exit(5), events)
      return real((port) => {
        port.onmessage = () => {
          port.postMessage({ kind: 'ready' })
          setTimeout(() => process.exit(5), 100)
        }
      }, events)
    })
  }

  it('fails the run, and no other worker is left waiting', async () => {
    loseWorker('running')
    const runner = await startWorkers(await startOf(shiftedChain(10), true), 3)
    const run = runner.run({ from: 0, to: 10 })
    await expect(run).rejects.toThrow(WorkerLostError)
    await expect(run).rejects.toThrow(/worker 1 ended by itself[\s\S]*code 5/)
    await expect(runner.run({ from: 0, to: 10 })).rejects.toThrow(WorkerLostError)
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
      const calls = [{ kernel: 'reluForward', args: [4096, 8192, 64, 0, 16], tiles: 4 }]
      const start = { memory, calls, module: await kernelModule('relaxed-shared'), control: 0, scratch: { offset: 0, bytesPerThread: 0 }, placeOf: () => ({}) }
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
