/** What a panel's handlers in the worker get, and how they are written. */

import type { EventKind, Events } from '../messages.ts'
import type { Session } from './session.ts'

export interface EngineContext {
  readonly session: Session
  /** Tells the page of something that it did not ask for. What is transferred is the page's from then on. */
  tell<K extends EventKind>(kind: K, event: Events[K], transfer?: Transferable[]): void
}

/** An answer with buffers that are moved to the page, not copied. */
export class Moved<T> {
  readonly answer: T
  readonly transfer: Transferable[]

  constructor(answer: T, transfer: Transferable[]) {
    this.answer = answer
    this.transfer = transfer
  }
}

/** Handlers run side by side; what reads or changes weights goes through `session.between`. */
export type Handlers<Calls> = {
  readonly [K in keyof Calls]: Calls[K] extends { readonly ask: infer Ask; readonly answer: infer Answer }
    ? (ask: Ask, context: EngineContext) => Answer | Moved<Answer> | Promise<Answer | Moved<Answer>>
    : never
}
