/**
 * What a worker does, from its start to its end: take the kernels and the memory, then wait for orders (the first worker,
 * which leads) or for calls that are open to it (the others, which follow). It is sent to the worker as text (see
 * `Platform.startWorker`), so that the sources, the built package and any bundle start their workers in the same way;
 * nothing from this file's outside may be used in it.
 */

import type { WorkerPort } from '../../platform/types.ts'
import type { BoundCall, Kernel, Kernels } from './runner.ts'

/** The only message to a worker. */
export interface WorkerOrders {
  readonly modules: readonly WebAssembly.Module[]
  readonly memory: WebAssembly.Memory
  readonly calls: readonly BoundCall[]
  readonly leads: boolean
  /** Address of the control block, and of its words. */
  readonly control: number
  readonly words: { readonly [Word in 'call' | 'order' | 'from' | 'to' | 'aloneCounter']: number }
}

/** Ready for orders; all have finished the order (the leader says so); ended at a call (−1: before the first). */
export type WorkerReport =
  | { readonly kind: 'ready' }
  | { readonly kind: 'done' }
  | { readonly kind: 'failed'; readonly call: number; readonly message: string }

/* istanbul ignore next: counters would be variables from outside */
export function workerMain(port: WorkerPort): void {
  port.onmessage = (event) => {
    const { modules, memory, control, words, ...orders } = event.data as WorkerOrders
    let at = -1
    try {
      const instances = modules.map((module) => new WebAssembly.Instance(module, { env: { memory } }))
      const kernels = Object.assign({}, ...instances.map(({ exports }) => exports)) as Kernels
      const calls = orders.calls.map(({ kernel, args, wake }) => ({ run: kernels[kernel] as Kernel, args, wake }))
      const memoryWords = new Int32Array(memory.buffer)
      port.postMessage({ kind: 'ready' })
      if (orders.leads) {
        for (let order = 0; ; ) {
          order = kernels.awaitChange(control + words.order, order)
          const to = Atomics.load(memoryWords, (control + words.to) >> 2)
          // The last order: to be free of this loop. A browser gives a thread asleep in one 2 s before it ends it.
          if (to < 0) return
          for (at = Atomics.load(memoryWords, (control + words.from) >> 2); at < to; at++) {
            const { run, args, wake } = calls[at] as (typeof calls)[number]
            if (wake === undefined) {
              run(...args)
              memoryWords[(control + words.aloneCounter) >> 2] = 0
            } else {
              kernels.openCall(control, at, wake)
              run(...args)
              kernels.shutCall(control)
            }
          }
          port.postMessage({ kind: 'done' })
        }
      }
      for (let generation = -1; ; ) {
        generation = kernels.joinCall(control, generation)
        if (generation < 0) return
        at = Atomics.load(memoryWords, (control + words.call) >> 2)
        const { run, args } = calls[at] as (typeof calls)[number]
        run(...args)
        kernels.leaveCall(control)
      }
    } catch (error) {
      port.postMessage({ kind: 'failed', call: at, message: String(error) })
    }
  }
}
