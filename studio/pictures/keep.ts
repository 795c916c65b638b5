/** The engine's side of the worker that keeps the images, which is started when it is first asked. */

import { LensletError } from 'lenslet/core'
import type { EngineContext } from '../engine/context.ts'
import type { KeeperCalls, KeeperKind, KeeperReply, KeeperRequest } from './keeperMessages.ts'

interface Waiting {
  resolve(answer: unknown): void
  reject(error: Error): void
}

let worker: Worker | undefined
let last = 0
const waiting = new Map<number, Waiting>()
let tell: EngineContext['tell'] | undefined

/** Where what is told on its own goes. */
export function listen(context: Pick<EngineContext, 'tell'>): void {
  tell = context.tell
}

/** Throws `LensletError` with what the worker says. */
export function askKeeper<K extends KeeperKind>(
  kind: K,
  ask: KeeperCalls[K]['ask'],
): Promise<KeeperCalls[K]['answer']> {
  worker ??= started()
  const id = ++last
  worker.postMessage({ id, kind, ask } as KeeperRequest)
  return new Promise((resolve, reject) => {
    waiting.set(id, { resolve: resolve as Waiting['resolve'], reject })
  })
}

function started(): Worker {
  const made = new Worker(new URL('./keeper.ts', import.meta.url), { type: 'module' })
  made.onmessage = ({ data }: MessageEvent<KeeperReply>) => {
    if (data.says === 'event') {
      tell?.(data.kind, data.event)
      return
    }
    const found = waiting.get(data.to)
    waiting.delete(data.to)
    if (data.says === 'answer') found?.resolve(data.answer)
    else {
      const { message, received, expected, advice } = data.fault
      found?.reject(
        new LensletError(message, {
          ...(received !== undefined && { received }),
          ...(expected !== undefined && { expected }),
          ...(advice !== undefined && { advice }),
        }),
      )
    }
  }
  made.onerror = (event) => {
    for (const { reject } of waiting.values())
      reject(new LensletError(`the images cannot be read: ${event.message || 'their worker could not be started'}`))
    waiting.clear()
    worker = undefined
  }
  return made
}
