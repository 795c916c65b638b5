// The calling thread as the leader: the bits of one thread, turns for its other work, and nobody waited for in vain.

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { platform } from '#platform'
import type { WorkerPort } from '../../platform/types.ts'
import { WorkerLostError } from './errors.ts'
import type { Kernels } from './runner.ts'
import { Sharing } from './sharing.ts'
import {
  brief,
  first,
  length,
  opened,
  ordered,
  shiftedChain,
  short,
  slack,
  startOf,
  valuesAfter,
} from './testing/chain.ts'
import type { WorkerOrders } from './worker.ts'
import { startWorkers } from './workers.ts'

afterEach(() => vi.restoreAllMocks())

describe('work that is brief by estimate', () => {
  const calls = shiftedChain(300, brief)

  // Also where the machine is so busy that sharing does not pay.
  beforeEach(() => void vi.spyOn(Sharing.prototype, 'pays').mockReturnValue(true))

  it.each([2, 3, 4])('is led by the caller, with the bits of one thread on %i', async (threads) => {
    const expected = await valuesAfter(1, calls, [[0, calls.length]])
    const of = await startOf(calls, true)
    const runner = await startWorkers(of, threads)
    await runner.run({ from: 0, to: 140 })
    await new Promise((resolve) => setTimeout(resolve, 5))
    await runner.run({ from: 140, to: calls.length })
    expect([opened(of), ordered(of)]).toEqual([300, 0])
    await runner.dispose()
    expect(new Int32Array(of.memory.buffer, first, 2 * (length + slack)).slice()).toEqual(expected)
  })

  it('is ordered where the caller has work of its own, unless it is very brief', async () => {
    const of = { ...(await startOf(shiftedChain(300, brief), true)), callerIsBusy: true }
    const runner = await startWorkers(of, 2)
    await runner.run({ from: 0, to: 300 })
    expect(ordered(of)).toBe(0)
    await runner.dispose()

    const longer = { ...(await startOf(shiftedChain(300, 2 * brief), true)), callerIsBusy: true }
    const other = await startWorkers(longer, 2)
    await other.run({ from: 0, to: 300 })
    expect(ordered(longer)).toBe(1)
    await other.dispose()
  })

  it('gives other work its turn in between, however many calls there are', async () => {
    const many = shiftedChain(30_000, 3_000)
    const of = await startOf(many, true)
    const runner = await startWorkers(of, 2)
    let turns = 0
    let isOver = false
    const count = () => {
      turns++
      if (!isOver) setImmediate(count)
    }
    const run = runner.run({ from: 0, to: many.length })
    setImmediate(count)
    await run
    isOver = true
    expect(ordered(of)).toBe(0)
    expect(turns).toBeGreaterThan(2)
    await runner.dispose()
  })

  it('ends with an error where the workers are ended during such a turn', async () => {
    const many = shiftedChain(30_000, 3_000)
    const runner = await startWorkers(await startOf(many, true), 2)
    const run = runner.run({ from: 0, to: many.length })
    setImmediate(() => void runner.dispose())
    await expect(run).rejects.toThrow(WorkerLostError)
  })

  it('and orders may follow each other', async () => {
    const mixed = calls.map((call, index) => ({ ...call, nanoseconds: [2e6, short, 1e9][index % 3] as number }))
    const expected = await valuesAfter(1, mixed, [[0, mixed.length]])
    const of = await startOf(mixed, true)
    const runner = await startWorkers(of, 3)
    for (let from = 0; from < mixed.length; from++) await runner.run({ from, to: from + 1 })
    expect([opened(of), ordered(of)]).toEqual([200, 100])
    await runner.dispose()
    expect(new Int32Array(of.memory.buffer, first, 2 * (length + slack)).slice()).toEqual(expected)
  })
})

it('a caller who leads shares no calls for a while after a worker has kept it waiting', async () => {
  // Put aside inside each call, as where another program has its processor.
  const slow = (port: WorkerPort) => {
    port.onmessage = (event) => {
      const { modules, memory, control } = event.data as WorkerOrders
      const [module] = modules as readonly [WebAssembly.Module]
      const kernels = new WebAssembly.Instance(module, { env: { memory } }).exports as unknown as Kernels
      const clock = new Int32Array(new SharedArrayBuffer(4))
      port.postMessage({ kind: 'ready' })
      for (let generation = -1; ; ) {
        generation = kernels.joinCall(control, generation)
        if (generation < 0) return
        Atomics.wait(clock, 0, 0, 5)
        kernels.leaveCall(control)
      }
    }
  }
  const real = platform.startWorker
  let index = 0
  vi.spyOn(platform, 'startWorker').mockImplementation((main, events) => real(index++ === 1 ? slow : main, events))
  const calls = shiftedChain(3000, brief)
  const expected = await valuesAfter(1, calls, [[0, calls.length]])
  const of = await startOf(calls, true)
  const runner = await startWorkers(of, 2)
  await runner.run({ from: 0, to: calls.length })
  expect(new Int32Array(of.memory.buffer, first, 2 * (length + slack)).slice()).toEqual(expected)
  // The generation of calls counts to 2¹⁵.
  const openedIn = async () => {
    const before = opened(of)
    await runner.run({ from: 0, to: calls.length })
    return (opened(of) - before) & 0x7fff
  }
  let shared = calls.length
  for (const end = performance.now() + 5_000; shared === calls.length && performance.now() < end; )
    shared = await openedIn()
  expect(shared).toBeLessThan(calls.length)
  await runner.dispose()
})
