/**
 * Single steps on one thread and on two. The calling thread leads here, as a worker does in a program, and takes the time
 * of each call; so no order and no message is in it.
 */

import { Worker } from 'node:worker_threads'
import type { ScheduledCall } from '../../src/backends/wasm/schedule.ts'
import type { Plan } from '../../src/plan/types.ts'
import { othersSince, processorTime } from './others.ts'
import { fill, type Tree } from './tree.ts'
import type { ScalingWork } from './works.ts'

type Kernel = (...args: number[]) => number

interface Profile {
  /** Least milliseconds of a whole run. */
  readonly whole: number
  /** Least milliseconds of each call. */
  readonly times: readonly number[]
  readonly calls: readonly ScheduledCall[]
  readonly stepOf: (call: number) => number
  readonly plan: Plan
}

/** Prints what each step takes, the greatest losses first. */
export async function profileOf(tree: Tree, work: ScalingWork, seconds: number): Promise<void> {
  const before = processorTime()
  const one = await measure(tree, work, 1, seconds)
  const two = await measure(tree, work, 2, seconds)
  const rows = new Map<number, { one: number; two: number; kernels: Set<string> }>()
  for (const [at, profile] of [one, two].entries()) {
    profile.times.forEach((time, call) => {
      const step = profile.stepOf(call)
      const row = rows.get(step) ?? { one: 0, two: 0, kernels: new Set() }
      rows.set(step, row)
      row[at === 0 ? 'one' : 'two'] += time
      row.kernels.add((profile.calls[call] as ScheduledCall).kernel)
    })
  }
  const sum = (of: 'one' | 'two') => [...rows.values()].reduce((total, row) => total + row[of], 0)
  console.log(
    `\n${tree.name}${work.name}: ${sum('one').toFixed(2)} → ${sum('two').toFixed(2)} ms, ratio ${(sum('one') / sum('two')).toFixed(2)}; lost ${(sum('two') - sum('one') / 2).toFixed(3)} ms; runs ${one.whole.toFixed(2)} → ${two.whole.toFixed(2)} ms, ratio ${(one.whole / two.whole).toFixed(2)}; others ${(100 * othersSince(before)).toFixed(0)} %`,
  )
  const lost = ({ one, two }: { one: number; two: number }) => two - one / 2
  const sorted = [...rows].sort(([, a], [, b]) => lost(b) - lost(a)).slice(0, 40)
  for (const [at, row] of sorted) {
    const { node, kind, phase } = one.plan.steps[at] as Plan['steps'][number]
    const cells = [lost(row), row.one, row.two].map((value) => value.toFixed(3).padStart(8))
    console.log(
      `${cells.join(' ')} ${(row.one / row.two).toFixed(2)}  ${at} ${node} ${kind} ${phase} [${[...row.kernels].join(' ')}]`,
    )
  }
  const kinds = new Map<string, { one: number; two: number }>()
  for (const [at, profile] of [one, two].entries()) {
    profile.times.forEach((time, call) => {
      const key = (profile.calls[call] as ScheduledCall).kernel
      const row = kinds.get(key) ?? { one: 0, two: 0 }
      kinds.set(key, row)
      row[at === 0 ? 'one' : 'two'] += time
    })
  }
  console.log('  by kernel:')
  for (const [kernel, row] of [...kinds].sort(([, a], [, b]) => lost(b) - lost(a)).slice(0, 20)) {
    console.log(
      `${lost(row).toFixed(3).padStart(8)} ${row.one.toFixed(3).padStart(8)} ${row.two.toFixed(3).padStart(8)} ${(row.one / row.two).toFixed(2)}  ${kernel}`,
    )
  }
}

async function measure(tree: Tree, work: ScalingWork, threads: number, seconds: number): Promise<Profile> {
  const plan = tree.plan(work, threads)
  const { scheduleOf } =
    await tree.load<typeof import('../../src/backends/wasm/schedule.ts')>('backends/wasm/schedule.ts')
  const { boundCalls } = await tree.load<typeof import('../../src/backends/wasm/runner.ts')>('backends/wasm/runner.ts')
  const { allocate } = await tree.load<typeof import('../../src/backends/wasm/memory.ts')>('backends/wasm/memory.ts')
  const { kernelModule } =
    await tree.load<typeof import('../../src/backends/wasm/modules.ts')>('backends/wasm/modules.ts')
  const { controlWords } =
    await tree.load<typeof import('../../src/backends/wasm/control.ts')>('backends/wasm/control.ts')
  const { workerMain } = await tree.load<typeof import('../../src/backends/wasm/worker.ts')>('backends/wasm/worker.ts')
  const schedule = scheduleOf(plan)
  const shared = threads > 1
  const memory = allocate(plan.arenaBytes, shared)
  const module = await kernelModule(
    `${tree.variant}-${shared ? 'shared' : 'single'}` as Parameters<typeof kernelModule>[0],
  )
  const { exports } = new WebAssembly.Instance(module, { env: { memory } })
  const kernels = exports as unknown as Readonly<Record<string, Kernel>>
  fill(plan, (buffer, values) => {
    const { offset, dtype } = plan.buffers[buffer] as Plan['buffers'][number]
    const words = dtype === 'f32' ? new Float32Array(memory.buffer) : new Int32Array(memory.buffer)
    words.set(values, offset / 4)
  })
  const start = {
    modules: [module],
    memory,
    calls: schedule.calls,
    control: 0,
    scratch: plan.scratch,
    placeOf: () => ({ kernel: '', step: 0, node: '' }),
  }
  const wakes = ({ tiles, nanoseconds }: ScheduledCall) => (tiles < 2 ? undefined : Math.floor(nanoseconds / 5000))
  const words = new Int32Array(memory.buffer)
  const workers: Worker[] = []
  for (let at = 1; at < threads; at++) {
    const text = `const { parentPort } = require('node:worker_threads'); const port = { postMessage: (m) => parentPort.postMessage(m) }; (${workerMain})(port); parentPort.on('message', (data) => port.onmessage({ data }))`
    const worker = new Worker(text, { eval: true })
    workers.push(worker)
    const message = {
      modules: [module],
      memory,
      calls: boundCalls(start, at, wakes),
      leads: false,
      control: 0,
      words: controlWords,
    }
    worker.postMessage(message)
    await new Promise<void>((done, failed) => {
      worker.once('message', () => done())
      worker.once('error', failed)
    })
  }
  const bound = boundCalls(start, 0, shared ? wakes : undefined)
  const run = (at: number) => {
    const { kernel, args, wake } = bound[at] as (typeof bound)[number]
    const call = kernels[kernel] as Kernel
    if (wake === undefined) {
      call(...args)
      words[controlWords.aloneCounter >> 2] = 0
    } else {
      kernels.openCall?.(0, at, wake)
      call(...args)
      kernels.shutCall?.(0)
    }
  }
  const { sectionsOf } = await tree.load<typeof import('../../src/plan/step.ts')>('plan/step.ts')
  const [[name, section]] = sectionsOf(plan) as [ReturnType<typeof sectionsOf>[number]]
  const prepare = schedule.prepare(name)
  for (let at = prepare.from; at < prepare.to; at++) run(at)
  const { from, to } = schedule.range(name, section.from, section.to, plan.batch)
  const times = new Array<number>(schedule.calls.length).fill(Number.POSITIVE_INFINITY)
  let whole = Number.POSITIVE_INFINITY
  const once = () => {
    let began = performance.now()
    const start = began
    for (let at = from; at < to; at++) {
      run(at)
      const end = performance.now()
      times[at] = Math.min(times[at] as number, end - began)
      began = end
    }
    whole = Math.min(whole, began - start)
  }
  for (const end = performance.now() + 300; performance.now() < end; ) once()
  times.fill(Number.POSITIVE_INFINITY)
  whole = Number.POSITIVE_INFINITY
  for (const end = performance.now() + seconds * 1000; performance.now() < end; ) once()
  for (const worker of workers) await worker.terminate()
  const used = times.map((time) => (Number.isFinite(time) ? time : 0))
  return { whole, times: used, calls: schedule.calls, stepOf: schedule.stepOf, plan }
}
