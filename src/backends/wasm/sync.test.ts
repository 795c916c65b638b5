// A worker that follows, and the leader it follows: here the test, which takes no tile itself.

import { afterEach, beforeEach, expect, it } from 'vitest'
import { platform } from '#platform'
import type { PlatformWorker } from '../../platform/types.ts'
import { controlWords, stateChange } from './control.ts'
import { allocate } from './memory.ts'
import { kernelModule } from './modules.ts'
import { type BoundCall, boundCalls, type Kernels, type RunnerStart } from './runner.ts'
import { type WorkerOrders, type WorkerReport, workerMain } from './worker.ts'

const control = 0
const from = 4096
const to = 8192
const tiles = 8
const reports: WorkerReport[] = []
const good = { kernel: 'reluForward', args: [from, to, 64, 0, 8], tiles, nanoseconds: 0 }
const outside = { ...good, args: [from, 1 << 30, 64, 0, 8] }
/** Some milliseconds. */
const heavy = { kernel: 'tanhForward', args: [from, 2 ** 22, 2 ** 20 - 1024, 0, 2 ** 20], tiles: 1, nanoseconds: 0 }
let memory: WebAssembly.Memory
let words: Int32Array
let leader: Kernels
let follower: PlatformWorker

beforeEach(async () => {
  reports.length = 0
  memory = allocate(2 ** 23, true)
  words = new Int32Array(memory.buffer)
  const module = await kernelModule('relaxed-shared')
  leader = new WebAssembly.Instance(module, { env: { memory } }).exports as unknown as Kernels
  follower = platform.startWorker(workerMain, {
    message: (report) => void reports.push(report as WorkerReport),
    failure: (error) => {
      throw error
    },
  })
  const scratch = { offset: 0, bytesPerThread: 0 }
  const of: RunnerStart = {
    modules: [module],
    memory,
    calls: [good, outside, heavy],
    control,
    scratch,
    placeOf: () => ({}) as never,
  }
  const calls: BoundCall[] = boundCalls(of, 1, () => 1)
  follower.postMessage({
    modules: [module],
    memory,
    calls,
    leads: false,
    control,
    words: controlWords,
  } satisfies WorkerOrders)
  await soon(() => reports).toEqual([{ kind: 'ready' }])
  new Float32Array(memory.buffer, from, 64).forEach((_, i, values) => {
    values[i] = i - 20
  })
})

/** On a busy machine a thread may wait for its turn. */
const soon = <T>(what: () => T) => expect.poll(what, { timeout: 10_000 })

afterEach(() => follower.terminate())

const expected = Float32Array.from({ length: 64 }, (_, i) => Math.max(0, i - 20))
const values = () => new Float32Array(memory.buffer, to, 64).slice()
const taken = () => Atomics.load(words, controlWords.counter >> 2)
const state = () => Atomics.load(words, controlWords.state >> 2)
const asleep = () => Atomics.load(words, controlWords.sleepers >> 2)
/** The low half counts who is inside; the bit above says that the call is open. */
const inside = () => state() & 0xffff
const isOpen = () => (state() & 0x10000) !== 0

it('does the work of an open call alone if need be, again and again, asleep or not', async () => {
  for (let round = 0; round < 3; round++) {
    await soon(asleep).toBe(1)
    new Float32Array(memory.buffer, to, 64).fill(-1)
    leader.openCall(control, 0, 1)
    // Each of the tiles, and the look that finds no more.
    await soon(taken).toBe(tiles + 1)
    leader.shutCall(control)
    expect(values()).toEqual(expected)
    expect([inside(), isOpen()]).toEqual([0, false])
  }
  expect(reports).toEqual([{ kind: 'ready' }])
})

it('sleeps on where it is not worth waking, and the leader waits for nobody', async () => {
  await soon(asleep).toBe(1)
  leader.openCall(control, 0, 0)
  leader.shutCall(control)
  expect([taken(), inside(), isOpen(), asleep()]).toEqual([0, 0, false, 1])
})

it('enters no call twice', async () => {
  leader.openCall(control, 0, 1)
  await soon(taken).toBe(tiles + 1)
  await soon(asleep).toBe(1)
  Atomics.notify(words, controlWords.state >> 2)
  await soon(asleep).toBe(1)
  expect(taken()).toBe(tiles + 1)
  leader.shutCall(control)
})

it('is waited for while it is inside', () => {
  const last = (heavy.args[1] as number) / 4 + (heavy.args[2] as number) - 1
  const floats = new Float32Array(memory.buffer)
  floats[from / 4 + (heavy.args[2] as number) - 1] = 1
  leader.openCall(control, 2, 1)
  while (taken() === 0);
  leader.shutCall(control)
  expect(floats[last]).toBeCloseTo(Math.tanh(1), 6)
  expect([inside(), isOpen()]).toEqual([0, false])
})

it('says in which call it ended', async () => {
  leader.openCall(control, 1, 1)
  await soon(() => reports[1]).toMatchObject({ kind: 'failed', call: 1 })
  expect(inside()).toBe(1)
})

it('ends, asleep, when it is told', async () => {
  await soon(asleep).toBe(1)
  Atomics.store(words, controlWords.to >> 2, -1)
  Atomics.add(words, controlWords.state >> 2, stateChange)
  Atomics.notify(words, controlWords.state >> 2)
  await soon(asleep).toBe(0)
})
