/** The page's side of the engine: ask, and listen. */

import type { Answer, Ask, CallKind, EventKind, Events, Fault, Reply, Request } from '../messages.ts'

/** What the engine answers where it cannot do what was asked. */
export class EngineFault extends Error {
  readonly fault: Fault

  constructor(fault: Fault) {
    super(fault.message)
    this.name = 'EngineFault'
    this.fault = fault
  }
}

interface Waiting {
  readonly kind: CallKind
  readonly latest: boolean
  resolve(answer: unknown): void
  reject(error: EngineFault): void
}

class Engine {
  #worker: Worker | undefined
  #last = 0
  readonly #waiting = new Map<number, Waiting>()
  readonly #newest = new Map<CallKind, number>()
  readonly #listeners = new Map<EventKind, Set<(event: never) => void>>()

  /** Every question is answered, or rejects with `EngineFault`. */
  ask<K extends CallKind>(kind: K, ask: Ask<K>, transfer: Transferable[] = []): Promise<Answer<K>> {
    return this.#post(kind, ask, transfer, false) as Promise<Answer<K>>
  }

  /** For what follows each keystroke or movement: undefined where a newer one of the same kind was asked meanwhile. */
  latest<K extends CallKind>(kind: K, ask: Ask<K>, transfer: Transferable[] = []): Promise<Answer<K> | undefined> {
    return this.#post(kind, ask, transfer, true) as Promise<Answer<K> | undefined>
  }

  /** Returns what ends it. */
  on<K extends EventKind>(kind: K, listener: (event: Events[K]) => void): () => void {
    const listeners = this.#listeners.get(kind) ?? new Set()
    this.#listeners.set(kind, listeners)
    listeners.add(listener)
    return () => listeners.delete(listener)
  }

  #post(kind: CallKind, ask: object, transfer: Transferable[], latest: boolean): Promise<unknown> {
    const id = ++this.#last
    if (latest) this.#newest.set(kind, id)
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { kind, latest, resolve, reject })
      this.#started().postMessage({ kind, id, ask, latest } as Request, transfer)
    })
  }

  #started(): Worker {
    if (this.#worker !== undefined) return this.#worker
    const worker = new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' })
    worker.onmessage = ({ data }: MessageEvent<Reply>) => this.#heard(data)
    this.#worker = worker
    return worker
  }

  #heard(reply: Reply): void {
    if (reply.says === 'event') {
      for (const listener of this.#listeners.get(reply.kind) ?? []) listener(reply.event as never)
      return
    }
    const waiting = this.#waiting.get(reply.to)
    this.#waiting.delete(reply.to)
    if (waiting === undefined) return
    const isPassed = waiting.latest && this.#newest.get(waiting.kind) !== reply.to
    if (reply.says === 'passed over' || isPassed) waiting.resolve(undefined)
    else if (reply.says === 'fault') waiting.reject(new EngineFault(reply.fault))
    else waiting.resolve(reply.answer)
  }
}

export const engine = new Engine()
