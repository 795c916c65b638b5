/**
 * An answer of the engine that is asked for again while the weights change, at a pace that leaves the training its time. Of
 * several questions the last one counts.
 */

import { EngineFault, engine } from '../engine/client.ts'
import type { Answer, Ask, Fault } from '../messages.ts'
import type { LookCalls } from './messages.ts'
import { Pace } from './pace.ts'

type LookKind = keyof LookCalls

export class Watched<K extends LookKind> {
  answer = $state.raw<Answer<K> | undefined>(undefined)
  fault = $state.raw<Fault | undefined>(undefined)
  /** The text of the design that the answer is about. */
  answeredText = $state('')
  /** Waits for an answer that has not come for a while: time to say so. */
  isBusy = $state(false)
  readonly #kind: K
  #wanted: Ask<K> | undefined
  /** The question as text, to tell whether it is another one; sources of images are told apart by the caller. */
  #key = ''
  #asked = 0
  #answered = 0
  #isStale = false
  #once = false
  #began = 0
  #timer: ReturnType<typeof setTimeout> | undefined

  constructor(kind: K) {
    this.#kind = kind
    all.add(this as unknown as Watched<LookKind>)
  }

  /**
   * Wants the answer to this, and unless `once` to its repetitions; undefined: nobody looks any more. `paced`: in its turn, as
   * what is asked comes as often as a hand draws.
   */
  want(ask: Ask<K> | undefined, key = JSON.stringify(ask), { once = false, paced = false } = {}): void {
    this.#once = once
    if (ask === undefined) {
      this.#wanted = undefined
      clearTimeout(this.#timer)
      this.#timer = undefined
      return
    }
    if (this.#wanted !== undefined && key === this.#key) return
    this.#wanted = ask
    if (key !== this.#key) this.fault = undefined
    this.#key = key
    // An answer about another design must not wait for its turn to be replaced.
    if (paced && !once && ask.text === this.answeredText) this.changed()
    else this.#ask()
  }

  /** The weights are others now. */
  changed(): void {
    if (this.#wanted === undefined || this.#once) return
    if (this.#asked > this.#answered) this.#isStale = true
    else this.#timer ??= setTimeout(() => this.#again(), Math.max(0, pace.next(this.#began) - performance.now()))
  }

  #again(): void {
    this.#timer = undefined
    // Others may have looked meanwhile.
    if (pace.next(this.#began) > performance.now()) this.changed()
    else this.#ask()
  }

  async #ask(): Promise<void> {
    const ask = this.#wanted
    if (ask === undefined) return
    clearTimeout(this.#timer)
    this.#timer = undefined
    this.#isStale = false
    const asked = ++this.#asked
    const saying = setTimeout(() => {
      this.isBusy = true
      // What is shown is another network's.
      if (this.answeredText !== ask.text) this.answer = undefined
    }, 400)
    this.#began = performance.now()
    try {
      const answer = await engine.latest(this.#kind, ask)
      if (asked !== this.#asked) return
      if (answer !== undefined) {
        this.answer = answer
        this.answeredText = ask.text
      }
      this.fault = undefined
    } catch (error) {
      if (!(error instanceof EngineFault)) throw error
      if (asked !== this.#asked) return
      this.fault = error.fault
      this.answer = undefined
    } finally {
      clearTimeout(saying)
      if (asked === this.#asked) {
        this.#answered = asked
        this.isBusy = false
        const now = performance.now()
        pace.spent((this.answer as { readonly took?: number } | undefined)?.took ?? now - this.#began, now)
        if (this.#isStale) this.changed()
      }
    }
  }
}

const pace = new Pace()
const all = new Set<Watched<LookKind>>()

/** Tells all that are looked at. */
export function weightsChanged(): void {
  for (const each of all) each.changed()
}
