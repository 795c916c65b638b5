/**
 * What a worker does, from its start to its end: take the kernels and the memory, then wait for orders. It is
 * sent to the worker as text (see `Platform.startWorker`), so that the sources, the built package and any bundle start
 * their workers in the same way; nothing from this file's outside may be used in it.
 */

import type { WorkerPort } from '../../platform/types.ts'
import type { BoundCall, Kernel, Kernels } from './runner.ts'

/** The only message to a worker. */
export interface WorkerOrders {
  readonly module: WebAssembly.Module
  readonly memory: WebAssembly.Memory
  readonly calls: readonly BoundCall[]
  readonly index: number
  readonly workers: number
  /** Address of the control block, and of its words. */
  readonly control: number
  readonly order: number
  readonly from: number
  readonly to: number
}

/** Ready for orders; all have finished the order (the first worker says so); ended at a call (−1: before the first). */
export type WorkerReport =
  | { readonly kind: 'ready' }
  | { readonly kind: 'done' }
  | { readonly kind: 'failed'; readonly call: number; readonly message: string }

/* istanbul ignore next: counters would be variables from outside */
export function workerMain(port: WorkerPort): void {
  port.onmessage = (event) => {
    const orders = event.data as WorkerOrders
    let at = -1
    try {
      const instance = new WebAssembly.Instance(orders.module, { env: { memory: orders.memory } })
      const kernels = instance.exports as unknown as Kernels
      const calls = orders.calls.map((call) => ({ run: kernels[call.kernel] as Kernel, args: call.args }))
      const words = new Int32Array(orders.memory.buffer)
      let order = 0
      port.postMessage({ kind: 'ready' })
      for (;;) {
        order = kernels.awaitChange(orders.order, order)
        const to = Atomics.load(words, orders.to >> 2)
        // The last order: to be free of this loop. A browser gives a thread asleep in one 2 s before it ends it.
        if (to < 0) return
        for (at = Atomics.load(words, orders.from >> 2); at < to; at++) {
          const call = calls[at] as (typeof calls)[number]
          call.run(...call.args)
          kernels.barrier(orders.control, orders.workers)
        }
        if (orders.index === 0) port.postMessage({ kind: 'done' })
      }
    } catch (error) {
      port.postMessage({ kind: 'failed', call: at, message: String(error) })
    }
  }
}
